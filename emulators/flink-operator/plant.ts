import * as z from 'zod';

/**
 * What a program is: `lines` are those of its jar (emulators/flink/README.md, "What a jar decides"), and of its pods (README.md, "What an image
 * decides"). It is found by what a spec names: `spec.image`, `spec.job.jarURI`, or one of `spec.job.args`; the lines of all that match add up.
 * What is not registered is the usual program.
 */
export const programSchema = z.strictObject({ program: z.string().min(1), lines: z.string() });

/** An object as somebody else applied it (manager `kubectl-client-side-apply`) some time ago; it has gone its way since then. */
export const plantedSchema = z.strictObject({
  kind: z
    .enum(['FlinkDeployment', 'FlinkSessionJob', 'FlinkStateSnapshot', 'FlinkBlueGreenDeployment'])
    .default('FlinkDeployment'),
  name: z.string().min(1),
  namespace: z.string().default('default'),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  /** Absent: an application cluster of image `orders:1` with savepoints and checkpoints in a folder of the emulator, `upgradeMode: savepoint`. */
  spec: z.record(z.string(), z.json()).optional(),
  startedSecondsAgo: z.number().min(0).default(3600),
});

/** Something happens to the Flink behind an object: to its job, or to its JobManager. */
export const fateSchema = z.strictObject({
  /** `namespace/name` of a FlinkDeployment (of a blue/green one: of its child) or a FlinkSessionJob. */
  object: z.string(),
  /**
   * `fail`, `finish`, `cancel`, `restart`: the job. `jobmanager-restart`: with HA metadata the job is recovered, without it the job is forgotten;
   * `jobmanager-error`: its container crash-loops; `jobmanager-missing`: its Deployment was deleted; `ha-lost`: its HA metadata was deleted.
   */
  fate: z.enum([
    'fail',
    'finish',
    'cancel',
    'restart',
    'jobmanager-restart',
    'jobmanager-error',
    'jobmanager-missing',
    'ha-lost',
  ]),
  message: z.string().default('java.lang.RuntimeException: it failed'),
});

/** The operator's process dies and comes back. `before-deploy`: after the next UPGRADING is written and before anything is made; `after-deploy`: right after that, before the status says so. */
export const crashSchema = z.strictObject({
  operator: z.literal('crash'),
  when: z.enum(['now', 'before-deploy', 'after-deploy']),
  /** How long it is away. */
  seconds: z.number().min(0).default(30),
});

export type PlantedProgram = z.infer<typeof programSchema>;
export type Planted = z.input<typeof plantedSchema>;
export type PlantedFate = z.input<typeof fateSchema>;
export type OperatorCrash = z.input<typeof crashSchema>;
