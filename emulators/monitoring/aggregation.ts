import type { EmulatedRequest } from '../service.js';
import { groupedBy } from '../workload/index.js';
import { MonitoringError } from './error.js';
import type { Point, Series, ValueType } from './series.js';

export interface Aggregation {
  /** Milliseconds; 0: points as they were sampled. */
  readonly period: number;
  readonly aligner: string;
  readonly reducer: string;
  readonly groupBy: readonly string[];
}

type Fold = (values: readonly number[]) => number;
const total: Fold = (values) => values.reduce((sum, value) => sum + value, 0);
const mean: Fold = (values) => total(values) / values.length;

interface Aligner {
  readonly fold: Fold;
  /** Only for metrics that count what happened in a time. */
  readonly deltaOnly?: true;
  readonly perSecond?: true;
  readonly gives?: ValueType;
}

const aligners: { readonly [name: string]: Aligner } = {
  ALIGN_MAX: { fold: (values) => Math.max(...values) },
  ALIGN_MIN: { fold: (values) => Math.min(...values) },
  ALIGN_MEAN: { fold: mean, gives: 'DOUBLE' },
  ALIGN_SUM: { fold: total },
  ALIGN_NEXT_OLDER: { fold: (values) => values.at(-1) ?? 0 },
  ALIGN_DELTA: { fold: total, deltaOnly: true },
  ALIGN_RATE: { fold: total, deltaOnly: true, perSecond: true, gives: 'DOUBLE' },
};

const reducers: { readonly [name: string]: { readonly fold: Fold; readonly gives?: ValueType } } = {
  REDUCE_SUM: { fold: total },
  REDUCE_MAX: { fold: (values) => Math.max(...values) },
  REDUCE_MIN: { fold: (values) => Math.min(...values) },
  REDUCE_MEAN: { fold: mean, gives: 'DOUBLE' },
};

/** Reads `aggregation.*` of a request. Throws 400. */
export function aggregationOf({ query }: EmulatedRequest): Aggregation {
  const value = (name: string) => query.get(`aggregation.${name}`);
  const aligner = value('perSeriesAligner') ?? 'ALIGN_NONE';
  const reducer = value('crossSeriesReducer') ?? 'REDUCE_NONE';
  const period = Number((value('alignmentPeriod') ?? '0s').replace(/s$/, ''));
  const invalid = (field: string, why: string) =>
    new MonitoringError(400, `Field aggregation.${field} had an invalid value of "${value(field)}": ${why}`);
  if (aligner !== 'ALIGN_NONE' && !(aligner in aligners)) throw invalid('perSeriesAligner', 'not an aligner.');
  if (reducer !== 'REDUCE_NONE' && !(reducer in reducers)) throw invalid('crossSeriesReducer', 'not a reducer.');
  if (aligner !== 'ALIGN_NONE' && !(period >= 60)) {
    throw invalid('alignmentPeriod', 'The alignment period must be at least 60 seconds.');
  }
  if (aligner === 'ALIGN_NONE' && reducer !== 'REDUCE_NONE') {
    throw invalid('crossSeriesReducer', 'a cross series reducer needs a per series aligner.');
  }
  return {
    period: aligner === 'ALIGN_NONE' ? 0 : period * 1000,
    aligner,
    reducer,
    groupBy: query.getAll('aggregation.groupByFields'),
  };
}

/** Aligns each series to periods that end at `end` and goes on back from there, then puts those of a group together. Throws 400. */
export function aggregated(all: readonly Series[], aggregation: Aggregation, end: number): readonly Series[] {
  const aligner = aligners[aggregation.aligner];
  if (!aligner) return all;
  const aligned = all.map((series) => align(series, aggregation, aligner, end));
  const reducer = reducers[aggregation.reducer];
  if (!reducer) return aligned;
  const groups = groupedBy(aligned, (series) => JSON.stringify(grouped(series, aggregation.groupBy)));
  return [...groups.values()].map((members): Series => {
    const first = members[0] as Series;
    const byEnd = groupedBy(
      members.flatMap(({ points }) => points),
      (point) => point.end,
    );
    const points = [...byEnd]
      .sort(([a], [b]) => a - b)
      .map(([, points]): Point => ({ ...(points[0] as Point), value: reducer.fold(points.map(numberOf)) }));
    return { ...first, ...grouped(first, aggregation.groupBy), valueType: reducer.gives ?? first.valueType, points };
  });
}

function align(series: Series, { period, aligner: name }: Aggregation, aligner: Aligner, end: number): Series {
  if (aligner.deltaOnly && series.kind !== 'DELTA') {
    throw new MonitoringError(400, `The aligner ${name} cannot be applied to metrics with kind ${series.kind}.`);
  }
  if (series.valueType === 'STRING') {
    throw new MonitoringError(400, `The aligner ${name} cannot be applied to metrics with value type STRING.`);
  }
  const buckets = groupedBy(series.points, (point) => end - Math.floor((end - point.end) / period) * period);
  const points = [...buckets].map(([at, points]): Point => {
    const value = aligner.fold(points.map(numberOf)) / (aligner.perSecond ? period / 1000 : 1);
    return { start: aligner.deltaOnly && !aligner.perSecond ? at - period : at, end: at, value };
  });
  const kind = aligner.perSecond ? 'GAUGE' : series.kind;
  return { ...series, kind, valueType: aligner.gives ?? series.valueType, points };
}

/** Labels that are left of a group: those that it was made by, and the project. */
function grouped(series: Series, groupBy: readonly string[]): Pick<Series, 'metricLabels' | 'resource'> {
  const kept = (labels: Series['metricLabels'], prefix: string) =>
    Object.fromEntries(
      Object.entries(labels).filter(([label]) =>
        groupBy.some((field) => field.replace('.label.', '.labels.') === `${prefix}.labels.${label}`),
      ),
    );
  const { project_id = '' } = series.resource.labels;
  return {
    metricLabels: kept(series.metricLabels, 'metric'),
    resource: { type: series.resource.type, labels: { project_id, ...kept(series.resource.labels, 'resource') } },
  };
}

function numberOf({ value }: Point): number {
  return Number(value);
}
