import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
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

function processing(run: Run | null): boolean {
  return run !== null && (run.state === 'running' || run.state === 'draining');
}
