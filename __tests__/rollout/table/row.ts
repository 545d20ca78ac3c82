import type { StrategyName } from '../../../src/model/job.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { Run } from '../../../src/model/run.js';
import type { Own } from '../../../src/rollout/decision.js';
import { goodOf, recordOf, runOf, stampOf } from '../kit.js';

/** A row of the table of what is decided: what is seen and known, and the one thing to do. */
export interface Row {
  readonly runs: readonly Run[];
  readonly record?: Partial<JobRecord>;
  readonly own?: Partial<Own>;
  readonly does: string;
}
export type Rows = { readonly [row: string]: Row };

export const verdictOf = (run: string, verdict: NonNullable<Own['verdict']>['verdict']): Partial<Own> => ({
  verdict: { n: 2, run, verdict },
});
export const passed = (run = 'new') => verdictOf(run, { result: 'pass', message: 'ran' });
export const failed = (run = 'new') => verdictOf(run, { result: 'fail', code: 'crash-loop', message: 'it crashed' });
export const unclear = verdictOf('new', {
  result: 'inconclusive',
  code: 'verify-timeout',
  message: 'no samples',
});
export const no = (step: string): Partial<Own> => ({ failed: { step, code: 'engine-no', message: 'no' } });
export const pausing = (strategy: StrategyName): Partial<JobRecord> => {
  const { plan } = recordOf(strategy);
  return { plan: plan && { ...plan, job: { ...plan.job, onFailure: 'pause' } } };
};
export const timeout = (strategy: StrategyName, onTimeout: 'fail' | 'cancel' | 'leave'): Partial<JobRecord> => {
  const { plan } = recordOf(strategy);
  return { plan: plan && { ...plan, job: { ...plan.job, drain: { timeoutSeconds: 600, onTimeout } } } };
};
export const ready = { ready: { n: 2, run: 'new' } };
export const prepared: JobRecord['journal'] = [
  { at: '2026-01-01T00:01:00.000Z', step: 'prepare', verb: 'prepare', state: 'intended', run: null, note: null },
];
export const stranger = runOf('stranger');
export const foreign = runOf('foreign', { stamp: { ...stampOf('r1-x', 1, 'start'), rollout: 'ffff' } });
export const newer = runOf('newer', { stamp: stampOf('r1-newer', 3, 'start') });
export const strayOf = (state: Run['state'] = 'running') =>
  runOf('stray', { state, stamp: stampOf('r1-older', 1, 'start', 'older') });
export const scaled = (run: Run): Run => ({ ...run, scale: { workers: 5 } });
export const unknownGood = { good: null };
export const noTarget = { good: goodOf({ target: null }) };
export const late = (id: string) => ({ overdue: new Set([id]) });
