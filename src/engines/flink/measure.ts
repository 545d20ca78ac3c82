import type { Run } from '../../model/run.js';
import type { Sample } from '../engine.js';
import { hydrationOf } from './hydration.js';
import { takesCheckpoints } from './kept.js';
import type { Kit } from './kit.js';
import { jobMetric, sourceMetric, taskMetric } from './metrics.js';
import type { Checkpoints } from './shapes.js';
import type { Difference } from './snapshots/names.js';

/** Value of a signal now; null: not known. Undefined: the job has no such thing. */
type Measure = (kit: Kit, run: Run) => Promise<number | null | undefined>;

const measures: { readonly [signal: string]: Measure } = {
  checkpoints: ofCheckpoints(({ counts }) => counts.completed),
  'failed-checkpoints': ofCheckpoints(({ counts }) => counts.failed),
  'checkpoint-time': ofCheckpoints(({ latest }) => {
    const took = latest.completed?.end_to_end_duration;
    return took === undefined ? null : took / 1000;
  }),
  restarts: (kit, run) => jobMetric(kit, run, 'numRestarts'),
  'lost-state-names': ofHydration(({ lost }) => lost),
  'new-state-names': ofHydration(({ added }) => added),
  throughput: (kit, run) => sourceMetric(kit, run, { ends: 'numRecordsOutPerSecond', of: 'sum' }),
  backlog: (kit, run) => sourceMetric(kit, run, { ends: 'pendingRecords', of: 'sum' }),
  'records-lag': (kit, run) => sourceMetric(kit, run, { ends: 'records-lag-max', of: 'max' }),
  'watermark-age': (kit, run) => sourceMetric(kit, run, { ends: 'watermarkLag', of: 'max', per: 1000 }),
  'fetch-lag': (kit, run) => sourceMetric(kit, run, { ends: 'currentFetchEventTimeLag', of: 'max', per: 1000 }),
  backpressure: (kit, run) => taskMetric(kit, run, { name: 'backPressuredTimeMsPerSecond', per: 1000 }),
  'initialization-time': (kit, run) => taskMetric(kit, run, { name: 'initializationTime', per: 1000 }),
};

/** One sample of now: REST keeps no history. Null: there is no such signal, or the job has nothing of that kind. */
export async function measure(kit: Kit, run: Run, signal: string): Promise<readonly Sample[] | null> {
  const own = Object.hasOwn(measures, signal) ? measures[signal] : undefined;
  if (own === undefined) return null;
  const value = await own(kit, run);
  if (value === undefined) return null;
  return [{ signal, at: new Date(kit.ambient.clock.now()).toISOString(), value, run: run.id }];
}

function ofCheckpoints(value: (checkpoints: Checkpoints) => number | null): Measure {
  return async (kit, run) => {
    if (!(await takesCheckpoints(kit, run.id))) return undefined;
    const checkpoints = await kit.api.checkpoints(run.id);
    return checkpoints === null ? null : value(checkpoints);
  };
}

function ofHydration(names: (difference: Difference) => readonly string[]): Measure {
  return async (kit, run) => {
    const difference = await hydrationOf(kit, run);
    return difference == null ? difference : names(difference).length;
  };
}
