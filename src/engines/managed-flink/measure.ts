import type { ApplicationDetail } from '@aws-sdk/client-kinesis-analytics-v2';
import type { Run } from '../../model/run.js';
import { type Datum, keptDays, type Metrics } from '../../platforms/aws/metrics.js';
import type { Sample } from '../engine.js';
import { begunAt } from './begun.js';
import { applicationDimension, namespace, queryOf } from './query.js';
import type { Tools } from './shared.js';

const minute = 60_000;
/** The parts of a minute arrive apart: a value is given so long after its end, since it may be judged at once. */
const wholeAfter = 60_000;
/** Dimensions of one metric that are asked about: connectors report by stream, topic, task or shard. */
const mostDimensions = 100;
/** Snapshots of the metrics that AWS takes in a period: a sum over it is so many times the value. */
const snapshots = 4;

/** What is read for one run. Times in milliseconds. */
interface Sight {
  readonly metrics: Metrics;
  readonly run: Run;
  readonly detail: ApplicationDetail;
  /** The first whole period that is the run's own, and since when samples are asked for. */
  readonly begun: number;
  readonly from: number;
  readonly to: number;
}

type Values = readonly (Omit<Datum, 'run'> & { readonly idle?: boolean })[];

/** Null: the application has nothing of that kind. */
type Measure = (sight: Sight) => Promise<Values | null>;

const measures: { readonly [signal: string]: Measure } = {
  checkpoints,
  restarts: (sight) => whole(sight, isSince22(sight) ? 'numRestarts' : 'fullRestarts', 1),
  throughput,
  'consumer-lag': (sight) => reported(sight, 'millisBehindLatest', Math.max, 1 / 1000),
  'records-lag': (sight) => reported(sight, 'records_lag_max', Math.max, 1),
  'watermark-age': watermarkAge,
  'failed-checkpoints': (sight) => whole(sight, 'numberOfFailedCheckpoints', 1),
  'checkpoint-time': (sight) => whole(sight, 'lastCheckpointDuration', 1 / 1000),
  downtime: (sight) => whole(sight, isSince22(sight) ? 'restartingTime' : 'downtime', 1 / 1000),
  uptime: (sight) => whole(sight, isSince22(sight) ? 'runningTime' : 'uptime', 1 / 1000),
};

/**
 * Samples of an application's metric while a run is the one that it is at: whole periods between the end of the operation that brought
 * the run and the run's own end. Null: there is no such signal.
 */
export async function measure(
  tools: Tools,
  run: Run,
  signal: string,
  since: string,
): Promise<readonly Sample[] | null> {
  const own = Object.hasOwn(measures, signal) ? measures[signal] : undefined;
  if (own === undefined) return null;
  const application = await tools.recently(run.name);
  // Where the application is at another run by now, what it sends is not this one's.
  const isOwn = application?.run === run.id || run.endedAt !== null;
  const begun = application === null || !isOwn ? null : begunAt(run, application.events);
  if (application === null || begun === null) return [];
  const now = tools.ambient.clock.now() + tools.lead.milliseconds;
  const oldest = now - keptDays * 24 * 60 * minute;
  const first = Math.ceil(Math.max(begun, oldest) / minute) * minute;
  const from = Math.max(first, Math.floor(Date.parse(since) / minute) * minute);
  const last = Math.min(now, run.endedAt === null ? now : Date.parse(run.endedAt));
  // A run that was hardly there has no period of its own.
  if (last - from < minute) return [];
  const sight = { metrics: await tools.metrics(), run, detail: application.detail, begun: first, from, to: last };
  const values = await own(sight);
  if (values === null) return null;
  return values
    .filter(({ at }) => at > from && at <= last && at + wholeAfter <= now)
    .map(({ at, value, idle = false }) => ({ signal, at: new Date(at).toISOString(), value, idle }));
}

function isSince22({ detail }: Sight): boolean {
  const [, major, minor] = detail.RuntimeEnvironment?.match(/^FLINK-(\d+)_(\d+)/) ?? [];
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 2);
}

/** A metric of the application as a whole; what is below 0 stands for "none yet". */
async function whole({ metrics, run, from, to }: Sight, metric: string, scale: number): Promise<Values> {
  const data = await metrics.data({ ...queryOf(metric, 'Maximum', run.name), from, to });
  return data.filter(({ value }) => value >= 0).map(({ at, value }) => ({ at, value: value * scale }));
}

/** A metric of connectors or operators, in whatever dimensions they report it: the worst of a period. Null: none reports it. */
async function reported(
  { metrics, run, from, to }: Sight,
  metric: string,
  worst: typeof Math.max,
  scale: number,
): Promise<Values | null> {
  const dimensions = await metrics.listed(namespace, metric, applicationDimension(run.name), mostDimensions);
  if (dimensions.length === 0) return null;
  const statistic = worst === Math.max ? 'Maximum' : 'Minimum';
  const data = await metrics.data({ ...queryOf(metric, statistic, run.name, dimensions), from, to });
  const values = new Map<number, number>();
  for (const { at, value } of data) {
    if (value >= 0) values.set(at, worst(values.get(at) ?? value, value));
  }
  return [...values].sort(([a], [b]) => a - b).map(([at, value]) => ({ at, value: value * scale }));
}

/**
 * AWS publishes no count. Two values of the last checkpoint that differ are two checkpoints, and the largest value of a period is one
 * checkpoint's: so it is a lower bound, also where several come in a period. Null: the application takes none.
 */
async function checkpoints(sight: Sight): Promise<Values | null> {
  const settings =
    sight.detail.ApplicationConfigurationDescription?.FlinkApplicationConfigurationDescription
      ?.CheckpointConfigurationDescription;
  if (settings?.CheckpointingEnabled === false) return null;
  const all = { ...sight, from: sight.begun };
  const [durations, sizes] = await Promise.all([
    changesOf(all, 'lastCheckpointDuration'),
    changesOf(all, 'lastCheckpointSize'),
  ]);
  return durations.map(({ at, value }) => ({
    at,
    value: Math.max(value, sizes.findLast((one) => one.at <= at)?.value ?? 0),
  }));
}

async function changesOf({ metrics, run, from, to }: Sight, metric: string): Promise<Values> {
  const data = await metrics.data({ ...queryOf(metric, 'Maximum', run.name), from, to });
  let count = 0;
  let before: number | null = null;
  return data.map(({ at, value }) => {
    if (value >= 0 && value !== before) count += 1;
    before = value;
    return { at, value: count };
  });
}

/** A period without records is a stall if a source is known to be behind, and else an idle source: the service can't tell the two apart. */
async function throughput(sight: Sight): Promise<Values> {
  const { metrics, run, from, to } = sight;
  const data = await metrics.data({ ...queryOf('numRecordsInPerSecond', 'Sum', run.name), from, to });
  if (data.every(({ value }) => value > 0)) return data.map(({ at, value }) => ({ at, value: value / snapshots }));
  const lags = await Promise.all([
    reported(sight, 'millisBehindLatest', Math.max, 1),
    reported(sight, 'records_lag_max', Math.max, 1),
  ]);
  const waits = new Set(lags.flatMap((values) => (values ?? []).flatMap(({ at, value }) => (value > 0 ? [at] : []))));
  return data.map(({ at, value }) => ({ at, value: value / snapshots, idle: value === 0 && !waits.has(at) }));
}

async function watermarkAge(sight: Sight): Promise<Values | null> {
  const marks = await reported(sight, 'currentInputWatermark', Math.min, 1);
  return marks?.map(({ at, value }) => ({ at, value: Math.max(0, at - value) / 1000 })) ?? null;
}
