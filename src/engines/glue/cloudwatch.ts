import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { RolloutError } from '../../model/error.js';
import type { Lead } from '../../model/lead.js';
import type { Ambient } from '../engine.js';
import type { clientSettings } from './client.js';
import { errorOf, failureOf } from './errors.js';
import { periodSeconds } from './signals.js';

const namespace = 'Glue';
/** AWS does not say which the streaming metrics have; asking for both costs nothing but a second query. */
const types = ['count', 'gauge'] as const;
/** A day of minutes, for both types, is far below a page. */
const mostPages = 20;

/** One value of a metric: the end of its period in milliseconds, and the run that CloudWatch says it is of. */
export interface Datum {
  readonly at: number;
  readonly value: number;
  readonly run: string | null;
}

export interface MetricQuery {
  readonly metric: string;
  readonly job: string;
  readonly run: string;
  readonly statistic: 'Sum' | 'Average' | 'Maximum';
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** What is read from CloudWatch. Throws `glue-metrics-refused`, `glue-credentials` or `glue-metrics-unavailable` (transient). */
export interface Metrics {
  data(query: MetricQuery): Promise<readonly Datum[]>;
  /** Whether any run of the job has sent the metric in the last three hours. */
  isPublished(metric: string, job: string): Promise<boolean>;
  close(): void;
}

/** `lead` learns the clock of CloudWatch. */
export function openMetrics(
  settings: ReturnType<typeof clientSettings>,
  ambient: Pick<Ambient, 'signal'>,
  lead: Lead,
): Metrics {
  const client = new CloudWatchClient({ ...settings, maxAttempts: 3 });
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      lead.told((result.response as { headers?: { date?: string } }).headers?.date);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'clockOfTheService' },
  );
  const cancel = { abortSignal: ambient.signal };

  async function read<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === 'credentials') throw errorOf(failure, what);
      throw metricsError(failure.kind === 'refused', `${what}: ${failure.text}`, error);
    }
  }

  return {
    async data(query) {
      const found: Datum[] = [];
      let token: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const command = new GetMetricDataCommand({
          MetricDataQueries: queriesOf(query),
          StartTime: new Date(query.from),
          EndTime: new Date(query.to),
          ScanBy: 'TimestampAscending',
          ...(token !== undefined && { NextToken: token }),
        });
        const answer = await read(`GetMetricData ${query.metric} ${query.run}`, () => client.send(command, cancel));
        for (const { Label, Timestamps = [], Values = [], StatusCode } of answer.MetricDataResults ?? []) {
          if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') throw notAnswered(query, StatusCode);
          for (const [index, time] of Timestamps.entries()) {
            const value = Values[index];
            if (value === undefined) continue;
            found.push({ at: time.getTime() + periodSeconds * 1000, value, run: runIn(Label) });
          }
        }
        token = answer.NextToken || undefined;
        if (token === undefined) break;
      }
      return found;
    },
    async isPublished(metric, job) {
      let token: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const command = new ListMetricsCommand({
          Namespace: namespace,
          MetricName: metric,
          Dimensions: [{ Name: 'JobName', Value: job }],
          RecentlyActive: 'PT3H',
          ...(token !== undefined && { NextToken: token }),
        });
        const answer = await read(`ListMetrics ${metric} ${job}`, () => client.send(command, cancel));
        if ((answer.Metrics ?? []).length > 0) return true;
        token = answer.NextToken || undefined;
        if (token === undefined) return false;
      }
      return false;
    },
    close: () => client.destroy(),
  };
}

/** Of each query the answer says by itself whether it was carried out: without values it would look like a run that sends none. */
function notAnswered({ metric, run }: MetricQuery, status: 'InternalError' | 'Forbidden'): RolloutError {
  const message = `GetMetricData ${metric} ${run}: the answer says ${status}`;
  return metricsError(status === 'Forbidden', message);
}

function metricsError(refused: boolean, message: string, cause?: unknown): RolloutError {
  return new RolloutError(refused ? 'glue-metrics-refused' : 'glue-metrics-unavailable', message, {
    class: refused ? 'refusal' : 'transient',
    ...(refused && { next: 'Grant cloudwatch:GetMetricData and cloudwatch:ListMetrics.' }),
    cause,
  });
}

/** The label comes back with the run that the values are of: a check on the service's own word, not on ours. */
function queriesOf({ metric, job, run, statistic }: MetricQuery): MetricDataQuery[] {
  return types.map((Type, index) => {
    const dimensions = { JobName: job, JobRunId: run, Type };
    const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
    const Metric = { Namespace: namespace, MetricName: metric, Dimensions };
    return {
      Id: `m${index}`,
      Label: "${PROP('Dim.JobRunId')}",
      MetricStat: { Metric, Period: periodSeconds, Stat: statistic },
    };
  });
}

/** A label that was not filled in says nothing. */
function runIn(label: string | undefined): string | null {
  return label === undefined || label === '' || label.includes('PROP(') ? null : label;
}
