import {
  CloudWatchClient,
  type Dimension,
  GetMetricDataCommand,
  ListMetricsCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import type { Ambient } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import type { Lead } from '../../model/lead.js';
import type { ClientSettings } from './client.js';
import { errorOf, type ReadError } from './errors.js';
import {
  type Datum,
  type Dimensions,
  type MetricQuery,
  type Metrics,
  type MetricsCodes,
  periodSeconds,
} from './metrics.js';

/** A day of minutes, for two queries, is far below a page. */
const mostPages = 20;

/** `lead` learns the clock of CloudWatch. */
export function openMetrics(
  settings: ClientSettings,
  ambient: Pick<Ambient, 'signal'>,
  lead: Lead,
  failureOf: ReadError,
  codes: MetricsCodes,
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
      throw metricsError(codes, failure.kind === 'refused', `${what}: ${failure.text}`, error);
    }
  }

  return {
    async data(query) {
      const found: Datum[] = [];
      const what = `GetMetricData ${query.metric} ${query.of}`;
      let token: string | undefined;
      for (let page = 0; page < mostPages; page += 1) {
        const command = new GetMetricDataCommand({
          MetricDataQueries: queriesOf(query),
          StartTime: new Date(query.from),
          EndTime: new Date(query.to),
          ScanBy: 'TimestampAscending',
          ...(token !== undefined && { NextToken: token }),
        });
        const answer = await read(what, () => client.send(command, cancel));
        for (const { Label, Timestamps = [], Values = [], StatusCode } of answer.MetricDataResults ?? []) {
          // Of each query the answer says by itself whether it was carried out: without values it would look like a run that sends none.
          if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
            throw metricsError(codes, StatusCode === 'Forbidden', `${what}: the answer says ${StatusCode}`);
          }
          for (const [index, time] of Timestamps.entries()) {
            const value = Values[index];
            if (value === undefined) continue;
            const run = query.runDimension === null ? null : runIn(Label);
            found.push({ at: time.getTime() + periodSeconds * 1000, value, run });
          }
        }
        token = answer.NextToken || undefined;
        if (token === undefined) break;
      }
      return found;
    },
    async listed(namespace, metric, dimensions, most) {
      const found: Dimensions[] = [];
      const what = `ListMetrics ${metric} ${Object.values(dimensions).join(' ')}`;
      let token: string | undefined;
      for (let page = 0; page < mostPages && found.length < most; page += 1) {
        const command = new ListMetricsCommand({
          Namespace: namespace,
          MetricName: metric,
          Dimensions: pairsOf(dimensions),
          RecentlyActive: 'PT3H',
          ...(token !== undefined && { NextToken: token }),
        });
        const answer = await read(what, () => client.send(command, cancel));
        found.push(...(answer.Metrics ?? []).map((one) => dimensionsIn(one.Dimensions)));
        token = answer.NextToken || undefined;
        if (token === undefined) break;
      }
      return found.slice(0, most);
    },
    close: () => client.destroy(),
  };
}

function metricsError(codes: MetricsCodes, refused: boolean, message: string, cause?: unknown): RolloutError {
  return new RolloutError(refused ? codes.refused : codes.unavailable, message, {
    class: refused ? 'refusal' : 'transient',
    ...(refused && { next: 'Grant cloudwatch:GetMetricData and cloudwatch:ListMetrics.' }),
    cause,
  });
}

/** The label comes back with the run that the values are of: a check on the service's own word, not on ours. */
function queriesOf({ namespace, metric, dimensions, runDimension, statistic }: MetricQuery): MetricDataQuery[] {
  return dimensions.map((one, index) => ({
    Id: `m${index}`,
    ...(runDimension !== null && { Label: `\${PROP('Dim.${runDimension}')}` }),
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metric, Dimensions: pairsOf(one) },
      Period: periodSeconds,
      Stat: statistic,
    },
  }));
}

function pairsOf(dimensions: Dimensions) {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

function dimensionsIn(pairs: readonly Dimension[] = []): Dimensions {
  return Object.fromEntries(pairs.map(({ Name = '', Value = '' }) => [Name, Value]));
}

/** A label that was not filled in says nothing. */
function runIn(label: string | undefined): string | null {
  return label === undefined || label === '' || label.includes('PROP(') ? null : label;
}
