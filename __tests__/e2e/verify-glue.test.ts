import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { defineGlueJobs, glueJob, manifest, manifestPath, script } from './harness/fleet.js';
import { gateOf, runsIn, steadyRate } from './harness/gates.js';
import { type Done, type Stage, scenario } from './harness/stage.js';

const lag = { signal: 'consumer-lag', max: '60s', mode: 'converge', deadline: '12m' };
const watched = (...gates: readonly JsonObject[]): JsonObject => ({
  verify: { 'running-within': '10m', bake: '2m', gates },
});

/** The job, started and verified; `more` is laid over it, `fates` are in its script. */
async function started(stage: Stage, more: JsonObject = {}, ...fates: readonly string[]): Promise<string> {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const first = await stage.push({
    [manifestPath]: manifest({ clicks: glueJob('clicks', {}, more) }),
    'glue/clicks.py': script('clicks 1', ...fates),
  });
  expect(first.job('clicks')).toMatchObject({ outcome: 'succeeded' });
  // It has been running for a while when the next version comes.
  stage.cloud.advance(1800);
  return first.job('clicks').runAfter ?? 'no run';
}

/** Another version, whose runs fare as `fates` say. */
const upgrade = (stage: Stage, ...fates: readonly string[]): Promise<Done> =>
  stage.push({ 'glue/clicks.py': script('clicks 2', ...fates) });
const cloudwatch = (stage: Stage, settings: JsonObject) => stage.cloud.set({ service: 'cloudwatch', ...settings });
const states = async (stage: Stage) => Object.values(await stage.cloud.states('glue', 'clicks')).sort();

async function isBack(stage: Stage, done: Done, code: string): Promise<void> {
  expect([done.code, done.outcomes]).toEqual([1, { clicks: 'rolled-back' }]);
  expect(done.job('clicks')).toMatchObject({ code });
  const [running, ...others] = (await stage.cloud.runs('glue', 'clicks')).filter(({ state }) => state === 'RUNNING');
  expect(others).toEqual([]);
  const objects = await stage.cloud.objects();
  expect(objects[String(running?.['scriptLocation']).replace('s3://', '')]).toContain('# clicks 1');
  const again = await stage.push({ 'docs/page.md': 'x\n' });
  expect(again.outcomes).toEqual({ clicks: 'quarantined' });
}

/** Nobody can tell: the new run is left to a person. */
async function isStuck(stage: Stage, done: Done): Promise<void> {
  expect([done.code, done.outcomes]).toEqual([1, { clicks: 'stuck' }]);
  expect(done.job('clicks')).toMatchObject({ code: 'gate-inconclusive' });
  expect(gateOf(done, 'clicks', 'throughput')).toMatchObject({ result: 'inconclusive' });
  expect(await states(stage)).toEqual(['RUNNING', 'STOPPED']);
}

describe('Glue, by what CloudWatch shows', () => {
  scenario(
    'a healthy upgrade: what the restart let pile up is gone, and it does what the old one did',
    async (stage) => {
      const asGood = { signal: 'throughput', 'min-vs-baseline': 0.7, mode: 'converge', deadline: '12m' };
      const old = await started(stage, watched(lag, asGood), 'consumer-lag');
      const done = await upgrade(stage, 'consumer-lag');
      const { runAfter } = done.job('clicks');
      expect(done.outcomes).toEqual({ clicks: 'succeeded' });
      expect(runAfter).not.toBe(old);
      const throughput = gateOf(done, 'clicks', 'throughput');
      expect(throughput).toMatchObject({ result: 'pass', unit: 'records/s', origin: 'manifest' });
      expect(throughput.baseline).toBeCloseTo(100, -1);
      expect(gateOf(done, 'clicks', 'consumer-lag')).toMatchObject({ result: 'pass' });
      expect(await runsIn(stage, done, 'throughput')).toEqual([runAfter]);
    },
    steadyRate,
  );

  scenario(
    'a slow catch-up within the deadline',
    async (stage) => {
      await started(stage, watched(lag), 'consumer-lag');
      const done = await upgrade(stage, 'consumer-lag', 'warm-up 180', 'capacity 250');
      expect(done.outcomes).toEqual({ clicks: 'succeeded' });
      const { result, points } = gateOf(done, 'clicks', 'consumer-lag');
      expect(result).toBe('pass');
      expect(points.some(([, value]) => (value ?? 0) > 60)).toBe(true);
    },
    steadyRate,
  );

  scenario(
    'a catch-up that would take beyond the deadline',
    async (stage) => {
      await started(stage, watched(lag), 'consumer-lag');
      const done = await upgrade(stage, 'consumer-lag', 'warm-up 180', 'capacity 105');
      expect(gateOf(done, 'clicks', 'consumer-lag')).toMatchObject({ result: 'fail' });
      await isBack(stage, done, 'gate-failed');
    },
    steadyRate,
  );

  scenario(
    'a silent stall is no success: Glue publishes nothing of it, so nobody can tell',
    async (stage) => {
      await started(stage);
      const done = await upgrade(stage, 'stalled');
      expect(gateOf(done, 'clicks', 'throughput')).toMatchObject({ origin: 'engine', samples: 0 });
      await isStuck(stage, done);
    },
    steadyRate,
  );

  scenario(
    'a crash loop',
    async (stage) => {
      await started(stage);
      await isBack(stage, await upgrade(stage, 'crash-loop 20 "No such table."'), 'new-run-ended');
    },
    steadyRate,
  );

  scenario(
    'metrics that are missing are no success',
    async (stage) => {
      await started(stage);
      await cloudwatch(stage, { missing: ['*'] });
      await isStuck(stage, await upgrade(stage));
    },
    steadyRate,
  );

  scenario(
    'late metrics are waited for',
    async (stage) => {
      await started(stage);
      await cloudwatch(stage, { visibleAfterSeconds: 175 });
      const done = await upgrade(stage);
      expect(done.outcomes).toEqual({ clicks: 'succeeded' });
      expect(gateOf(done, 'clicks', 'throughput')).toMatchObject({ result: 'pass' });
    },
    steadyRate,
  );

  scenario(
    'another job’s metrics prove nothing of ours',
    async (stage) => {
      const other = await stage.cloud.plant({ service: 'glue', jobName: 'others', startedSecondsAgo: 7200 });
      await started(stage);
      await cloudwatch(stage, { ignoredDimensions: ['JobName', 'JobRunId'] });
      const done = await upgrade(stage, 'no-metrics');
      expect(await runsIn(stage, done, 'throughput')).toEqual([other]);
      await isStuck(stage, done);
    },
    steadyRate,
  );

  scenario(
    'nothing is demanded of a job whose source has been idle for hours',
    async (stage) => {
      await cloudwatch(stage, { workloads: { clicks: { inputPerSecond: 0 } } });
      await defineGlueJobs(stage.cloud, ['clicks']);
      await stage.cloud.plant({ service: 'glue', jobName: 'clicks', startedSecondsAgo: 0 });
      stage.cloud.advance(4 * 3600);
      const first = await stage.push({
        [manifestPath]: manifest({ clicks: glueJob('clicks') }),
        'glue/clicks.py': script('clicks 1'),
      });
      expect(first.outcomes).toEqual({ clicks: 'adopted' });
      const done = await upgrade(stage);
      expect(done.outcomes).toEqual({ clicks: 'succeeded' });
      expect(gateOf(done, 'clicks', 'throughput')).toMatchObject({ result: 'skipped' });
    },
    steadyRate,
  );

  scenario(
    'the first run of a job that nobody has ever measured: without a sample it is left to a person',
    async (stage) => {
      await defineGlueJobs(stage.cloud, ['clicks']);
      const done = await stage.push({
        [manifestPath]: manifest({ clicks: glueJob('clicks') }),
        'glue/clicks.py': script('clicks 1', 'no-metrics'),
      });
      expect([done.code, done.outcomes]).toEqual([1, { clicks: 'stuck' }]);
      expect(done.job('clicks')).toMatchObject({ code: 'gate-inconclusive' });
      expect(gateOf(done, 'clicks', 'throughput')).toMatchObject({ result: 'inconclusive' });
      expect(await states(stage)).toEqual(['RUNNING']);
      // Its first run has told by now that it publishes nothing.
      const next = await upgrade(stage, 'no-metrics');
      expect(next.outcomes).toEqual({ clicks: 'succeeded' });
      expect(gateOf(next, 'clicks', 'throughput')).toMatchObject({ result: 'skipped' });
    },
    steadyRate,
  );

  scenario('without the right to read metrics nothing is touched', async (stage) => {
    const denied = { service: 'cloudwatch', operation: '*', when: 'before', effect: 'status', status: 403 };
    await started(stage);
    await stage.cloud.fault({ ...denied, times: 1000 });
    const done = await upgrade(stage);
    expect([done.code, done.outcomes]).toEqual([3, { clicks: 'refused' }]);
    expect(done.job('clicks').code).toBe('glue-metrics-refused');
    expect(done.writes.filter((call) => call.startsWith('glue.'))).toEqual([]);
  });
});
