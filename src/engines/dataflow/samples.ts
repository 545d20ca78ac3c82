import type { Run } from '../../model/run.js';
import type { Sample } from '../engine.js';
import type { Api } from './api.js';
import type { ReadSeries, Series, SeriesQuery } from './series.js';

/** What a signal is measured through; `now` in milliseconds. */
export interface Source {
  readonly api: Pick<Api, 'messages'>;
  readonly series: ReadSeries;
  readonly region: string;
  readonly now: number;
}

/** A time in whole minutes (milliseconds): asked for again, aligned points come with the same times. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A sample of whichever signal was asked for. */
export type Reading = Omit<Sample, 'signal'>;

/** The series of a run's metric, and those that came although they are another run's. */
export async function ofRun(
  source: Pick<Source, 'series'>,
  run: Run,
  span: Span,
  query: Pick<SeriesQuery, 'metric' | 'aligned'>,
): Promise<{ readonly own: readonly Series[]; readonly others: readonly Series[] }> {
  const all = await source.series({ ...query, ...span, labels: { 'metric.labels.job_id': run.id } });
  const isOwn = ({ labels }: Series) => labels['job_id'] === run.id;
  return { own: all.filter(isOwn), others: all.filter((series) => !isOwn(series)) };
}

/** A run's values by their times, as samples; another run's where it has none itself, so that it shows whose came instead. */
export function samplesOf(
  values: ReadonlyMap<number, number>,
  run: string,
  others: readonly Series[],
): readonly Reading[] {
  const foreign = others.flatMap(({ labels, points }) =>
    points.flatMap(([at, value]) => (values.has(at) ? [] : [sample(at, value, labels['job_id'] ?? 'no run')])),
  );
  return [...[...values].map(([at, value]) => sample(at, value, run)), ...foreign];
}

export function sample(at: number, value: number | null, run: string | null, idle = false): Reading {
  return { at: new Date(at).toISOString(), value, run, idle };
}
