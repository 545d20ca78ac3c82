import type { Session } from '../engines/engine.js';
import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import { kinds } from './case.js';
import type { Decision } from './decision.js';
import type { Sight } from './sight.js';

/** Widens the bounds of the processing gap by one look: a draining run still processes, a starting one does not yet. What the engine told stands. */
export function observeGap(gap: JobRecord['gap'], see: Sight): JobRecord['gap'] {
  if (gap.by !== undefined) return gap;
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
  const { lastBefore, firstAfter, by } = record.gap;
  if (by === 'nobody') return null;
  if (record.plan?.strategy === 'in-flight-update' && by === undefined) return 0;
  if (lastBefore === null || firstAfter === null) return null;
  return Math.max(0, (Date.parse(firstAfter) - Date.parse(lastBefore)) / 1000);
}

/** Where that figure is from; undefined where nothing was measured. */
export function gapBy(record: Pick<JobRecord, 'gap' | 'predecessor' | 'plan'>): 'engine' | 'looks' | undefined {
  if (gapSeconds(record) === null || record.plan?.strategy === 'in-flight-update') return undefined;
  return record.gap.by === 'engine' ? 'engine' : 'looks';
}

/** Asks the engine for its own times of the gap, of which looks know no more than some seconds. Throws what the engine throws. */
export async function toldGap(
  session: Pick<Session, 'gap'>,
  { plan, gap }: Pick<JobRecord, 'plan' | 'gap'>,
  { predecessor, fresh, undone }: Pick<Sight, 'predecessor' | 'fresh' | 'undone'>,
): Promise<JobRecord['gap']> {
  const scales = plan?.strategy === 'in-flight-update';
  const next = scales ? predecessor : (undone ?? fresh);
  if (session.gap === undefined || gap.by !== undefined || predecessor === null || next === null) return gap;
  const told = await session.gap(predecessor, next);
  if (told === null) return scales ? { ...gap, by: 'nobody' } : gap;
  return { ...told, by: 'engine' };
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
