import type { Run } from '../model/run.js';
import type { StatusWord } from '../model/verification.js';
import type { Judged } from './verdict.js';

/** What the word of a new run is made from. */
export interface Signs {
  readonly run: Pick<Run, 'state'>;
  readonly gates: readonly (Judged & {
    /** What the last known sample said by itself. */
    readonly last: 'pass' | 'fail' | 'unknown' | 'idle' | null;
  })[];
  /** State that is still to be restored, in whatever unit the engine counts it; null: the engine does not tell. */
  readonly hydration: number | null;
}

/** One word for people who watch: the worst that is true. It decides nothing. */
export function statusOf({ run, gates, hydration }: Signs): StatusWord {
  const blocking = gates.filter(({ spec }) => !spec.advisory);
  if (run.state !== 'starting' && run.state !== 'running') return 'failing';
  if (blocking.some(({ verdict }) => verdict?.result === 'fail')) return 'failing';
  if (run.state === 'starting') return 'starting';
  if (hydration !== null && hydration > 0) return 'hydrating';
  // What has not converged yet lags behind; a sample that fails in the grace of a gate does, too.
  if (blocking.some(({ verdict, last }) => verdict === null && last === 'fail')) return 'lagging';
  return 'healthy';
}
