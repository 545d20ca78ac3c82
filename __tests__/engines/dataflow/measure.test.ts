import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dataflow } from '../../../src/engines/dataflow/index.js';
import { measure as measureOf } from '../../../src/engines/dataflow/measure.js';
import type { Sample } from '../../../src/engines/engine.js';
import type { StrategyName } from '../../../src/model/job.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import { ahead } from '../ahead.js';
import { declared, subject, target, type World, world } from './world.js';

let w: World;

beforeEach(async () => {
  w = await world();
});

afterEach(() => w.end());

/** A run that is watched from now on, and what became of it after a while. */
async function running(more: JsonObject = {}): Promise<Run> {
  return w.seen(await w.plant({ startedSecondsAgo: 0, ...more }));
}

const minutesAgo = (minutes: number) => new Date(w.clock.now() - minutes * 60_000).toISOString();
async function measure(run: Run, signal: string, minutes = 30): Promise<readonly Sample[]> {
  const samples = await w.session.measure?.(run, signal, minutesAgo(minutes));
  return (samples ?? []).toSorted((a, b) => a.at.localeCompare(b.at));
}
const values = async (run: Run, signal: string) => (await measure(run, signal)).map(({ value }) => value);

it('an unknown signal is none', async () => {
  expect(await w.session.measure?.(await running(), 'temperature', minutesAgo(5))).toBeNull();
});

it('samples bear the run, their own time and a value in the unit that is declared', async () => {
  const run = await running();
  w.advance(600);
  const [first, ...rest] = await measure(run, 'throughput');
  expect(first).toMatchObject({ signal: 'throughput', value: 100_000, run: run.id, idle: false });
  expect(rest.length).toBeGreaterThanOrEqual(5);
  const times = [first, ...rest].map((sample) => Date.parse(sample?.at ?? ''));
  expect(times.every((at) => at % 60_000 === 0 && at <= w.clock.now())).toBe(true);
  expect(new Set(await values(run, 'system-lag'))).toEqual(new Set([0]));
  expect(new Set(await values(run, 'watermark-age'))).toEqual(new Set([1]));
  expect(await values(run, 'elements')).toEqual([6000, 12_000, 18_000, 24_000, 30_000, 36_000, 42_000, 48_000]);
});

it('asked again, the same points come with the same times, and late ones are added', async () => {
  const run = await running();
  w.advance(400);
  const before = await measure(run, 'throughput');
  w.advance(170);
  const after = await measure(run, 'throughput');
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.length).toBeGreaterThan(before.length);
  // From the middle of history on nothing older comes.
  const late = await measure(run, 'throughput', 3);
  expect(late.every(({ at }) => Date.parse(at) >= w.clock.now() - 5 * 60_000)).toBe(true);
});

it.each([600, -600])('of a service whose clock is %i s ahead bear the times of this machine', async (seconds) => {
  const run = await running();
  w.advance(900);
  const service = await ahead(w.services['monitoring'] ?? '', seconds);
  const clock = { now: () => w.clock.now() - seconds * 1000, sleep: async () => {} };
  const env = { ...w.ambient.env, CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING: `${service.url}/` };
  const ambient = { ...w.ambient, clock, env };
  const session = await dataflow.connect(dataflow.place(target, ambient), target, ambient);
  const since = (minutes: number) => new Date(clock.now() - minutes * 60_000).toISOString();
  try {
    await session.measure?.(run, 'throughput', since(1));
    const told = (await session.measure?.(run, 'throughput', since(30)))?.map(({ at }) => Date.parse(at)) ?? [];
    const wanted = (await measure(run, 'throughput')).map(({ at }) => Date.parse(at) - seconds * 1000);
    expect(told.length).toBe(wanted.length);
    // The date of an answer is in whole seconds.
    for (const [i, at] of told.toSorted((a, b) => a - b).entries())
      expect(Math.abs(at - (wanted[i] ?? 0))).toBeLessThan(2000);
  } finally {
    await session.close?.();
    await service.close();
  }
});

it('backlog and lag of a gap show in the new run and drain', async () => {
  const old = await w.plant({ drainSeconds: 240 });
  await w.change(old, { state: 'JOB_STATE_DRAINING' });
  w.advance(240);
  const run = await running({ capacityPerSecond: 200 });
  w.advance(600);
  const lags = await values(run, 'system-lag');
  expect(lags.slice(0, 5)).toEqual([180, 120, 60, 0, 0]);
  expect((await values(run, 'backlog')).slice(0, 3)).toEqual([18_000_000, 12_000_000, 6_000_000]);
  expect((await values(run, 'backlog-time')).slice(0, 3)).toEqual([90, 60, 30]);
  expect((await values(run, 'throughput')).slice(0, 2)).toEqual([200_000, 200_000]);
});

describe('a minute in which nothing was consumed', () => {
  it('is a stall where something waits', async () => {
    const run = await running({ behaviour: 'stalled' });
    w.advance(600);
    const samples = await measure(run, 'throughput');
    expect(samples.length).toBeGreaterThanOrEqual(6);
    for (const sample of samples) expect(sample).toMatchObject({ value: 0, idle: false });
  });

  it('is an idle source where nothing waits', async () => {
    await w.monitoring({ workloads: { orders: { inputPerSecond: 0 } } });
    const run = await running();
    w.advance(600);
    const samples = await measure(run, 'throughput');
    expect(samples.length).toBeGreaterThanOrEqual(6);
    for (const sample of samples) expect(sample).toMatchObject({ value: 0, idle: true });
  });

  it('is told apart by the lag where the source tells no backlog', async () => {
    await w.monitoring({ missing: ['job/backlog_bytes'] });
    const run = await running({ behaviour: 'stalled' });
    w.advance(600);
    const idle = (await measure(run, 'throughput')).map((sample) => sample.idle);
    // For one minute the oldest element has not been waiting for long.
    expect(idle.slice(0, 3)).toEqual([true, false, false]);
  });

  it('is not known where nothing tells, and is not told too early', async () => {
    await w.monitoring({ missing: ['job/backlog_bytes', 'job/system_lag'] });
    const run = await running({ behaviour: 'stalled' });
    w.advance(290);
    expect(await measure(run, 'throughput')).toEqual([]);
    w.advance(300);
    const later = await measure(run, 'throughput');
    expect(later.length).toBeGreaterThanOrEqual(3);
    for (const sample of later) expect(sample).toMatchObject({ value: null, idle: false });
  });
});

describe('what is not of the run', () => {
  it('another run’s points are told as such, and only where the run has none', async () => {
    const old = await w.plant({ name: 'others' });
    const run = await running();
    w.advance(400);
    await w.monitoring({ ignoredFilterLabels: ['job_id'] });
    for (const signal of ['throughput', 'system-lag']) {
      const samples = await measure(run, signal);
      const own = samples.filter((sample) => sample.run === run.id).map(({ at }) => at);
      const foreign = samples.filter((sample) => sample.run === old).map(({ at }) => at);
      expect(own.length).toBeGreaterThan(2);
      expect(foreign.length).toBeGreaterThan(2);
      expect(foreign.filter((at) => own.includes(at))).toEqual([]);
    }
  });

  it('`failed` goes by the name, so that it says of no run', async () => {
    const failing = await w.plant({ startedSecondsAgo: 0, behaviour: 'fail-after', seconds: 100 });
    w.advance(300);
    const run = await running();
    w.advance(300);
    const samples = await measure(run, 'failed');
    expect(samples.some(({ value }) => value === 1)).toBe(true);
    expect(new Set(samples.map((sample) => sample.run))).toEqual(new Set([null]));
    expect(await values(await w.seen(failing), 'system-lag')).toHaveLength(1);
  });

  it('errors are counted by the minute, from the run’s own messages', async () => {
    const run = await running({ behaviour: 'crash-loop', seconds: 60 });
    w.advance(330);
    const counts = (await measure(run, 'errors')).map(({ value }) => value ?? 0);
    expect(counts[0]).toBe(0);
    expect(counts.at(-1)).toBeGreaterThanOrEqual(4);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
  });

  it('errors are asked for alone, so that thousands of warnings hide none', async () => {
    const time = { seconds: Date.parse('2026-01-01T00:00:30Z') / 1000 };
    const error = { messageImportance: 'JOB_MESSAGE_ERROR', time } as const;
    // What a reading of bounded length gives of a run that warned thousands of times before.
    const messages = async (_: string, least?: string) => (least === 'JOB_MESSAGE_ERROR' ? [error] : []);
    const source = { api: { messages }, series: async () => [], region: 'r', now: Date.parse('2026-01-01T00:02:00Z') };
    const samples = await measureOf(source, await running(), 'errors', '2026-01-01T00:00:00Z');
    expect(samples?.at(-1)?.value).toBe(1);
  });
});

describe('where Cloud Monitoring does not give them', () => {
  it('no points are no error', async () => {
    const run = await running();
    w.advance(30);
    expect(await measure(run, 'throughput')).toEqual([]);
  });

  it('pages are put together', async () => {
    const run = await w.seen(await w.plant());
    const whole = await measure(run, 'backlog');
    await w.monitoring({ pageSize: 3 });
    expect(await measure(run, 'backlog')).toEqual(whole);
    expect(whole.length).toBeGreaterThan(20);
  });

  it.each([
    ['a missing right', { status: 403, times: 99 }, { code: 'dataflow-metrics-refused', class: 'refusal' }],
    ['credentials that ended', { status: 401, times: 99 }, { code: 'dataflow-not-authenticated' }],
    ['a failure that lasts', { status: 503, times: 99 }, { code: 'dataflow-metrics-unavailable', class: 'transient' }],
    ['an answer that is none', { status: 502, html: true, times: 99 }, { code: 'dataflow-metrics-unavailable' }],
  ])('%s is an error of its own', async (_, fault, error) => {
    const run = await running();
    await w.monitoringFault({ operation: 'listTimeSeries', when: 'before', effect: 'status', ...fault });
    await expect(measure(run, 'system-lag')).rejects.toMatchObject(error);
  });

  it.each(['reset', 'status'])('a short failure (%s) is none', async (effect) => {
    const run = await w.seen(await w.plant());
    const fault = { operation: 'listTimeSeries', when: 'before', effect, times: 2 };
    await w.monitoringFault(effect === 'status' ? { ...fault, status: 500 } : fault);
    expect((await measure(run, 'system-lag')).length).toBeGreaterThan(20);
  });
});

describe('before anything is touched', () => {
  const { positions: _, ...job } = declared;
  const preflight = async (verify: Partial<typeof job.verify> = {}, strategy: StrategyName = 'in-place-update') => {
    const current = await w.seen(await w.plant());
    const intended = { subject, job: { ...job, verify: { ...job.verify, ...verify } }, target, current } as const;
    const findings = await w.session.preflight({ ...intended, strategy });
    return findings.map(({ code, level }) => `${level} ${code}`);
  };
  const fault = (status: number) =>
    w.monitoringFault({ operation: 'listTimeSeries', when: 'before', effect: 'status', status, times: 99 });

  it('a missing right to read metrics refuses', async () => {
    await fault(403);
    expect(await preflight()).toEqual(['error dataflow-metrics-refused']);
  });

  it.each([
    ['new worker bounds are verified, too', 'in-flight-update', ['error dataflow-metrics-refused']],
    ['a stop is not', 'stop', []],
  ] as const)('%s', async (_, strategy, found) => {
    await fault(403);
    expect(await preflight({}, strategy)).toEqual(found);
  });

  it('a service that is down only warns', async () => {
    await fault(503);
    expect(await preflight()).toEqual(['warning dataflow-metrics-unavailable']);
  });

  it.each([
    ['an advisory gate', { gates: [{ signal: 'throughput', min: 1, mode: 'hold', advisory: true }] }],
    [
      'a gate on messages',
      {
        gates: [
          { signal: 'throughput', min: 1, mode: 'hold', advisory: true },
          { signal: 'errors', 'max-delta': 3, mode: 'budget' },
        ],
      },
    ],
    ['a source of its own', { signals: { throughput: { command: { run: 'echo 3' } } } }],
  ])('with %s in its place nothing is asked', async (_, verify) => {
    await fault(403);
    expect(await preflight(verify)).toEqual([]);
  });
});
