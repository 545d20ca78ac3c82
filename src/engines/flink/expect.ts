import type { Effect } from '../../model/impact.js';
import type { Job, StrategyName } from '../../model/job.js';
import { verbsOf } from './verbs.js';

/**
 * Estimates of the time without processing, in seconds. Between a stop with a savepoint and the first record, 0.3 s were measured for a
 * small state with free slots (docs/engines/flink.md); what a larger one adds is its own upload and download.
 */
const savepointGapSeconds = 5;
const restartGapSeconds = 5;
const rescaleGapSeconds = 2;

type Expectation = Effect | { readonly rejected: string };

const effects: { readonly [S in StrategyName]: Expectation } = {
  create: { gapSeconds: 0, duplicates: 'none', state: 'kept' },
  'in-flight-update': { gapSeconds: rescaleGapSeconds, duplicates: 'replay', state: 'kept' },
  'savepoint-upgrade': { gapSeconds: savepointGapSeconds, duplicates: 'none', state: 'kept' },
  // From an intermediate savepoint: both process from it on.
  parallel: { gapSeconds: 0, duplicates: 'overlap', state: 'kept' },
  restart: { gapSeconds: restartGapSeconds, duplicates: 'replay', state: 'kept' },
  'drain-and-resubmit': { gapSeconds: null, duplicates: 'none', state: 'flushed' },
  stop: { gapSeconds: null, duplicates: 'none', state: 'kept' },
  'in-place-update': { rejected: 'a Flink job cannot be replaced by another one in one call' },
  rolling: { rejected: 'a Flink job is one unit; its tasks cannot be replaced one by one' },
};

/** What a strategy is expected to cost on Flink, or why it cannot be used. */
export function expectOf(strategy: StrategyName, { target }: Omit<Job, 'positions'>): Expectation {
  const verbs = verbsOf(target);
  if (strategy === 'in-flight-update' && !verbs.includes('scale'))
    return { rejected: 'only the adaptive scheduler changes a running job (target.scheduler: adaptive)' };
  if (strategy === 'drain-and-resubmit' && !verbs.includes('drain'))
    return { rejected: 'a drain needs a directory of its own (target.savepoint-directory)' };
  return effects[strategy];
}
