import type { Found } from '../changes/found.js';
import type { Good } from '../model/artifact.js';
import type { Job } from '../model/job.js';
import type { JobRecord } from '../model/record.js';
import type { JobChange, PlanEngine, PlanInput } from './input.js';

/** One job with everything that its plan is made from. */
export interface Context {
  readonly input: PlanInput;
  readonly job: Job;
  readonly change: JobChange;
  readonly engine: PlanEngine;
  readonly place: string | null;
  readonly record: JobRecord | null;
  /** The record stands under the job's old key (`was`). */
  readonly renamedFrom: string | null;
  readonly found: Found;
}

/** What the commands are about that a person can go on with. */
export function aboutOf({ input, job }: Pick<Context, 'input' | 'job'>): { environment: string; job: string } {
  return { environment: input.manifest.environment, job: job.key };
}

/** The good revision that a running revision was rolled out or adopted as. */
export function goodOf(record: JobRecord | null, revision: string | null): Good | null {
  if (record === null || revision === null) return null;
  return [record.good, ...record.goods].find((good) => good?.revision === revision) ?? null;
}

/** The running revision is the desired one; also where only the globs of the code identity were edited (DESIGN 5). */
export function isDesired(c: Context, revision: string | null): boolean {
  const { desired } = c.change;
  if (revision === null) return false;
  if (revision === desired.revision) return true;
  const same = c.input.options.sameCode.has(c.job.key);
  return same && goodOf(c.record, revision)?.settingsDigest === desired.settingsDigest;
}
