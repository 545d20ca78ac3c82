import type { Run } from '../../model/run.js';
import type { Sample } from '../engine.js';
import { ofRun, type Reading, type Source, type Span, sample, samplesOf } from './samples.js';
import type { SeriesQuery } from './series.js';
import { signals } from './signals.js';
import { fromTimestamp } from './struct.js';
import { throughput } from './throughput.js';

const minute = 60_000;

type Measure = (source: Source, run: Run, span: Span) => Promise<readonly Reading[]>;

const measures: { readonly [signal: string]: Measure } = {
  throughput: (source, run, span) => throughput(source, run, span),
  'system-lag': metric({ metric: 'system_lag' }),
  'watermark-age': metric({ metric: 'data_watermark_age' }),
  backlog: metric({ metric: 'backlog_bytes', aligned: { aligner: 'ALIGN_MAX', reducer: 'REDUCE_SUM' } }),
  'backlog-time': metric({
    metric: 'estimated_backlog_processing_time',
    aligned: { aligner: 'ALIGN_MAX', reducer: 'REDUCE_MAX' },
  }),
  elements: metric({ metric: 'element_count', aligned: { aligner: 'ALIGN_MAX', reducer: 'REDUCE_MAX' } }),
  failed,
  errors,
};

/** Samples of a signal from `since` (ISO 8601) on. Null: there is no such signal. Throws where it could not be read. */
export async function measure(
  source: Source,
  run: Run,
  signal: string,
  since: string,
): Promise<readonly Sample[] | null> {
  const own = signals.some(({ name }) => name === signal) ? measures[signal] : undefined;
  if (own === undefined) return null;
  const to = Math.floor(source.now / minute) * minute;
  // An interval needs a length; a rate is that of the minute before.
  const from = Math.min(Math.floor(Date.parse(since) / minute) * minute, to) - minute;
  return (await own(source, run, { from, to })).map((reading) => ({ signal, ...reading }));
}

function metric(query: Pick<SeriesQuery, 'metric' | 'aligned'>): Measure {
  return async (source, run, span) => {
    const { own, others } = await ofRun(source, run, span, query);
    const values = new Map(own.flatMap(({ points }) => points));
    return samplesOf(values, run.id, others);
  };
}

/** Its metric names the job but not the run, so the sample says of none. */
async function failed({ series, region }: Source, run: Run, span: Span): Promise<readonly Reading[]> {
  const found = await series({
    metric: 'is_failed',
    labels: { 'resource.labels.job_name': run.name, 'resource.labels.region': region },
    ...span,
  });
  const values = new Map<number, number>();
  for (const [at, value] of found.flatMap(({ points }) => points)) values.set(at, Math.max(value, values.get(at) ?? 0));
  return [...values].map(([at, value]) => sample(at, value, null));
}

/** How many error messages the run had by each minute. A message has its time, so that the past can be counted again. */
async function errors({ api }: Source, run: Run, { from, to }: Span): Promise<readonly Reading[]> {
  // Errors alone: a list of bounded length that warnings fill would not reach them.
  const messages = await api.messages(run.id, 'JOB_MESSAGE_ERROR');
  const times = messages.flatMap(({ messageImportance, time }) => {
    const at = messageImportance === 'JOB_MESSAGE_ERROR' ? fromTimestamp(time) : null;
    return at === null ? [] : [Date.parse(at)];
  });
  const samples: Reading[] = [];
  for (let at = from; at <= to; at += minute) {
    samples.push(sample(at, times.filter((time) => time <= at).length, run.id));
  }
  return samples;
}
