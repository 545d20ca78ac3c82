import * as z from 'zod';
import { isObject, type JsonObject } from '../../src/model/json.js';

/** How a run fares (the README describes each). */
export const behaviours = [
  'healthy',
  'fail-after',
  'crash',
  'crash-loop',
  'stalled',
  'late-rejection',
  'incompatible',
  'slow-start',
  'drain-never-ends',
  'cancel-never-ends',
  'batch',
] as const;
export type Behaviour = (typeof behaviours)[number];

const seconds = z.coerce
  .number()
  .min(0)
  .max(366 * 86_400);

/** The part of an artifact that says how its runs fare. All times in seconds of the emulated clock. */
export const fateSchema = z.strictObject({
  behaviour: z.enum(behaviours).default('healthy'),
  /** Delay of the behaviour; its meaning is in the README. */
  seconds: seconds.optional(),
  message: z.string().max(10_000).optional(),
  /** Names of the pipeline's steps: an in-place update needs each old one, or its mapping, in the new list. */
  steps: z.array(z.string()).max(1000).optional(),
  queuedSeconds: seconds.optional(),
  pendingSeconds: seconds.optional(),
  drainSeconds: seconds.optional(),
  cancelSeconds: seconds.optional(),
  /** Records that a run can take a second; left out: as the workload says (emulators/workload). */
  capacityPerSecond: z.coerce.number().min(0).max(1e9).optional(),
  /** RUNNING until it takes the first record. */
  warmUpSeconds: seconds.optional(),
});

export type Fate = z.infer<typeof fateSchema>;

export const healthy: Fate = { behaviour: 'healthy' };

const secondsOf: { readonly [behaviour in Behaviour]: number } = {
  healthy: 0,
  'fail-after': 40,
  crash: 5,
  'crash-loop': 30,
  stalled: 0,
  'late-rejection': 5,
  incompatible: 0,
  'slow-start': 1200,
  'drain-never-ends': 0,
  'cancel-never-ends': 0,
  batch: 120,
};

/** The behaviour's delay, or its default. */
export function delayOf(fate: Fate): number {
  return fate.seconds ?? secondsOf[fate.behaviour];
}

/** Reads the `x-emulator` block of an artifact; healthy without one. Throws a ZodError for a malformed one. */
export function fateOfArtifact(artifact: JsonObject): Fate {
  const metadata = isObject(artifact['metadata']) ? artifact['metadata'] : {};
  const block = artifact['x-emulator'] ?? metadata['x-emulator'];
  return block === undefined ? healthy : fateSchema.parse(block);
}

/** Reads the labels `emulator-behaviour` and `emulator-seconds`, for jobs whose artifact the service never sees (`jobs.create`). */
export function fateOfLabels(labels: { readonly [key: string]: string }): Fate {
  const behaviour = labels['emulator-behaviour'];
  if (behaviour === undefined) return healthy;
  return fateSchema.parse({
    behaviour,
    ...(labels['emulator-seconds'] ? { seconds: labels['emulator-seconds'] } : {}),
  });
}
