import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { standStillSchema } from '../kernel/stand-still.js';

const seconds = z.number().min(0);

/** What can be set by `POST /settings`; all times in seconds of the emulated clock. */
const settingsSchema = z.strictObject({
  /** STARTING until RUNNING. */
  startSeconds: seconds.default(60),
  /** STOPPING until READY. */
  stopSeconds: seconds.default(30),
  /** UPDATING until RUNNING. */
  updateSeconds: seconds.default(30),
  /** UPDATING until READY, of an application that is stopped. */
  editSeconds: seconds.default(5),
  /** ROLLING_BACK until RUNNING. */
  rollbackSeconds: seconds.default(30),
  /** CREATING until READY, of a snapshot. */
  snapshotSeconds: seconds.default(5),
  /** How late lists show operations, versions and snapshots; a description is never late. */
  listLagSeconds: seconds.default(0),
  listsStandStill: standStillSchema.default(null),
  /** Snapshots that an application may keep. */
  snapshotQuota: z.int().min(1).default(1000),
  /** Snapshots that are asked for end as FAILED. */
  snapshotsFail: z.boolean().default(false),
  pageSize: z.int().min(1).default(50),
  /** Not documented on AWS: whether property groups that are sent replace all, or lie over those that are there. */
  propertyGroups: z.enum(['replace', 'merge']).default('replace'),
  /** Not documented on AWS: whether going back makes a version, or shows the old number again. */
  rollbackVersion: z.enum(['next', 'old']).default('next'),
});

export type FlinkSettings = z.infer<typeof settingsSchema>;

/** Lays changes over settings. Throws a ControlError. */
export function changedSettings(settings: Partial<FlinkSettings>, change: JsonObject): FlinkSettings {
  const result = settingsSchema.safeParse({ ...settings, ...change });
  if (result.success) return result.data;
  throw new ControlError(z.prettifyError(result.error));
}
