import type { Effect } from '../../model/impact.js';
import type { Job, StrategyName } from '../../model/job.js';
import type { JsonObject } from '../../model/json.js';
import { checkpointOf } from './check.js';

/**
 * Estimate of stop plus start of a Glue streaming run, in seconds: the running micro-batch and the release of the workers (up to a
 * minute), then the start of a new cluster (one to two minutes). AWS documents no number; docs/engines/glue.md says how to measure it.
 */
export const restartGapSeconds = 180;

const rejections = {
  'in-flight-update': 'Glue has no call that changes the workers of a run that runs.',
  'in-place-update': 'Glue cannot replace a run by another one.',
  rolling: 'A Glue run has no instances that could be replaced one by one.',
  'savepoint-upgrade': 'Glue has no savepoints; the checkpoint stays in place and `restart` goes on from it.',
  'drain-and-resubmit': 'Glue has no drain; BatchStopJobRun is the only way to end a run.',
} as const satisfies { readonly [strategy in StrategyName]?: string };

/** What a strategy is expected to cost on Glue, or why it cannot be used. */
export function expectOf(
  strategy: StrategyName,
  job: Omit<Job, 'positions'>,
  before: JsonObject | null = null,
): Effect | { readonly rejected: string } {
  const state = stateOf(job.target, before);
  switch (strategy) {
    case 'create':
      return { gapSeconds: 0, duplicates: state === 'kept' ? 'replay' : 'none', state };
    case 'restart':
      return { gapSeconds: restartGapSeconds, duplicates: 'replay', state };
    case 'parallel':
      // The other slot's checkpoint is empty the first time and stale later: neither holds the state of the run that runs.
      return { gapSeconds: 0, duplicates: 'overlap', state: 'lost' };
    case 'stop':
      // Nothing is started: the checkpoint stays where it is.
      return { gapSeconds: null, duplicates: 'none', state: stateOf(job.target, null) };
    default:
      return { rejected: rejections[strategy] };
  }
}

/**
 * The state is where the checkpoint is: a run that begins at another location begins without it. The argument may have got its name, or
 * lost it, between the two. Where the old run shows no location and none was declared for it, its script alone knows.
 */
function stateOf(target: JsonObject, before: JsonObject | null): Effect['state'] {
  const declared = target['checkpoint-argument'];
  const argument = declared ?? before?.['checkpoint-argument'];
  if (argument === undefined) return 'unknown';
  const wanted = checkpointOf({ ...target, 'checkpoint-argument': argument });
  const had = before && checkpointOf({ 'checkpoint-argument': argument, ...before });
  if (had === null && before?.['checkpoint-argument'] === undefined)
    return declared === undefined || typeof before?.['script'] === 'string' ? 'unknown' : 'kept';
  return had === wanted ? 'kept' : 'lost';
}
