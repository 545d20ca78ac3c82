import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  ListMetricsCommand,
  type ListMetricsCommandInput,
  PutMetricDataCommand,
  paginateGetMetricData,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cloudwatchService } from '../../emulators/cloudwatch/index.js';
import { glueService } from '../../emulators/glue/index.js';
import { identities } from '../../emulators/sts/index.js';
import type { JsonObject } from '../../src/model/json.js';
import { credentials, startLocal } from './local.js';

const known = identities();
/** What lies in the emulated S3: the text of each script by its URI. */
const scripts = new Map<string, Buffer>();
const start = () =>
  startLocal((clock) => {
    const s3 = {
      read: (uri: string) => scripts.get(uri) ?? null,
      place: (uri: string, bytes: Buffer) => void scripts.set(uri, bytes),
    };
    const glue = glueService(clock, { s3, identities: known });
    return [glue, cloudwatchService(clock, { glue }, { identities: known })] as const;
  });

let local: Awaited<ReturnType<typeof start>>;
let client: CloudWatchClient;

beforeEach(async () => {
  local = await start();
  client = clientOf(credentials);
});

afterEach(async () => {
  client.destroy();
  await local.close();
  expect(local.errors).toEqual([]);
});

function clientOf(who: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }, region = 'eu-west-1') {
  return new CloudWatchClient({
    endpoint: local.services['cloudwatch'] ?? '',
    region,
    credentials: who,
    maxAttempts: 1,
  });
}

const control = async (path: string, body: JsonObject) => {
  const answer = await fetch(local.control + path, { method: 'POST', body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as JsonObject };
};
const set = (settings: JsonObject) => control('/settings', { service: 'cloudwatch', ...settings });

/** A run as somebody started it an hour ago; `lines` are in its script. */
async function plant(lines: readonly string[] = [], more: JsonObject = {}): Promise<string> {
  scripts.set('s3://acme/clicks.py', Buffer.from(lines.map((line) => `# emulator: ${line}`).join('\n')));
  const definition = { Command: { Name: 'gluestreaming', ScriptLocation: 's3://acme/clicks.py' }, Timeout: 0 };
  const { body } = await control('/runs', { service: 'glue', jobName: 'clicks', definition, ...more });
  return String(body['id']);
}

const records = 'glue.driver.streaming.numRecords';
const list = async (more: Partial<ListMetricsCommandInput> = {}) =>
  (await client.send(new ListMetricsCommand({ Namespace: 'Glue', ...more }))).Metrics ?? [];

function query(run: string, more: { name?: string; type?: string; stat?: string; minutes?: number } = {}) {
  const { name = records, type = 'count', stat = 'Sum', minutes = 10 } = more;
  const dimensions = { JobName: 'clicks', JobRunId: run, Type: type };
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return {
    StartTime: new Date(local.clock.now() - minutes * 60_000),
    EndTime: new Date(local.clock.now()),
    ScanBy: 'TimestampAscending',
    MetricDataQueries: [
      {
        Id: 'one',
        Label: "run ${PROP('Dim.JobRunId')}",
        MetricStat: { Metric: { Namespace: 'Glue', MetricName: name, Dimensions }, Period: 60, Stat: stat },
      },
    ],
  } satisfies GetMetricDataCommandInput;
}
const data = async (input: GetMetricDataCommandInput) =>
  (await client.send(new GetMetricDataCommand(input))).MetricDataResults?.[0];

describe('metrics follow the runs', () => {
  it('records of a run, by periods of a minute, and the name of the run in a label', async () => {
    const run = await plant();
    const found = await data(query(run));
    expect(found).toMatchObject({ Id: 'one', Label: `run ${run}`, StatusCode: 'Complete' });
    const inner = found?.Values?.slice(1, -1) ?? [];
    expect(inner).toEqual(Array(inner.length).fill(6000));
    expect(inner.length).toBeGreaterThanOrEqual(7);
    expect(found?.Timestamps?.map((time) => time.getTime() % 60_000)).toEqual(Array(inner.length + 2).fill(0));
  });

  it('a run of less capacity than input takes longer for its batches than they last', async () => {
    const run = await plant(['capacity 50']);
    const found = await data(
      query(run, { name: 'glue.driver.streaming.batchProcessingTimeInMs', type: 'gauge', stat: 'Average' }),
    );
    expect(new Set(found?.Values)).toEqual(new Set([30_000]));
  });

  it('consumer lag only where the script asks for it; it falls as the backlog drains', async () => {
    await set({ visibleAfterSeconds: 0 });
    const silent = await plant();
    await control('/runs', { service: 'glue', run: silent, fate: 'fail' });
    local.advance(240);
    const run = await plant(['consumer-lag', 'capacity 200'], { startedSecondsAgo: 0 });
    local.advance(360);
    const lag = { name: 'glue.driver.streaming.maxConsumerLagInMs', type: 'gauge', stat: 'Maximum' };
    expect((await data(query(silent, lag)))?.Values).toEqual([]);
    const values = (await data(query(run, lag)))?.Values ?? [];
    expect(values.length).toBeGreaterThan(4);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
    expect([values[0], values.at(-1)]).toEqual([expect.closeTo(240_500, -5), 500]);
  });

  it.each([
    ['a stalled run', ['stalled'], {}],
    ['a run without forEachBatch', ['no-metrics'], {}],
    ['a run that still warms up', ['warm-up 7200'], {}],
    ['an idle source', [], { workloads: { clicks: { inputPerSecond: 0 } } }],
  ])('%s sends nothing', async (_, lines, settings) => {
    if (Object.keys(settings).length > 0) await set(settings);
    const run = await plant(lines, { startedSecondsAgo: 0 });
    local.advance(1200);
    expect((await data(query(run)))?.Values).toEqual([]);
    expect(await list()).toEqual([]);
  });
});

describe('ListMetrics', () => {
  it('names the dimensions of each metric: of the run, and of all runs', async () => {
    const run = await plant();
    const found = await list({ MetricName: records, Dimensions: [{ Name: 'JobName', Value: 'clicks' }] });
    expect(found.map(({ Dimensions }) => Dimensions?.map(({ Value }) => Value))).toEqual([
      ['clicks', run, 'count'],
      ['clicks', 'ALL', 'count'],
    ]);
    expect(await list({ Dimensions: [{ Name: 'JobName', Value: 'others' }] })).toEqual([]);
  });

  it('shows a metric late, and the recently active ones only where asked to', async () => {
    const run = await plant([], { startedSecondsAgo: 0 });
    const ofRun = { MetricName: records, Dimensions: [{ Name: 'JobRunId', Value: run }] };
    local.advance(180);
    expect(await list(ofRun)).toEqual([]);
    expect((await data(query(run)))?.Values?.length).toBeGreaterThan(0);
    local.advance(180);
    expect(await list(ofRun)).toHaveLength(1);
    await control('/runs', { service: 'glue', run, fate: 'stop' });
    local.advance(4 * 3600);
    expect(await list({ ...ofRun, RecentlyActive: 'PT3H' })).toEqual([]);
    expect(await list(ofRun)).toHaveLength(1);
  });
});

describe('what the service refuses, withholds or gets wrong', () => {
  it('points show late, or not at all', async () => {
    const run = await plant([], { startedSecondsAgo: 0 });
    await set({ visibleAfterSeconds: 300 });
    local.advance(290);
    expect((await data(query(run)))?.Values).toEqual([]);
    local.advance(120);
    expect((await data(query(run)))?.Values?.length).toBeGreaterThan(0);
    await set({ missing: ['*'], visibleAfterSeconds: 0 });
    local.advance(900);
    expect((await data(query(run)))?.Values).toEqual([]);
    expect(await list({ MetricName: records })).toHaveLength(2);
  });

  it('another run where the dimension is ignored, which the label tells', async () => {
    const old = await plant();
    await control('/runs', { service: 'glue', run: old, fate: 'stop' });
    local.advance(60);
    const run = await plant([], { startedSecondsAgo: 0 });
    await set({ ignoredDimensions: ['JobRunId'] });
    expect((await data(query(run)))?.Label).toBe(`run ${old}`);
  });

  it('another account or region sees nothing; all dimensions have to be named', async () => {
    const run = await plant();
    const elsewhere = clientOf(credentials, 'us-east-1');
    expect((await elsewhere.send(new ListMetricsCommand({}))).Metrics).toEqual([]);
    elsewhere.destroy();
    const input = query(run);
    input.MetricDataQueries[0]?.MetricStat.Metric.Dimensions.pop();
    expect((await data(input))?.Values).toEqual([]);
  });

  it('pages', async () => {
    const run = await plant();
    await set({ pageSize: 3 });
    const values: number[] = [];
    let pages = 0;
    for await (const page of paginateGetMetricData({ client }, query(run))) {
      values.push(...(page.MetricDataResults?.[0]?.Values ?? []));
      pages += 1;
    }
    expect(values.length).toBeGreaterThan(6);
    expect(pages).toBe(Math.ceil(values.length / 3));
  });

  it('errors as the client knows them', async () => {
    const run = await plant();
    const { EndTime, ...rest } = query(run);
    await expect(data({ ...rest, StartTime: EndTime, EndTime })).rejects.toMatchObject({ name: 'ValidationException' });
    const sample = { ...query(run) };
    if (sample.MetricDataQueries[0]) sample.MetricDataQueries[0].MetricStat.Stat = 'p99';
    await expect(data(sample)).rejects.toMatchObject({ name: expect.stringContaining('InvalidParameterValue') });
    await expect(client.send(new PutMetricDataCommand({ Namespace: 'x', MetricData: [] }))).rejects.toThrow(
      /not known/,
    );
    await control('/faults', { service: 'cloudwatch', operation: '*', when: 'before', effect: 'status', status: 503 });
    await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    const session = known.assume('arn:aws:iam::123456789012:role/no-metrics', 'ci');
    const denied = clientOf(session);
    await expect(denied.send(new ListMetricsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
    denied.destroy();
    expect((await set({ missing: 'all' })).status).toBe(400);
  });
});
