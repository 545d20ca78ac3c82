import type { JobRecord, RolloutPlan } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { naming } from './intent.js';

/** Steps that begin a run. */
const launching: readonly RolloutPlan['steps'][number]['verb'][] = ['start', 'replace', 'overlap'];

/** What becomes of an open rollout that is resumed: after a crash its new run may be up already, and then nothing is started a second time. */
export function goingOn(record: JobRecord, runs: readonly Run[]): string {
  if (record.direction === 'undo') return 'is resumed: its undo goes on';
  const launches = record.plan?.steps.some(({ verb }) => launching.includes(verb)) ?? false;
  const fresh = runs.find((run) => isLaunchedBy(record, run) && isActive(run) && !isEnding(run));
  if (!launches || fresh === undefined) return 'is resumed where it stands';
  return `is resumed where it stands: its new ${naming(fresh)} is up, so nothing is started a second time`;
}

function isLaunchedBy({ n, rollout }: JobRecord, { stamp }: Run): boolean {
  return stamp?.n === n && stamp.rollout === rollout;
}
