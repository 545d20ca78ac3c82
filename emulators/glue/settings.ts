import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { standStillSchema } from '../kernel/stand-still.js';

const seconds = z.number().min(0);

/** What can be set by `POST /settings`; all times in seconds of the emulated clock. */
const settingsSchema = z.strictObject({
  /** STARTING until RUNNING. */
  startSeconds: seconds.default(60),
  /** STOPPING until STOPPED. */
  stopSeconds: seconds.default(30),
  /** RUNNING until SUCCEEDED, for a command that is not `gluestreaming`. */
  batchSeconds: seconds.default(120),
  /** FAILED until the next attempt, where MaxRetries allows one. */
  retrySeconds: seconds.default(30),
  /** How late GetJobRuns shows runs and their states; GetJobRun is never late. */
  listLagSeconds: seconds.default(0),
  listsStandStill: standStillSchema.default(null),
  /** Concurrent runs of an account in a region. */
  runQuota: z.int().min(1).default(50),
  /** Largest page of GetJobRuns, GetJobs and ListJobs, whatever MaxResults says. */
  pageSize: z.int().min(1).default(200),
  /** Not documented on AWS: whether JobRun.Arguments shows the defaults too. */
  argumentsShown: z.enum(['merged', 'run']).default('merged'),
  /** Not documented on AWS: whether a maintenance restart reads the definition as it is by then. */
  restartReads: z.enum(['run', 'definition']).default('run'),
  /** Not documented on AWS: whether a streaming job without Timeout has none, or its version's default for batch. */
  blankStreamingTimeout: z.enum(['none', 'version-default']).default('none'),
});

export type GlueSettings = z.infer<typeof settingsSchema>;

/** Lays changes over settings. Throws a ControlError. */
export function changedSettings(settings: Partial<GlueSettings>, change: JsonObject): GlueSettings {
  const result = settingsSchema.safeParse({ ...settings, ...change });
  if (result.success) return result.data;
  throw new ControlError(z.prettifyError(result.error));
}
