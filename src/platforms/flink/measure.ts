import type { Sample } from '../../engines/engine.js';
import type { Run } from '../../model/run.js';
import { takesCheckpoints } from './checkpoints.js';
import { hydrationOf } from './hydration.js';
import { jobMetric, sourceMetric, taskMetric } from './metrics.js';
import type { Checkpoints } from './shapes.js';
import type { Sight } from './sight.js';
import type { Difference } from './snapshots/names.js';

/** Value of a signal now; null: not known. Undefined: the job has no such thing. */
type Measure = (sight: Sight, run: Run) => Promise<number | null | undefined>;

const measures: { readonly [signal: string]: Measure } = {
  checkpoints: ofCheckpoints(({ counts }) => counts.completed),
  'failed-checkpoints': ofCheckpoints(({ counts }) => counts.failed),
  'checkpoint-time': ofCheckpoints(({ latest }) => {
    const took = latest.completed?.end_to_end_duration;
    return took === undefined ? null : took / 1000;
  }),
  restarts: (sight, run) => jobMetric(sight, run, 'numRestarts'),
  'lost-state-names': ofHydration(({ lost }) => lost),
  'new-state-names': ofHydration(({ added }) => added),
  throughput: (sight, run) => sourceMetric(sight, run, { ends: 'numRecordsOutPerSecond', of: 'sum' }),
  backlog: (sight, run) => sourceMetric(sight, run, { ends: 'pendingRecords', of: 'sum' }),
  'records-lag': (sight, run) => sourceMetric(sight, run, { ends: 'records-lag-max', of: 'max' }),
  'watermark-age': (sight, run) => sourceMetric(sight, run, { ends: 'watermarkLag', of: 'max', per: 1000 }),
  'fetch-lag': (sight, run) => sourceMetric(sight, run, { ends: 'currentFetchEventTimeLag', of: 'max', per: 1000 }),
  backpressure: (sight, run) => taskMetric(sight, run, { name: 'backPressuredTimeMsPerSecond', per: 1000 }),
  'initialization-time': (sight, run) => taskMetric(sight, run, { name: 'initializationTime', per: 1000 }),
};

/** One sample of now: REST keeps no history. Null: there is no such signal, or the job has nothing of that kind. */
export async function measure(sight: Sight, run: Run, signal: string): Promise<readonly Sample[] | null> {
  const own = Object.hasOwn(measures, signal) ? measures[signal] : undefined;
  if (own === undefined) return null;
  const value = await own(sight, run);
  if (value === undefined) return null;
  return [{ signal, at: new Date(sight.ambient.clock.now()).toISOString(), value, run: run.id }];
}

function ofCheckpoints(value: (checkpoints: Checkpoints) => number | null): Measure {
  return async (sight, run) => {
    const takes = await takesCheckpoints(sight, run.id);
    if (takes === null) return null;
    if (!takes) return undefined;
    const checkpoints = await sight.api.checkpoints(run.id);
    return checkpoints === null ? null : value(checkpoints);
  };
}

function ofHydration(names: (difference: Difference) => readonly string[]): Measure {
  return async (sight, run) => {
    const difference = await hydrationOf(sight, run);
    return difference == null ? difference : names(difference).length;
  };
}
