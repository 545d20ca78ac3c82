import type { Run } from '../../model/run.js';
import { ofRun, type Reading, type Source, type Span, sample, samplesOf } from './samples.js';
import type { Series } from './series.js';

/** A minute of which a metric shows nothing by then has none: it is visible after 240 s at most. */
const settledAfter = 300_000;
/** An element that waits longer is no idle source. */
const waitsSeconds = 60;

const largest = { aligner: 'ALIGN_MAX', reducer: 'REDUCE_SUM' } as const;

/**
 * Bytes a second, by the minute. A minute without any is an idle source if nothing waited; a stall if something did; and not known if
 * neither backlog nor lag tells. Until both can be known the sample is held back: what is given once may be judged at once.
 */
export async function throughput(source: Source, run: Run, span: Span): Promise<readonly Reading[]> {
  const rate = { metric: 'estimated_bytes_consumed_count', aligned: { aligner: 'ALIGN_RATE', reducer: 'REDUCE_MAX' } };
  const [taken, backlog, lag] = await Promise.all([
    ofRun(source, run, span, rate),
    ofRun(source, run, span, { metric: 'backlog_bytes', aligned: largest }),
    ofRun(source, run, span, { metric: 'system_lag', aligned: largest }),
  ]);
  const waiting = valuesOf(backlog.own);
  const ages = valuesOf(lag.own);
  const found = valuesOf(taken.own);
  const others = samplesOf(found, run.id, taken.others).filter((one) => one.run !== run.id);
  const own = [...found].flatMap(([at, value]): readonly Reading[] => {
    if (value > 0) return [sample(at, value, run.id)];
    const bytes = waiting.get(at);
    const age = ages.get(at);
    if ((bytes ?? 0) > 0 || (age ?? 0) > waitsSeconds) return [sample(at, 0, run.id)];
    const all = bytes !== undefined && age !== undefined;
    if (!all && source.now - at < settledAfter) return [];
    return [bytes === undefined && age === undefined ? sample(at, null, run.id) : sample(at, 0, run.id, true)];
  });
  return [...own, ...others];
}

function valuesOf(series: readonly Series[]): ReadonlyMap<number, number> {
  return new Map(series.flatMap(({ points }) => points));
}
