import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { dataflowJob, location, manifest, manifestPath, project, template } from './harness/fleet.js';
import { gateOf, runsIn, steadyRate } from './harness/gates.js';
import { type Done, type Stage, scenario } from './harness/stage.js';

const lag = { signal: 'system-lag', max: '60s', mode: 'converge', deadline: '12m' };
const watched = (...gates: readonly JsonObject[]): JsonObject => ({
  verify: { 'running-within': '10m', bake: '2m', gates },
});

/** The job, started and verified; `more` is laid over it. */
async function started(stage: Stage, more: JsonObject = {}): Promise<string> {
  const first = await stage.push({
    [manifestPath]: manifest({ orders: dataflowJob('orders', {}, more) }),
    'templates/orders.json': template('orders:1'),
  });
  expect(first.job('orders')).toMatchObject({ outcome: 'succeeded' });
  return first.job('orders').runAfter ?? 'no run';
}

/** Another version, whose runs fare as `fate` says. */
const upgrade = (stage: Stage, fate: JsonObject = {}): Promise<Done> =>
  stage.push({ 'templates/orders.json': template('orders:2', fate) });
const monitoring = (stage: Stage, settings: JsonObject) => stage.cloud.set({ service: 'monitoring', ...settings });
/** Another job of the project, which has been well for days. */
const neighbour = (stage: Stage) =>
  stage.cloud.plant({ service: 'dataflow', project, region: location, name: 'clicks', startedSecondsAgo: 200_000 });
const states = async (stage: Stage) => Object.values(await stage.cloud.states('dataflow', 'orders')).sort();

/** The verdict was against the new run, and the old revision runs again. */
async function isBack(stage: Stage, done: Done, gate: string): Promise<void> {
  expect([done.code, done.outcomes]).toEqual([1, { orders: 'rolled-back' }]);
  expect(done.job('orders')).toMatchObject({ code: 'gate-failed' });
  expect(gateOf(done, 'orders', gate)).toMatchObject({ result: 'fail' });
  const running = (await stage.cloud.runs('dataflow', 'orders')).filter(({ state }) => state === 'JOB_STATE_RUNNING');
  expect(running).toHaveLength(1);
  expect(JSON.stringify(running)).toContain('orders:1');
  // The same revision again is left alone.
  const again = await stage.push({ 'docs/page.md': 'x\n' });
  expect(again.outcomes).toEqual({ orders: 'quarantined' });
}

/** Nobody can tell: the new run is left to a person, with the old one replaced. */
async function isStuck(stage: Stage, done: Done): Promise<void> {
  expect([done.code, done.outcomes]).toEqual([1, { orders: 'stuck' }]);
  expect(done.job('orders')).toMatchObject({ code: 'gate-inconclusive' });
  expect(gateOf(done, 'orders', 'throughput')).toMatchObject({ result: 'inconclusive' });
  expect(await states(stage)).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_UPDATED']);
  expect(done.writes.filter((call) => call.startsWith('dataflow.'))).toEqual(['dataflow.launchFlexTemplate']);
}

describe('Dataflow, by what Cloud Monitoring shows', () => {
  scenario(
    'a healthy upgrade: what the drain let pile up is gone, and it does what the old one did',
    async (stage) => {
      const asGood = { signal: 'throughput', 'min-vs-baseline': 0.7, mode: 'converge', deadline: '12m' };
      const more = { strategy: ['drain-and-resubmit'], stateful: false, ...watched(lag, asGood) };
      const old = await started(stage, more);
      stage.cloud.advance(900);
      const done = await upgrade(stage);
      const { runAfter, gapSeconds } = done.job('orders');
      expect(done.outcomes).toEqual({ orders: 'succeeded' });
      expect([gapSeconds !== null && gapSeconds > 60, runAfter === old]).toEqual([true, false]);
      expect(gateOf(done, 'orders', 'system-lag')).toMatchObject({ result: 'pass', origin: 'manifest' });
      const throughput = gateOf(done, 'orders', 'throughput');
      expect(throughput).toMatchObject({ result: 'pass', unit: 'bytes/s' });
      expect(throughput.baseline).toBeCloseTo(100_000, -4);
      // The backlog of the gap showed, and went.
      const lags = gateOf(done, 'orders', 'system-lag').points.flatMap(([, value]) => value ?? []);
      expect(lags.at(-1)).toBeLessThan(60);
      expect(await runsIn(stage, done, 'throughput')).toEqual([runAfter]);
    },
    steadyRate,
  );

  scenario(
    'a slow catch-up within the deadline',
    async (stage) => {
      await started(stage, watched(lag));
      const done = await upgrade(stage, { warmUpSeconds: 240, capacityPerSecond: 250 });
      expect(done.outcomes).toEqual({ orders: 'succeeded' });
      const { result, points } = gateOf(done, 'orders', 'system-lag');
      expect(result).toBe('pass');
      expect(points.some(([, value]) => (value ?? 0) > 60)).toBe(true);
    },
    steadyRate,
  );

  scenario(
    'a catch-up that would take beyond the deadline',
    async (stage) => {
      await started(stage, watched(lag));
      await isBack(stage, await upgrade(stage, { warmUpSeconds: 240, capacityPerSecond: 105 }), 'system-lag');
    },
    steadyRate,
  );

  scenario(
    'a silent stall is found without a line about gates in the manifest',
    async (stage) => {
      await started(stage);
      const done = await upgrade(stage, { behaviour: 'stalled' });
      expect(gateOf(done, 'orders', 'throughput')).toMatchObject({ origin: 'engine' });
      await isBack(stage, done, 'throughput');
    },
    steadyRate,
  );

  scenario(
    'a crash loop, by its error messages',
    async (stage) => {
      await started(stage, watched({ signal: 'errors', 'max-delta': 3 }));
      const done = await upgrade(stage, { behaviour: 'crash-loop', message: 'No such table.' });
      expect(done.job('orders').messages.map(({ text }) => text)).toContain('No such table.');
      await isBack(stage, done, 'errors');
    },
    steadyRate,
  );

  scenario(
    'metrics that are missing are no success',
    async (stage) => {
      await started(stage);
      await monitoring(stage, { missing: ['*'] });
      await isStuck(stage, await upgrade(stage));
    },
    steadyRate,
  );

  scenario(
    'metrics as late as the service allows are waited for',
    async (stage) => {
      await started(stage);
      await monitoring(stage, { visibleAfterSeconds: 235 });
      const done = await upgrade(stage);
      expect(done.outcomes).toEqual({ orders: 'succeeded' });
      expect(gateOf(done, 'orders', 'throughput')).toMatchObject({ result: 'pass' });
    },
    steadyRate,
  );

  scenario(
    'metrics that are later than that are no success',
    async (stage) => {
      await started(stage);
      await monitoring(stage, { visibleAfterSeconds: 3600 });
      await isStuck(stage, await upgrade(stage));
    },
    steadyRate,
  );

  scenario(
    'another run’s metrics prove nothing of ours',
    async (stage) => {
      const other = await neighbour(stage);
      await started(stage);
      await monitoring(stage, { ignoredFilterLabels: ['job_id'], firstSampleAfterSeconds: 86_400 });
      const done = await upgrade(stage);
      expect(await runsIn(stage, done, 'throughput')).toEqual([other]);
      await isStuck(stage, done);
    },
    steadyRate,
  );

  scenario(
    'an idle source is told, and nothing is demanded of it',
    async (stage) => {
      await started(stage);
      await monitoring(stage, { workloads: { orders: { inputPerSecond: 0 } } });
      const done = await upgrade(stage);
      expect(done.outcomes).toEqual({ orders: 'succeeded' });
      const gate = gateOf(done, 'orders', 'throughput');
      expect(gate).toMatchObject({ result: 'skipped', message: 'the source had no input' });
    },
    steadyRate,
  );

  scenario('without the right to read metrics nothing is touched', async (stage) => {
    const denied = {
      service: 'monitoring',
      operation: 'listTimeSeries',
      when: 'before',
      effect: 'status',
      status: 403,
    };
    await started(stage);
    await stage.cloud.fault({ ...denied, times: 1000 });
    const done = await upgrade(stage);
    expect([done.code, done.outcomes]).toEqual([3, { orders: 'refused' }]);
    expect(done.job('orders').code).toBe('dataflow-metrics-refused');
    expect(done.writes.filter((call) => call.startsWith('dataflow.'))).toEqual([]);
  });
});
