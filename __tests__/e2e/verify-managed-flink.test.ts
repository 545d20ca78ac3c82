import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { manifest, manifestPath, region, script, verify } from './harness/fleet.js';
import { gateOf, steadyRate } from './harness/gates.js';
import { type Done, type Stage, scenario } from './harness/stage.js';

const code = { file: 'jobs/fraud.jar', 'upload-to': 's3://acme-jars/fraud/${digest}.jar' };
const job = { engine: 'managed-flink', sink: 'transactional', verify, target: { region, code } };

/** An application that somebody made, its first version by the tool, and half an hour of work; `fates` are in its code. */
async function started(stage: Stage, ...fates: readonly string[]): Promise<string> {
  const spec = { applicationName: 'fraud', code: 's3://planted/fraud.jar', state: 'READY' };
  await stage.cloud.plant({ service: 'managed-flink', ...spec });
  const first = await stage.push({
    [manifestPath]: manifest({ fraud: job }),
    'jobs/fraud.jar': script('fraud 1', ...fates),
  });
  expect(first.outcomes).toEqual({ fraud: 'succeeded' });
  stage.cloud.advance(1800);
  return first.job('fraud').runAfter ?? 'no run';
}

const upgrade = (stage: Stage, ...fates: readonly string[]): Promise<Done> =>
  stage.push({ 'jobs/fraud.jar': script('fraud 2', ...fates) });
const cloudwatch = (stage: Stage, settings: JsonObject) => stage.cloud.set({ service: 'cloudwatch', ...settings });
const changes = (done: Done) =>
  done.writes.filter((call) => call.startsWith('managed-flink.')).map((call) => call.split('.')[1]);

/** The old code runs again, from a snapshot that it wrote itself, and the bad revision is left alone from now on. */
async function isBack(stage: Stage, done: Done, gate: string): Promise<void> {
  expect(gateOf(done, 'fraud', gate)).toMatchObject({ result: 'fail', origin: 'engine' });
  expect([done.code, done.outcomes]).toEqual([1, { fraud: 'rolled-back' }]);
  expect(done.job('fraud')).toMatchObject({ code: 'gate-failed', runBefore: 'fraud/2', runAfter: 'fraud/4' });
  expect(changes(done)).toEqual(['CreateApplicationSnapshot', 'UpdateApplication', 'UpdateApplication']);
  const [application] = await stage.cloud.runs('managed-flink', 'fraud');
  const objects = await stage.cloud.objects();
  expect(application).toMatchObject({ state: 'RUNNING', version: 4 });
  expect(objects[`acme-jars/${String(application?.['code'])}`]).toContain('# fraud 1');
  const again = await stage.push({ 'docs/page.md': 'x\n' });
  expect(again.outcomes).toEqual({ fraud: 'quarantined' });
}

describe('Managed Flink, by what CloudWatch shows', () => {
  scenario(
    'a healthy update: checkpoints, records and no restarts',
    async (stage) => {
      await started(stage);
      const done = await upgrade(stage);
      expect(done.outcomes).toEqual({ fraud: 'succeeded' });
      for (const gate of ['checkpoints', 'restarts', 'throughput', 'consumer-lag'])
        expect(gateOf(done, 'fraud', gate)).toMatchObject({ result: 'pass', origin: 'engine' });
    },
    steadyRate,
  );

  scenario(
    'a version that restarts in a loop, after an operation that was successful',
    async (stage) => {
      await started(stage);
      await isBack(stage, await upgrade(stage, 'crash-loop'), 'restarts');
    },
    steadyRate,
  );

  scenario(
    'a version that stalls while its source is behind',
    async (stage) => {
      await started(stage);
      await isBack(stage, await upgrade(stage, 'stalled'), 'checkpoints');
    },
    steadyRate,
  );

  scenario(
    'a version that stalls, and nothing tells of its source: no checkpoint is completed',
    async (stage) => {
      await started(stage, 'source none');
      const done = await upgrade(stage, 'stalled', 'source none');
      expect(gateOf(done, 'fraud', 'throughput')).toMatchObject({ result: 'skipped' });
      await isBack(stage, done, 'checkpoints');
    },
    steadyRate,
  );

  scenario(
    'the old run’s metrics do not vouch for a new one that sends none',
    async (stage) => {
      await started(stage);
      await cloudwatch(stage, { missing: ['*'] });
      const done = await upgrade(stage);
      expect([done.code, done.outcomes]).toEqual([1, { fraud: 'stuck' }]);
      expect(done.job('fraud')).toMatchObject({ code: 'gate-inconclusive' });
      for (const gate of ['checkpoints', 'restarts', 'throughput'])
        expect(gateOf(done, 'fraud', gate)).toMatchObject({ result: 'inconclusive', samples: 0 });
    },
    steadyRate,
  );

  scenario(
    'an idle source is no failure: its job takes checkpoints',
    async (stage) => {
      await started(stage);
      await cloudwatch(stage, { workloads: { fraud: { inputPerSecond: 0 } } });
      stage.cloud.advance(600);
      const done = await upgrade(stage);
      expect(done.outcomes).toEqual({ fraud: 'succeeded' });
      expect(gateOf(done, 'fraud', 'throughput')).toMatchObject({ result: 'skipped' });
      expect(gateOf(done, 'fraud', 'checkpoints')).toMatchObject({ result: 'pass' });
    },
    steadyRate,
  );

  scenario('without the right to read metrics nothing is touched', async (stage) => {
    const denied = { service: 'cloudwatch', operation: '*', when: 'before', effect: 'status', status: 403 };
    await started(stage);
    await stage.cloud.fault({ ...denied, times: 1000 });
    const done = await upgrade(stage);
    expect([done.code, done.outcomes]).toEqual([3, { fraud: 'refused' }]);
    expect(done.job('fraud').code).toBe('managed-flink-metrics-refused');
    expect(changes(done)).toEqual([]);
  });
});
