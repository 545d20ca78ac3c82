import { type DataflowRun, stateAt } from '../dataflow/run.js';
import type { Trace, Workload } from '../workload/index.js';
import type { MetricKind, ValueType } from './series.js';

/** A run and its source at a time; `from` is the time of the sample before. */
export interface Moment {
  readonly run: DataflowRun;
  readonly trace: Trace;
  readonly workload: Workload;
  readonly from: number;
  readonly at: number;
}

type Value = (moment: Moment) => number | string | null;

/** A metric of `dataflow.googleapis.com/`. Value null: no sample. */
export interface Metric {
  readonly kind: MetricKind;
  readonly valueType: ValueType;
  readonly unit: string;
  /** Some metrics name only the job, not the run. */
  readonly labelsRun: boolean;
  /** Samples of runs that have ended, too. */
  readonly afterEnd?: true;
  readonly series: readonly { readonly labels: { readonly [label: string]: string }; readonly value: Value }[];
}

const alone = (value: Value): Metric['series'] => [{ labels: {}, value }];
/** A pipeline of two stages: the first reads the source, the second writes. */
const stages = (first: Value, second: Value): Metric['series'] => [
  { labels: { stage: 'F0' }, value: first },
  { labels: { stage: 'F1' }, value: second },
];
const seconds = { kind: 'GAUGE', valueType: 'INT64', unit: 's', labelsRun: true } as const;
const bytes = { kind: 'GAUGE', valueType: 'INT64', unit: 'By', labelsRun: true } as const;
const count = { kind: 'GAUGE', valueType: 'INT64', unit: '1', labelsRun: true } as const;

const taken = ({ trace, run, from, at }: Moment) => trace.takenBy(run.id, from, at);
const lag = ({ trace, at }: Moment) => Math.round(trace.lagAt(at));

/** https://cloud.google.com/monitoring/api/metrics_gcp_d_h#gcp-dataflow */
export const metrics: { readonly [type: string]: Metric } = {
  'job/system_lag': { ...seconds, series: alone(lag) },
  'job/data_watermark_age': { ...seconds, series: alone((moment) => lag(moment) + 1) },
  'job/per_stage_system_lag': { ...seconds, series: stages(lag, () => 0) },
  'job/backlog_bytes': {
    ...bytes,
    series: stages(
      ({ trace, at, workload }) => Math.round(trace.backlogAt(at) * workload.bytesPerRecord),
      () => 0,
    ),
  },
  'job/backlog_elements': {
    ...count,
    series: stages(
      ({ trace, at }) => Math.round(trace.backlogAt(at)),
      () => 0,
    ),
  },
  'job/estimated_backlog_processing_time': {
    ...seconds,
    series: stages(
      (moment) => {
        const perSecond = taken(moment) / ((moment.at - moment.from) / 1000);
        return perSecond === 0 ? null : Math.round(moment.trace.backlogAt(moment.at) / perSecond);
      },
      () => 0,
    ),
  },
  'job/estimated_bytes_consumed_count': {
    ...bytes,
    kind: 'DELTA',
    series: stages(
      (moment) => Math.round(taken(moment) * moment.workload.bytesPerRecord),
      (moment) => Math.round((taken(moment) * moment.workload.bytesPerRecord) / 2),
    ),
  },
  'job/element_count': {
    ...count,
    series: [
      {
        labels: { pcollection: 'Read.out' },
        value: ({ trace, run, at }) => Math.round(trace.takenBy(run.id, Number.NEGATIVE_INFINITY, at)),
      },
    ],
  },
  'job/is_failed': {
    ...count,
    labelsRun: false,
    afterEnd: true,
    series: alone(({ run, at }) => (stateAt(run, at)?.state === 'JOB_STATE_FAILED' ? 1 : 0)),
  },
  'job/status': {
    kind: 'GAUGE',
    valueType: 'STRING',
    unit: '',
    labelsRun: true,
    series: alone(({ run, at }) => stateAt(run, at)?.state.replace('JOB_STATE_', '') ?? null),
  },
};
