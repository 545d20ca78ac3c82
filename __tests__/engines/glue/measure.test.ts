import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sample } from '../../../src/engines/engine.js';
import { glue } from '../../../src/engines/glue/index.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import { ahead } from '../ahead.js';
import { declared, seen, subject, target, type World, world } from './world.js';

let local: World;
const script = 's3://scripts/clicks/by-hand.py';

beforeEach(async () => {
  local = await world();
});

afterEach(() => local.end());

/** A run by hand; `lines` are in its script. */
async function plant(lines: readonly string[] = [], more: JsonObject = {}): Promise<Run> {
  await local.put(script, ['# runs on', ...lines.map((line) => `# emulator: ${line}`)].join('\n'));
  const definition = { Command: { Name: 'gluestreaming', ScriptLocation: script }, Timeout: 0 };
  const run = await local.plant({ jobName: 'clicks', definition, ...more });
  return seen(local.session, String(run['id']));
}
/** A run that has just begun, after the one before was stopped. */
async function successor(old: Run, lines: readonly string[] = []): Promise<Run> {
  await local.plant({ run: old.id, fate: 'stop' });
  local.advance(60);
  return plant(lines, { startedSecondsAgo: 0 });
}

const minutesAgo = (minutes: number) => new Date(local.clock.now() - minutes * 60_000).toISOString();
const asked = (run: Run, signal: string, minutes = 30) => local.session.measure?.(run, signal, minutesAgo(minutes));
const samples = async (run: Run, signal: string): Promise<readonly Sample[]> => {
  const found = await asked(run, signal);
  if (found === null || found === undefined) throw new Error(`no signal ${signal}`);
  return found.toSorted((a, b) => a.at.localeCompare(b.at));
};

it('an unknown signal is none', async () => {
  expect(await asked(await plant(), 'temperature')).toBeNull();
});

describe('samples of a run', () => {
  it('records a second, seconds of a batch, age of what is read', async () => {
    const run = await plant(['consumer-lag', 'capacity 200']);
    const throughput = await samples(run, 'throughput');
    expect(throughput.length).toBeGreaterThan(25);
    expect(throughput[3]).toMatchObject({ signal: 'throughput', value: 100, run: run.id });
    expect(new Set((await samples(run, 'batch-time')).map(({ value }) => value))).toEqual(new Set([15]));
    expect((await samples(run, 'consumer-lag')).at(-1)?.value).toBe(0.5);
  });

  it('are given when their minute is whole, always with the same time and value', async () => {
    const run = await plant([], { startedSecondsAgo: 0 });
    const given = new Map<string, number | null>();
    for (let step = 0; step < 40; step += 1) {
      local.advance(13);
      for (const { at, value } of (await asked(run, 'throughput')) ?? []) {
        expect(given.get(at) ?? value).toBe(value);
        given.set(at, value);
      }
    }
    expect(given.size).toBeGreaterThanOrEqual(6);
  });

  it('whatever type CloudWatch keeps the metric under', async () => {
    await local.cloudwatch({ types: { 'glue.driver.streaming.numRecords': 'gauge' } });
    expect((await samples(await plant(), 'throughput')).length).toBeGreaterThan(25);
  });

  it('pages are put together', async () => {
    const run = await plant();
    const whole = await samples(run, 'throughput');
    await local.cloudwatch({ pageSize: 4 });
    expect(await samples(run, 'throughput')).toEqual(whole);
  });

  it('another run’s values are told as such', async () => {
    const old = await plant();
    const run = await successor(old);
    local.advance(300);
    await local.cloudwatch({ ignoredDimensions: ['JobRunId'] });
    const found = await samples(run, 'throughput');
    expect(found.length).toBeGreaterThan(2);
    expect(new Set(found.map((one) => one.run))).toEqual(new Set([old.id]));
  });
});

describe('a CloudWatch whose clock is ahead', () => {
  it.each([600, -600])('by %i s: samples bear the times of this machine', async (seconds) => {
    const run = await plant();
    const wanted = (await samples(run, 'throughput')).map(({ at }) => Date.parse(at) - seconds * 1000);
    const service = await ahead(local.services['cloudwatch'] ?? '', seconds);
    process.env['AWS_ENDPOINT_URL_CLOUDWATCH'] = service.url;
    const clock = { now: () => local.clock.now() - seconds * 1000, sleep: async () => {} };
    const ambient = { ...local.ambient, clock };
    const session = await glue.connect(glue.place(target, ambient), target, ambient);
    const since = (minutes: number) => new Date(clock.now() - minutes * 60_000).toISOString();
    try {
      await session.measure?.(run, 'throughput', since(1));
      const told = (await session.measure?.(run, 'throughput', since(30)))?.map(({ at }) => Date.parse(at)) ?? [];
      expect(told.length).toBe(wanted.length);
      // The date of an answer is in whole seconds.
      for (const [i, at] of told.toSorted((a, b) => a - b).entries())
        expect(Math.abs(at - (wanted[i] ?? 0))).toBeLessThan(2000);
    } finally {
      await session.close?.();
      await service.close();
    }
  });
});

describe('no samples', () => {
  it('of a new run that does nothing, where the old one published: they are missing', async () => {
    const run = await successor(await plant(), ['stalled']);
    local.advance(1200);
    expect(await asked(run, 'throughput')).toEqual([]);
  });

  it('of a run that publishes later: they are not there yet', async () => {
    const run = await successor(await plant(), ['warm-up 300']);
    local.advance(200);
    expect(await asked(run, 'throughput')).toEqual([]);
    local.advance(400);
    expect((await asked(run, 'throughput'))?.length).toBeGreaterThan(2);
  });

  it.each([
    ['of a job that publishes none', ['no-metrics'], {}],
    ['of a job without input for hours', [], { workloads: { clicks: { inputPerSecond: 0 } } }],
  ])('%s: there is no such signal', async (_, lines, settings: JsonObject) => {
    if (Object.keys(settings).length > 0) await local.cloudwatch(settings);
    const old = await plant(lines, { startedSecondsAgo: 0 });
    local.advance(4000);
    const run = await successor(old, lines);
    local.advance(100);
    expect(await asked(run, 'throughput')).toBeNull();
  });

  it('of a first run tell nothing, however long it runs: they are missing', async () => {
    const run = await plant(['no-metrics'], { startedSecondsAgo: 0 });
    for (let hours = 0; hours < 3; hours += 1) {
      local.advance(3000);
      expect(await asked(run, 'throughput')).toEqual([]);
    }
  });

  it('of a first run that publishes another metric: this one is none of its', async () => {
    const run = await plant([], { startedSecondsAgo: 0 });
    local.advance(180);
    expect(await asked(run, 'consumer-lag')).toEqual([]);
    local.advance(420);
    expect(await asked(run, 'consumer-lag')).toBeNull();
  });

  it('of a job that was down for long, and published before: they are missing', async () => {
    const old = await plant();
    await local.plant({ run: old.id, fate: 'stop' });
    local.advance(5 * 3600);
    const run = await plant(['stalled'], { startedSecondsAgo: 0 });
    local.advance(1200);
    expect(await asked(run, 'throughput')).toEqual([]);
  });

  it('of the consumer lag where the script does not ask for it: there is no such signal', async () => {
    expect(await asked(await successor(await plant()), 'consumer-lag')).toBeNull();
  });
});

describe('where CloudWatch does not give them', () => {
  it.each([
    ['a missing right', { status: 403, times: 99 }, { code: 'glue-metrics-refused', class: 'refusal' }],
    ['credentials that ended', { status: 401, times: 99 }, { code: 'glue-credentials' }],
    ['a failure that lasts', { status: 500, times: 99 }, { code: 'glue-metrics-unavailable', class: 'transient' }],
    ['an answer that is none', { status: 502, html: true, times: 99 }, { code: 'glue-metrics-unavailable' }],
  ])('%s is an error of its own', async (_, fault, error) => {
    const run = await plant();
    await local.cloudwatchFault({ operation: '*', when: 'before', effect: 'status', ...fault });
    await expect(asked(run, 'throughput')).rejects.toMatchObject(error);
  });

  it.each([
    ['InternalError', 'transient', 'glue-metrics-unavailable'],
    ['Forbidden', 'refusal', 'glue-metrics-refused'],
  ])('an answer that says %s is no answer, and not that there is no such signal', async (statusCode, of, code) => {
    // Nobody lists what was sent so long ago: only the values would tell.
    const run = await successor(await plant());
    await local.cloudwatch({ statusCode, listedAfterSeconds: 86_000 });
    await expect(asked(run, 'consumer-lag')).rejects.toMatchObject({ code, class: of });
  });

  it('a short failure is none', async () => {
    const run = await plant();
    await local.cloudwatchFault({ operation: '*', when: 'before', effect: 'status', status: 503 });
    expect((await asked(run, 'throughput'))?.length).toBeGreaterThan(20);
  });
});

describe('before anything is touched', () => {
  const preflight = async (verify: Partial<typeof declared.verify> = {}) => {
    await local.create();
    const job = { ...declared, verify: { ...declared.verify, ...verify } };
    const found = await local.session.preflight({ subject, job, target, strategy: 'restart', current: null });
    return found.map(({ code, level }) => `${level} ${code}`);
  };
  const fault = (operation: string, status: number) =>
    local.cloudwatchFault({ operation, when: 'before', effect: 'status', status, times: 99 });

  it.each(['GetMetricData', 'ListMetrics'])('a missing right to %s refuses', async (operation) => {
    await fault(operation, 403);
    expect(await preflight()).toEqual(['error glue-metrics-refused']);
  });

  it('a service that is down only warns', async () => {
    await fault('*', 503);
    expect(await preflight()).toEqual(['warning glue-metrics-unavailable']);
  });

  it('nothing is asked where no verdict depends on it', async () => {
    await fault('*', 403);
    expect(await preflight({ gates: [{ signal: 'throughput', min: 1, mode: 'hold', advisory: true }] })).toEqual([]);
  });
});
