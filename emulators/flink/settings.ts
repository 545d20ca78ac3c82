import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';

/** Times in seconds of the emulated clock. README.md says what each does. */
const settingsSchema = z.strictObject({
  version: z.enum(['1.18.1', '1.20.5', '2.3.0']).default('1.20.5'),
  scheduler: z.enum(['default', 'adaptive']).default('default'),
  taskManagers: z.int().min(0).default(8),
  slotsEach: z.int().min(1).default(8),
  startSeconds: z.number().min(0).default(2),
  savepointSeconds: z.number().min(0).default(0.5),
  stopSeconds: z.number().min(0).default(0.2),
  cancelSeconds: z.number().min(0).default(0.5),
  rescaleSeconds: z.number().min(0).default(3),
  checkpointSeconds: z.number().positive().default(10),
  refreshSeconds: z.number().min(0).default(3),
  resultSeconds: z.number().min(0).default(300),
  historySeconds: z.number().min(0).default(3600),
  checkpointTimeoutSeconds: z.number().positive().default(600),
  /** Where checkpoints go; null: a folder of its own. */
  checkpointDirectory: z.string().nullable().default(null),
  /** The cluster's directory for savepoints; null: none is configured. */
  savepointDirectory: z.string().nullable().default(null),
  retention: z.enum(['RETAIN_ON_CANCELLATION', 'DELETE_ON_CANCELLATION']).default('RETAIN_ON_CANCELLATION'),
  /** More configuration of the JobManager, as `/jobmanager/config` shows it. */
  configuration: z.record(z.string(), z.string()).default({}),
  submission: z.boolean().default(true),
});
export type FlinkSettings = z.infer<typeof settingsSchema>;

/** Settings after a change; throws ControlError for an unknown or malformed one. */
export function changedSettings(settings: Partial<FlinkSettings>, change: JsonObject): FlinkSettings {
  const result = settingsSchema.safeParse({ ...settings, ...change });
  if (result.success) return result.data;
  throw new ControlError(z.prettifyError(result.error));
}

/** Major and minor of the version as one number that can be compared: 1.20 is 120, 2.3 is 203. */
export function versionNumber({ version }: Pick<FlinkSettings, 'version'>): number {
  const [major = 1, minor = 0] = version.split('.').map(Number);
  return major * 100 + minor;
}
