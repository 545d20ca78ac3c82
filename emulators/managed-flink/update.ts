import * as z from 'zod';
import type { Application, Config, World } from './application.js';
import { invalid } from './errors.js';
import { bucketOf } from './fate.js';

const text = z.string().min(1);
const restoreSchema = z.object({
  ApplicationRestoreType: z.enum([
    'SKIP_RESTORE_FROM_SNAPSHOT',
    'RESTORE_FROM_LATEST_SNAPSHOT',
    'RESTORE_FROM_CUSTOM_SNAPSHOT',
  ]),
  SnapshotName: text.optional(),
});
export const runSchema = z.object({
  FlinkRunConfiguration: z.object({ AllowNonRestoredState: z.boolean().optional() }).optional(),
  ApplicationRestoreConfiguration: restoreSchema.optional(),
});

const groupsSchema = z.array(z.object({ PropertyGroupId: text, PropertyMap: z.record(text, z.string()) })).max(50);

const flinkSchema = z.object({
  ParallelismConfigurationUpdate: z
    .object({
      ConfigurationTypeUpdate: z.enum(['DEFAULT', 'CUSTOM']).optional(),
      ParallelismUpdate: z.int().min(1).optional(),
      ParallelismPerKPUUpdate: z.int().min(1).optional(),
      AutoScalingEnabledUpdate: z.boolean().optional(),
    })
    .optional(),
  CheckpointConfigurationUpdate: z
    .object({
      ConfigurationTypeUpdate: z.enum(['DEFAULT', 'CUSTOM']).optional(),
      CheckpointingEnabledUpdate: z.boolean().optional(),
      CheckpointIntervalUpdate: z.int().min(1).optional(),
      MinPauseBetweenCheckpointsUpdate: z.int().min(0).optional(),
    })
    .optional(),
  MonitoringConfigurationUpdate: z
    .object({
      ConfigurationTypeUpdate: z.enum(['DEFAULT', 'CUSTOM']).optional(),
      MetricsLevelUpdate: text.optional(),
      LogLevelUpdate: text.optional(),
    })
    .optional(),
});

export const updateSchema = z.object({
  ApplicationName: text,
  CurrentApplicationVersionId: z.int().optional(),
  ConditionalToken: text.optional(),
  ApplicationConfigurationUpdate: z
    .object({
      ApplicationCodeConfigurationUpdate: z
        .object({
          CodeContentUpdate: z
            .object({
              S3ContentLocationUpdate: z
                .object({
                  BucketARNUpdate: text.optional(),
                  FileKeyUpdate: text.optional(),
                  ObjectVersionUpdate: text.optional(),
                })
                .optional(),
            })
            .optional(),
        })
        .optional(),
      EnvironmentPropertyUpdates: z.object({ PropertyGroups: groupsSchema }).optional(),
      FlinkApplicationConfigurationUpdate: flinkSchema.optional(),
      ApplicationSnapshotConfigurationUpdate: z.object({ SnapshotsEnabledUpdate: z.boolean() }).optional(),
      ApplicationSystemRollbackConfigurationUpdate: z.object({ RollbackEnabledUpdate: z.boolean() }).optional(),
    })
    .optional(),
  RunConfigurationUpdate: runSchema.optional(),
  ServiceExecutionRoleUpdate: text.optional(),
  RuntimeEnvironmentUpdate: text.optional(),
});
type Update = z.infer<typeof updateSchema>;

/** The settings after an update: members that are absent stay, but those of the run fall back to their defaults. Throws a FlinkError. */
export function updated(application: Application, update: Update, world: World): Config {
  const { config } = application.current;
  const change = update.ApplicationConfigurationUpdate ?? {};
  const at = change.ApplicationCodeConfigurationUpdate?.CodeContentUpdate?.S3ContentLocationUpdate;
  const next: Config = {
    ...config,
    runtime: update.RuntimeEnvironmentUpdate ?? config.runtime,
    role: update.ServiceExecutionRoleUpdate ?? config.role,
    code: at
      ? {
          bucketArn: at.BucketARNUpdate ?? config.code.bucketArn,
          key: at.FileKeyUpdate ?? config.code.key,
          version: at.ObjectVersionUpdate ?? null,
        }
      : config.code,
    groups: groups(config, change.EnvironmentPropertyUpdates?.PropertyGroups, world),
    ...flink(config, change.FlinkApplicationConfigurationUpdate ?? {}),
    snapshots: change.ApplicationSnapshotConfigurationUpdate?.SnapshotsEnabledUpdate ?? config.snapshots,
    rollback: change.ApplicationSystemRollbackConfigurationUpdate?.RollbackEnabledUpdate ?? config.rollback,
    run: runOf(application, update.RunConfigurationUpdate),
  };
  if (world.readCode(bucketOf(next), next.code.key) === null) {
    throw invalid(`Please check the role provided or validity of S3 location you provided: ${next.code.key}`);
  }
  return next;
}

/** How state is restored: what is not sent is the default, whatever it was before. Throws a FlinkError for a snapshot that is not there. */
export function runOf(application: Application, given: z.infer<typeof runSchema> | undefined): Config['run'] {
  const restore = given?.ApplicationRestoreConfiguration;
  const type = restore?.ApplicationRestoreType ?? 'RESTORE_FROM_LATEST_SNAPSHOT';
  const snapshot = restore?.SnapshotName ?? null;
  if (type === 'RESTORE_FROM_CUSTOM_SNAPSHOT' && !application.snapshots.some(({ name }) => name === snapshot)) {
    throw invalid(`Snapshot ${snapshot} of application ${application.name} not found.`);
  }
  return { type, snapshot, allow: given?.FlinkRunConfiguration?.AllowNonRestoredState ?? false };
}

function groups(config: Config, given: z.infer<typeof groupsSchema> | undefined, world: World): Config['groups'] {
  if (given === undefined) return config.groups;
  const sent = Object.fromEntries(given.map(({ PropertyGroupId, PropertyMap }) => [PropertyGroupId, PropertyMap]));
  return world.settings.propertyGroups === 'replace' ? sent : { ...config.groups, ...sent };
}

function flink(config: Config, change: z.infer<typeof flinkSchema>): Partial<Config> {
  const parallel = change.ParallelismConfigurationUpdate ?? {};
  const points = change.CheckpointConfigurationUpdate ?? {};
  const monitoring = change.MonitoringConfigurationUpdate ?? {};
  const type = parallel.ConfigurationTypeUpdate ?? config.parallelism.type;
  const isGiven = parallel.ParallelismUpdate ?? parallel.ParallelismPerKPUUpdate ?? parallel.AutoScalingEnabledUpdate;
  if (type !== 'CUSTOM' && isGiven !== undefined) throw invalid('Parallelism can be set with the type CUSTOM only.');
  const pointsType = points.ConfigurationTypeUpdate ?? config.checkpoints.type;
  const defaults = { type: 'DEFAULT', enabled: true, interval: 60_000, pause: 5000 };
  return {
    parallelism: {
      type,
      value: parallel.ParallelismUpdate ?? config.parallelism.value,
      perKpu: parallel.ParallelismPerKPUUpdate ?? config.parallelism.perKpu,
      scaling: parallel.AutoScalingEnabledUpdate ?? config.parallelism.scaling,
    },
    checkpoints:
      pointsType === 'DEFAULT'
        ? defaults
        : {
            type: pointsType,
            enabled: points.CheckpointingEnabledUpdate ?? config.checkpoints.enabled,
            interval: points.CheckpointIntervalUpdate ?? config.checkpoints.interval,
            pause: points.MinPauseBetweenCheckpointsUpdate ?? config.checkpoints.pause,
          },
    monitoring: {
      type: monitoring.ConfigurationTypeUpdate ?? config.monitoring.type,
      metrics: monitoring.MetricsLevelUpdate ?? config.monitoring.metrics,
      log: monitoring.LogLevelUpdate ?? config.monitoring.log,
    },
  };
}
