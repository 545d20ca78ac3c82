import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { standStillSchema } from '../kernel/stand-still.js';

const seconds = z
  .number()
  .min(0)
  .max(366 * 86_400);

const schema = z.strictObject({
  /** How far lists lag behind, new and ended jobs alike. A get is never late. */
  listLagSeconds: seconds,
  listsStandStill: standStillSchema,
  /** Active jobs of a project. */
  concurrentJobs: z.int().min(0),
  queuedSeconds: seconds,
  pendingSeconds: seconds,
  drainSeconds: seconds,
  cancelSeconds: seconds,
  /** From PENDING to the result of an in-place update's compatibility check. */
  compatibilitySeconds: seconds,
  /** Age under which a job is `not yet ready for canceling`. */
  notReadyForCancelSeconds: seconds,
  /** Whether refused parallel options of a flex template fail the launch call, or the job afterwards. */
  flexRejections: z.enum(['late', 'synchronous']),
  /** Whether `replaceJobId` and `replacedByJobId` are filled in parallel updates. */
  parallelLinks: z.boolean(),
  /** Whether the service still drains the old job of a parallel update when the new one ended within the overlap. */
  drainsAfterNewEnded: z.boolean(),
  /** Regions that do not answer: named in `failedLocation`, their jobs missing from lists. */
  failedLocations: z.array(z.string()),
});

/** What differs between accounts, or what is not known of the real service. Changed through `POST /settings`. */
export type Settings = z.infer<typeof schema>;

export function defaultSettings(): Settings {
  return {
    listLagSeconds: 0,
    listsStandStill: null,
    concurrentJobs: 25,
    queuedSeconds: 10,
    pendingSeconds: 60,
    drainSeconds: 60,
    cancelSeconds: 10,
    compatibilitySeconds: 20,
    notReadyForCancelSeconds: 10,
    flexRejections: 'late',
    parallelLinks: false,
    drainsAfterNewEnded: false,
    failedLocations: [],
  };
}

/** Changes settings in place. Throws a ControlError for an unknown or malformed one. */
export function changeSettings(settings: Settings, changes: JsonObject): void {
  const read = schema.partial().safeParse(changes);
  if (!read.success) throw new ControlError(z.prettifyError(read.error));
  Object.assign(settings, read.data);
}
