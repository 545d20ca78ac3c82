import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { kinds } from './case.js';
import type { Decision } from './decision.js';
import type { Sight } from './sight.js';

/** Widens the bounds of the processing gap by one look: a draining run still processes, a starting one does not yet. */
export function observeGap(gap: JobRecord['gap'], see: Sight): JobRecord['gap'] {
  const at = new Date(see.at).toISOString();
  const answered = new Date(see.answeredAt).toISOString();
  const next = see.undone ?? see.fresh;
  if (next !== null && next.state === 'running') {
    const lastBefore = processing(see.predecessor) ? at : gap.lastBefore;
    return { lastBefore, firstAfter: gap.firstAfter ?? answered };
  }
  return processing(see.predecessor) ? { lastBefore: at, firstAfter: null } : { ...gap, firstAfter: null };
}

/** Seconds between the two bounds; 0 where both runs were seen processing; null where a bound is missing. */
export function gapSeconds(record: Pick<JobRecord, 'gap' | 'predecessor' | 'plan'>): number | null {
  if (record.plan?.strategy === 'in-flight-update') return 0;
  const { lastBefore, firstAfter } = record.gap;
  if (lastBefore === null || firstAfter === null) return null;
  return Math.max(0, (Date.parse(firstAfter) - Date.parse(lastBefore)) / 1000);
}

/** No run of the job is up: between stop and start. Nothing is handed over here. */
export function inGap({ plan }: JobRecord, see: Sight): boolean {
  const up = (run: Run | null) => run !== null && isActive(run) && !isEnding(run);
  if (plan?.strategy === 'create' || plan?.strategy === 'stop') return false;
  return !up(see.predecessor) && !up(see.fresh) && !up(see.undone);
}

/** A call after which no run may be up, whatever comes of its answer. */
export function opensGap({ plan }: JobRecord, { verb }: Extract<Decision, { do: 'call' }>): boolean {
  const ends = verb === 'stop' || verb === 'drain' || verb === 'snapshot';
  return plan !== null && kinds[plan.strategy] === 'gap' && ends;
}

function processing(run: Run | null): boolean {
  return run !== null && (run.state === 'running' || run.state === 'draining');
}
