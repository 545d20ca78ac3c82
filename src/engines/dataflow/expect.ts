import type { Effect } from '../../model/impact.js';
import type { Job, StrategyName } from '../../model/job.js';
import { maxBackstopSeconds } from './experiments.js';
import { verbs } from './verbs.js';

/**
 * Seconds without processing between the end of the old run and the first record of the new one in an in-place update: the
 * compatibility check and the start of the workers. An estimate; the measured gap stands in the report.
 */
const inPlaceGapSeconds = 300;

/** What each strategy costs on Dataflow, or why it does not exist there. */
const effects: { readonly [S in StrategyName]: Effect | { readonly rejected: string } } = {
  create: { gapSeconds: 0, duplicates: 'none', state: 'none' },
  'in-flight-update': { gapSeconds: 0, duplicates: 'none', state: 'kept' },
  // Work in flight at the switch is done again, as after a lost worker.
  'in-place-update': { gapSeconds: inPlaceGapSeconds, duplicates: 'replay', state: 'kept' },
  // Both runs process; the drained one fires its open windows early.
  parallel: { gapSeconds: 0, duplicates: 'overlap', state: 'flushed' },
  // A drain takes as long as the windows and the backlog in flight need: not known beforehand.
  'drain-and-resubmit': { gapSeconds: null, duplicates: 'none', state: 'flushed' },
  stop: { gapSeconds: null, duplicates: 'none', state: 'flushed' },
  restart: {
    rejected: 'a cancelled Dataflow job loses what it has buffered and leaves no checkpoint to start from',
  },
  'savepoint-upgrade': { rejected: 'a template launch cannot start from a snapshot' },
  rolling: { rejected: 'a Dataflow job is one unit; its workers cannot be replaced one by one' },
};

/** What there is only with Streaming Engine. Slots are runs of different names, which need nothing of the service. */
function needsStreamingEngine(strategy: StrategyName, job: Omit<Job, 'positions'>): boolean {
  return strategy === 'in-flight-update' || (strategy === 'parallel' && job.parallel.slots.length === 0);
}

export function expect(strategy: StrategyName, job: Omit<Job, 'positions'>): Effect | { readonly rejected: string } {
  if (needsStreamingEngine(strategy, job) && !verbs(job.target).includes('overlap'))
    return { rejected: 'it needs Streaming Engine, which environment.enableStreamingEngine: false rules out' };
  if (
    strategy === 'parallel' &&
    job.parallel.slots.length === 0 &&
    job.parallel.overlapSeconds > maxBackstopSeconds / 2
  )
    return { rejected: 'twice the overlap is longer than the 744 hours after which the service drains the old job' };
  return effects[strategy];
}
