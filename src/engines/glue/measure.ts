import type { JobRun } from '@aws-sdk/client-glue';
import type { Run } from '../../model/run.js';
import { keptDays, type MetricQuery, type Metrics, periodSeconds } from '../../platforms/aws/metrics.js';
import type { Sample } from '../engine.js';
import { jobDimension, namespace, queryOf, records } from './query.js';
import type { Tools } from './shared.js';

const minute = 60_000;
/** Batches go by for so many minutes in a run that sends of them what it sends at all. */
const batchMinutes = 5;

/** Glue's name of each signal's metric, and its value in the signal's unit. */
const measures: {
  readonly [signal: string]: {
    readonly metric: string;
    readonly statistic: MetricQuery['statistic'];
    readonly scale: number;
  };
} = {
  throughput: { metric: records, statistic: 'Sum', scale: 1 / periodSeconds },
  'batch-time': { metric: 'glue.driver.streaming.batchProcessingTimeInMs', statistic: 'Average', scale: 1 / 1000 },
  'consumer-lag': { metric: 'glue.driver.streaming.maxConsumerLagInMs', statistic: 'Maximum', scale: 1 / 1000 },
};

/** The two halves of a minute arrive apart: a value is given so long after its end, when both can be there, since it may be judged at once. */
const wholeAfter = 60_000;
/** A run that has run for so long without a sample publishes none, or had no input. ListMetrics is up to 15 minutes late. */
const tellingMinutes = 20;
const recentHours = 3;

/**
 * Samples of a run's metric. Glue sends nothing where it processes nothing, so no sample is not 0. Null: the job is known to publish no
 * such metric, by an earlier run of it or by what this one publishes; else nobody knows.
 */
export async function measure(
  tools: Tools,
  run: Run,
  signal: string,
  since: string,
): Promise<readonly Sample[] | null> {
  const found = Object.hasOwn(measures, signal) ? measures[signal] : undefined;
  if (found === undefined) return null;
  const { metric, statistic, scale } = found;
  const metrics = await tools.metrics();
  const now = tools.ambient.clock.now() + tools.lead.milliseconds;
  const from = Math.floor(Math.max(Date.parse(since), now - keptDays * 24 * 60 * minute) / minute) * minute;
  const to = Math.max(Math.ceil(now / minute) * minute, from + minute);
  const data = await metrics.data({ ...queryOf(metric, statistic, run.name, run.id), from, to });
  if (data.length === 0) return (await isOffered(tools, metrics, run, metric)) ? [] : null;
  return data
    .filter(({ at }) => at + wholeAfter <= now)
    .map(({ at, value, run: of }) => ({ signal, at: new Date(at).toISOString(), value: value * scale, run: of }));
}

async function isOffered(tools: Tools, metrics: Metrics, run: Run, metric: string): Promise<boolean> {
  if ((await metrics.listed(namespace, metric, jobDimension(run.name), 1)).length > 0) return true;
  const now = tools.ambient.clock.now() + tools.lead.milliseconds;
  const runs = await tools.glue.runs(run.name);
  if (runs.some((other) => other.Id !== run.id && hasRunLong(other, now))) return false;
  if (metric === records) return true;
  const span = { from: now - tellingMinutes * minute, to: now };
  const batches = await metrics.data({ ...queryOf(records, 'Sum', run.name, run.id), ...span });
  return batches.length < batchMinutes;
}

/** It has run long enough within the last hours that ListMetrics would show what it sent. */
function hasRunLong({ StartedOn, CompletedOn, ExecutionTime }: JobRun, now: number): boolean {
  if (StartedOn === undefined) return false;
  const ended = CompletedOn?.getTime() ?? now;
  const ran = CompletedOn === undefined ? ended - StartedOn.getTime() : (ExecutionTime ?? 0) * 1000;
  const recent = ended - Math.max(StartedOn.getTime(), now - recentHours * 60 * minute);
  return Math.min(ran, recent) >= tellingMinutes * minute;
}
