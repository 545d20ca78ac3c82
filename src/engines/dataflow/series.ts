import type { AuthClient } from 'google-auth-library';
import { RolloutError } from '../../model/error.js';
import { isObject } from '../../model/json.js';
import type { Lead } from '../../model/lead.js';
import type { Ambient } from '../engine.js';
import type { Reach } from './api.js';
import { authorize, credentials, endpointOf } from './credentials.js';
import { notAuthenticated } from './fault.js';

/** Longest time of one call, by the real clock. */
const callMilliseconds = 15_000;
const tries = 3;
/** Far above what a rollout's hours hold; ends a list whose page tokens never do. */
const mostPages = 50;

/** A time series as timeSeries.list gives it, as far as it is read. */
export interface Series {
  readonly labels: { readonly [label: string]: string };
  /** Time in milliseconds of the point's end, and its value; what is no number is left out. */
  readonly points: readonly (readonly [at: number, value: number])[];
}

export interface SeriesQuery {
  /** Type of the metric behind `dataflow.googleapis.com/job/`. */
  readonly metric: string;
  readonly labels: { readonly [field: string]: string };
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Puts points of a minute together, and then series of one run; left out: points as they were sampled. */
  readonly aligned?: { readonly aligner: string; readonly reducer: string };
}

/**
 * Reads time series of one project. Throws `dataflow-metrics-refused` (class refusal) without the right, `dataflow-metrics-unavailable` (transient)
 * where there was no usable answer.
 */
export type ReadSeries = (query: SeriesQuery) => Promise<readonly Series[]>;

interface Answer {
  readonly status: number;
  readonly data: unknown;
}

/** Opens Cloud Monitoring over plain REST, as the session's identity. `lead` learns its clock. */
export async function openSeries(reach: Reach, ambient: Ambient, lead: Lead): Promise<ReadSeries> {
  const variable = 'CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING';
  const endpoint = endpointOf(ambient.env[variable], variable);
  const { project, impersonate } = reach;
  const client = await credentials(endpoint, project, impersonate, ambient.env, callMilliseconds);
  const base = `${endpoint?.url ?? 'https://monitoring.googleapis.com'}/v3/projects/${encodeURIComponent(project)}/timeSeries`;

  async function page(query: SeriesQuery, pageToken: string): Promise<{ series: readonly Series[]; next: string }> {
    for (let tried = 1; ; tried += 1) {
      const answer = await ask(client, `${base}?${parametersOf(query, pageToken)}`, ambient, lead);
      const again = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      if (!again || tried === tries || ambient.signal.aborted) return read(query, answer);
      await ambient.clock.sleep(tried, ambient.signal);
    }
  }

  return async (query) => {
    const all: Series[] = [];
    let pageToken = '';
    for (let pages = 0; pages < mostPages; pages += 1) {
      const { series, next } = await page(query, pageToken);
      all.push(...series);
      pageToken = next;
      if (pageToken === '') return all;
    }
    throw unavailable(query, `more than ${mostPages} pages`);
  };
}

/** Status 0: no answer came. */
async function ask(client: AuthClient, url: string, { userAgent, signal }: Ambient, lead: Lead): Promise<Answer> {
  await authorize(client);
  try {
    const { status, data, headers } = await client.request<unknown>({
      url,
      headers: { 'user-agent': userAgent },
      responseType: 'json',
      timeout: callMilliseconds,
      retry: false,
      signal,
      validateStatus: () => true,
    });
    // An error may be a proxy's own.
    if (status === 200) lead.told(headers.get('date'));
    return { status, data };
  } catch (error) {
    return { status: 0, data: error };
  }
}

function parametersOf(query: SeriesQuery, pageToken: string): URLSearchParams {
  const { metric, labels, from, to, aligned } = query;
  const filter = [
    `metric.type = "dataflow.googleapis.com/job/${metric}"`,
    'resource.type = "dataflow_job"',
    ...Object.entries(labels).map(([field, value]) => `${field} = "${value.replace(/["\\]/g, '\\$&')}"`),
  ];
  return new URLSearchParams({
    filter: filter.join(' AND '),
    'interval.startTime': new Date(from).toISOString(),
    'interval.endTime': new Date(to).toISOString(),
    ...(aligned && {
      'aggregation.alignmentPeriod': '60s',
      'aggregation.perSeriesAligner': aligned.aligner,
      'aggregation.crossSeriesReducer': aligned.reducer,
      // Without it the answer would not say whose points they are.
      'aggregation.groupByFields': 'metric.labels.job_id',
    }),
    ...(pageToken !== '' && { pageToken }),
  });
}

function read(query: SeriesQuery, { status, data }: Answer): { series: readonly Series[]; next: string } {
  // A metric that nobody in the project has ever written is not known; that is no sample, not an error.
  if (status === 404) return { series: [], next: '' };
  if (status === 401) throw notAuthenticated(textOf(data), undefined);
  if (status === 403) {
    const message = `Cloud Monitoring refused the time series of ${query.metric}: ${textOf(data)}`;
    throw new RolloutError('dataflow-metrics-refused', message, {
      class: 'refusal',
      next: 'Grant monitoring.timeSeries.list (roles/monitoring.viewer) on the project.',
    });
  }
  if (status !== 200 || !isObject(data))
    throw unavailable(query, status === 0 ? textOf(data) : `${status} ${textOf(data)}`);
  const next = data['nextPageToken'];
  return { series: listOf(data['timeSeries']).map(seriesOf), next: typeof next === 'string' ? next : '' };
}

function seriesOf(series: unknown): Series {
  const metric = isObject(series) ? series['metric'] : null;
  const labels = isObject(metric) && isObject(metric['labels']) ? metric['labels'] : {};
  const points = isObject(series) ? listOf(series['points']) : [];
  return {
    labels: Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, String(value)])),
    points: points.flatMap((point): Series['points'] => {
      const interval = isObject(point) && isObject(point['interval']) ? point['interval'] : {};
      const value = isObject(point) && isObject(point['value']) ? point['value'] : {};
      const at = Date.parse(String(interval['endTime']));
      // 64-bit integers come as text.
      const number = Number(value['doubleValue'] ?? value['int64Value'] ?? Number.NaN);
      return Number.isFinite(at) && Number.isFinite(number) ? [[at, number]] : [];
    }),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function unavailable({ metric }: SeriesQuery, why: string): RolloutError {
  return new RolloutError(
    'dataflow-metrics-unavailable',
    `Cloud Monitoring did not give the time series of ${metric}: ${why}`,
    {
      class: 'transient',
    },
  );
}

function textOf(data: unknown): string {
  if (data instanceof Error) return data.message;
  const error = isObject(data) ? data['error'] : null;
  return isObject(error) && typeof error['message'] === 'string'
    ? error['message']
    : 'an answer that is none of the API';
}
