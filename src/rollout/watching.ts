import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Verdict } from '../model/verdict.js';
import { judgeLife, type LifeSpec, observeLife, verdictDue, type Watch, watchOf } from '../verify/life.js';
import { continuation, type Sight } from './sight.js';

/** What one more look says about a run that is being verified. `due`: when a verdict comes at the latest, in milliseconds. */
export interface Watched {
  readonly watch: Watch;
  readonly verdict: Verdict | null;
  readonly due: number;
}

/** Goes on with the watch that the record keeps, if it is of this run or of the one that this run continues; else begins anew. */
export function watchOn(record: JobRecord, run: Run, see: Sight): Watched {
  const before = record.verifying;
  const same = before !== null && (before.run === run.id || continuation(see.runs, before.run)?.id === run.id);
  // Counted from the answer to the next question: the time for which it has run is never overstated.
  const watch = same ? observeLife(before, run, see.answeredAt) : watchOf(run, see.answeredAt);
  const spec = lifeSpecOf(record);
  return { watch, verdict: judgeLife(watch, run, spec, see.at), due: verdictDue(watch, spec) };
}

/** A verdict in parallel also needs the overlap to be over. */
export function lifeSpecOf(record: JobRecord): LifeSpec {
  const job = record.plan?.job;
  const overlaps = record.plan?.strategy === 'parallel' && record.direction === 'forward';
  return {
    runningWithinSeconds: job?.verify.runningWithinSeconds ?? 900,
    bakeSeconds: Math.max(job?.verify.bakeSeconds ?? 0, overlaps ? (job?.parallel.overlapSeconds ?? 0) : 0),
  };
}
