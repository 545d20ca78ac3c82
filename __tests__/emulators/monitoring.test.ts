import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GoogleAuth, PassThroughClient } from 'google-auth-library';
import { dataflowService } from '../../emulators/dataflow/index.js';
import { monitoringService } from '../../emulators/monitoring/index.js';
import { storageService } from '../../emulators/storage/index.js';
import type { JsonObject } from '../../src/model/json.js';
import { startLocal } from './local.js';

interface Answer {
  readonly timeSeries?: readonly {
    readonly metric: { readonly type: string; readonly labels?: { readonly [label: string]: string } };
    readonly resource: { readonly type: string; readonly labels: { readonly [label: string]: string } };
    readonly metricKind: string;
    readonly valueType: string;
    readonly points?: readonly {
      readonly interval: { readonly startTime: string; readonly endTime: string };
      readonly value: { readonly int64Value?: string; readonly doubleValue?: number; readonly stringValue?: string };
    }[];
  }[];
  readonly nextPageToken?: string;
  readonly unit?: string;
  readonly error?: { readonly code: number; readonly message: string; readonly status: string };
}

const start = () =>
  startLocal((clock) => {
    const storage = storageService(clock);
    const dataflow = dataflowService(clock, storage);
    return [dataflow, storage, monitoringService(clock, dataflow)] as const;
  });

let local: Awaited<ReturnType<typeof start>>;
const auth = new GoogleAuth({ authClient: new PassThroughClient(), projectId: 'acme' });

beforeEach(async () => {
  local = await start();
});

afterEach(async () => {
  await local.close();
  expect(local.errors).toEqual([]);
});

const control = async (path: string, body: JsonObject) => {
  const answer = await fetch(local.control + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as JsonObject };
};
const set = (settings: JsonObject) => control('/settings', { service: 'monitoring', ...settings });

/** A run as somebody started it an hour ago, or as `more` says. */
async function plant(more: JsonObject = {}): Promise<string> {
  const { body } = await control('/runs', {
    service: 'dataflow',
    name: 'orders',
    project: 'acme',
    region: 'europe-west1',
    ...more,
  });
  return String(body['id']);
}

const ofRun = (type: string, run: string) =>
  `metric.type = "dataflow.googleapis.com/${type}" AND resource.type = "dataflow_job" AND metric.labels.job_id = "${run}"`;

async function list(filter: string, more: { [name: string]: string | string[] } = {}, minutes = 10): Promise<Answer> {
  const now = local.clock.now();
  const url = new URL(`${local.services['monitoring']}/v3/projects/acme/timeSeries`);
  const parameters = {
    filter,
    'interval.startTime': new Date(now - minutes * 60_000).toISOString(),
    'interval.endTime': new Date(now).toISOString(),
    ...more,
  };
  for (const [name, value] of Object.entries(parameters))
    for (const one of [value].flat()) url.searchParams.append(name, one);
  const answer = await auth.request<Answer>({ url: String(url), validateStatus: () => true, responseType: 'json' });
  return answer.data;
}

const values = (answer: Answer) =>
  (answer.timeSeries ?? []).map(({ points }) =>
    (points ?? []).map(({ value }) => Number(value.int64Value ?? value.doubleValue)),
  );
const rate = { 'aggregation.alignmentPeriod': '60s', 'aggregation.perSeriesAligner': 'ALIGN_RATE' };

describe('series follow the runs', () => {
  it('a run that keeps up: no lag, input as throughput; samples of a minute, two minutes late, newest first', async () => {
    const run = await plant();
    const lag = await list(ofRun('job/system_lag', run));
    expect(lag.timeSeries?.[0]).toMatchObject({
      metric: { type: 'dataflow.googleapis.com/job/system_lag', labels: { job_id: run } },
      resource: { type: 'dataflow_job', labels: { project_id: 'acme', job_name: 'orders', region: 'europe-west1' } },
      metricKind: 'GAUGE',
      valueType: 'INT64',
    });
    expect(values(lag)).toEqual([[0, 0, 0, 0, 0, 0, 0, 0, 0]]);
    const times = (lag.timeSeries?.[0]?.points ?? []).map(({ interval }) => Date.parse(interval.endTime));
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(Math.round((local.clock.now() - (times[0] ?? 0)) / 1000)).toBe(120);
    expect(values(await list(ofRun('job/estimated_bytes_consumed_count', run), rate))[0]?.[0]).toBe(100_000);
    expect(lag.unit).toBe('s');
  });

  it('the gap of a drain and a new start piles up and drains again', async () => {
    await set({ visibleAfterSeconds: 0 });
    const old = await plant({ drainSeconds: 300 });
    await control('/runs', { service: 'dataflow', id: old, state: 'JOB_STATE_DRAINING' });
    local.advance(300);
    const next = await plant({ startedSecondsAgo: 0, capacityPerSecond: 200 });
    local.advance(360);
    // Sampled at 60, 120, … s: 300 s behind, and from then on one second less each second.
    expect(values(await list(ofRun('job/system_lag', next)))).toEqual([[0, 0, 60, 120, 180, 240]]);
  });

  it('a stalled run runs, falls behind and consumes nothing', async () => {
    const run = await plant({ behaviour: 'stalled' });
    local.advance(60);
    const [lags = []] = values(await list(ofRun('job/system_lag', run)));
    expect(lags.slice(1).map((lag, index) => (lags[index] ?? 0) - lag)).toEqual(Array(lags.length - 1).fill(60));
    expect(values(await list(ofRun('job/estimated_bytes_consumed_count', run), rate))).toEqual([
      Array(9).fill(0),
      Array(9).fill(0),
    ]);
    expect((await list(ofRun('job/status', run))).timeSeries?.[0]?.points?.[0]?.value).toEqual({
      stringValue: 'RUNNING',
    });
  });

  it('an idle source: no lag, no backlog, nothing consumed', async () => {
    await set({ workloads: { orders: { inputPerSecond: 0 } } });
    const run = await plant({ startedSecondsAgo: 0 });
    local.advance(600);
    expect(values(await list(ofRun('job/backlog_bytes', run)))[0]).toEqual(Array(8).fill(0));
    expect(values(await list(ofRun('job/estimated_bytes_consumed_count', run), rate))[0]).toEqual(Array(8).fill(0));
  });

  it('a run that failed has no more samples, but is called failed, without a run id', async () => {
    const run = await plant({ startedSecondsAgo: 0, behaviour: 'fail-after', seconds: 130 });
    local.advance(600);
    expect(values(await list(ofRun('job/system_lag', run)))[0]).toHaveLength(2);
    const failed = await list('metric.type="dataflow.googleapis.com/job/is_failed" resource.labels.job_name="orders"');
    expect(failed.timeSeries?.[0]?.metric.labels).toBeUndefined();
    expect(values(failed)[0]).toEqual([1, 1, 1, 1, 1, 1, 0, 0].slice(-8));
  });
});

describe('aggregation', () => {
  it('aligns to the end of the interval and puts stages together', async () => {
    await set({ visibleAfterSeconds: 0 });
    const run = await plant();
    const end = Math.floor(local.clock.now() / 60_000) * 60_000;
    const answer = await list(ofRun('job/estimated_bytes_consumed_count', run), {
      ...rate,
      'aggregation.crossSeriesReducer': 'REDUCE_SUM',
      'aggregation.groupByFields': ['metric.labels.job_id'],
      'interval.endTime': new Date(end).toISOString(),
    });
    expect(answer.timeSeries).toHaveLength(1);
    expect(answer.timeSeries?.[0]).toMatchObject({
      metric: { labels: { job_id: run } },
      resource: { labels: { project_id: 'acme' } },
      valueType: 'DOUBLE',
    });
    expect(values(answer)[0]?.[0]).toBe(150_000);
    const ends = (answer.timeSeries?.[0]?.points ?? []).map(({ interval }) => Date.parse(interval.endTime) % 60_000);
    expect(new Set(ends)).toEqual(new Set([0]));
  });

  it.each([
    [{ 'aggregation.perSeriesAligner': 'ALIGN_MAX', 'aggregation.alignmentPeriod': '30s' }, /at least 60 seconds/],
    [rate, /cannot be applied to metrics with kind GAUGE/],
    [{ 'aggregation.crossSeriesReducer': 'REDUCE_SUM' }, /needs a per series aligner/],
  ])('refuses %j', async (aggregation, message) => {
    const run = await plant();
    const { error } = await list(ofRun('job/system_lag', run), aggregation);
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(error?.message).toMatch(message);
  });
});

describe('what the service refuses, withholds or gets wrong', () => {
  it('a filter without a metric, an unknown metric, a time that is none', async () => {
    expect((await list('resource.type = "dataflow_job"')).error?.code).toBe(400);
    expect((await list('metric.type = starts_with("x")')).error?.code).toBe(400);
    const unknown = await list('metric.type = "dataflow.googleapis.com/job/nothing"');
    expect(unknown.error).toMatchObject({ code: 404, status: 'NOT_FOUND' });
    expect((await list(ofRun('job/status', 'x'), { 'interval.endTime': 'soon' })).error?.code).toBe(400);
  });

  it('a metric without points is an answer without series', async () => {
    expect(await list(ofRun('job/system_lag', 'nobody'))).toEqual({ unit: 's' });
    const run = await plant();
    await set({ missing: ['job/backlog_bytes'] });
    expect((await list(ofRun('job/backlog_bytes', run))).timeSeries).toHaveLength(2);
    local.advance(900);
    expect((await list(ofRun('job/backlog_bytes', run))).timeSeries).toBeUndefined();
    expect((await list(ofRun('job/system_lag', run))).timeSeries).toHaveLength(1);
    await set({ firstSampleAfterSeconds: 3 * 3600 });
    expect((await list(ofRun('job/system_lag', run))).timeSeries).toBeUndefined();
  });

  it('a filter without effect on a label gives other runs, too', async () => {
    const [one, other] = [await plant(), await plant({ name: 'clicks' })];
    await set({ ignoredFilterLabels: ['job_id'] });
    const answer = await list(ofRun('job/system_lag', other));
    expect(answer.timeSeries?.map(({ metric }) => metric.labels?.['job_id']).sort()).toEqual([one, other].sort());
  });

  it('pages of points', async () => {
    const run = await plant();
    await set({ pageSize: 4 });
    const found: number[] = [];
    let pageToken = '';
    let pages = 0;
    do {
      const answer = await list(ofRun('job/system_lag', run), { pageToken });
      found.push(...values(answer).flat());
      pageToken = answer.nextPageToken ?? '';
      pages += 1;
    } while (pageToken !== '');
    expect([found.length, pages]).toEqual([9, 3]);
  });

  it('faults come in the format of the API; a setting that is none is refused', async () => {
    await control('/faults', {
      service: 'monitoring',
      operation: 'listTimeSeries',
      when: 'before',
      effect: 'status',
      status: 403,
    });
    expect((await list(ofRun('job/system_lag', 'x'))).error).toEqual({
      code: 403,
      message: 'Permission monitoring.timeSeries.list denied (or the resource may not exist).',
      status: 'PERMISSION_DENIED',
    });
    expect((await set({ visibleAfter: 3 })).status).toBe(400);
  });
});
