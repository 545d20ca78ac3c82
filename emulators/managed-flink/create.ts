import * as z from 'zod';
import type { Config } from './application.js';

const text = z.string().min(1);

/** CreateApplication, as far as it is emulated. */
export const createSchema = z.object({
  ApplicationName: text,
  RuntimeEnvironment: text,
  ServiceExecutionRole: text,
  ApplicationConfiguration: z
    .object({
      ApplicationCodeConfiguration: z.object({
        CodeContent: z.object({
          S3ContentLocation: z.object({ BucketARN: text, FileKey: text, ObjectVersion: text.optional() }),
        }),
      }),
      EnvironmentProperties: z
        .object({
          PropertyGroups: z.array(z.object({ PropertyGroupId: text, PropertyMap: z.record(text, z.string()) })),
        })
        .optional(),
      FlinkApplicationConfiguration: z
        .object({
          ParallelismConfiguration: z
            .object({
              ConfigurationType: text,
              Parallelism: z.int().optional(),
              ParallelismPerKPU: z.int().optional(),
              AutoScalingEnabled: z.boolean().optional(),
            })
            .optional(),
        })
        .optional(),
      ApplicationSnapshotConfiguration: z.object({ SnapshotsEnabled: z.boolean() }).optional(),
      ApplicationSystemRollbackConfiguration: z.object({ RollbackEnabled: z.boolean() }).optional(),
    })
    .optional(),
});

/** The settings of a new application. */
export function configOf(input: z.infer<typeof createSchema>): Config {
  const given = input.ApplicationConfiguration;
  const at = given?.ApplicationCodeConfiguration.CodeContent.S3ContentLocation;
  const parallel = given?.FlinkApplicationConfiguration?.ParallelismConfiguration;
  const groups = given?.EnvironmentProperties?.PropertyGroups ?? [];
  return {
    runtime: input.RuntimeEnvironment,
    role: input.ServiceExecutionRole,
    code: { bucketArn: at?.BucketARN ?? '', key: at?.FileKey ?? '', version: at?.ObjectVersion ?? null },
    groups: Object.fromEntries(groups.map(({ PropertyGroupId, PropertyMap }) => [PropertyGroupId, PropertyMap])),
    parallelism: {
      type: parallel?.ConfigurationType ?? 'DEFAULT',
      value: parallel?.Parallelism ?? 1,
      perKpu: parallel?.ParallelismPerKPU ?? 1,
      scaling: parallel?.AutoScalingEnabled ?? true,
    },
    checkpoints: { type: 'DEFAULT', enabled: true, interval: 60_000, pause: 5000 },
    monitoring: { type: 'DEFAULT', metrics: 'APPLICATION', log: 'INFO' },
    // What the service does where nothing is said.
    snapshots: given?.ApplicationSnapshotConfiguration?.SnapshotsEnabled ?? true,
    rollback: given?.ApplicationSystemRollbackConfiguration?.RollbackEnabled ?? false,
    run: { type: 'SKIP_RESTORE_FROM_SNAPSHOT', snapshot: null, allow: false },
  };
}
