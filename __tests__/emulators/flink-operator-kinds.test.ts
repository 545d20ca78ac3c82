import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { type LocalCluster, orders, startCluster } from './flink-operator-local.js';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await startCluster();
});
afterEach(async () => {
  await cluster.close();
  expect(cluster.errors).toEqual([]);
});

const apiVersion = 'flink.apache.org/v1beta1';
const runs = async () => (await (await fetch(`${cluster.control}/runs`)).json()) as JsonObject[];

describe('FlinkSessionJob', () => {
  const session = () => {
    const { job: _, ...spec } = orders().spec;
    return { apiVersion, kind: 'FlinkDeployment', metadata: { name: 'session' }, spec };
  };
  const sessionJob = (change: JsonObject = {}) => ({
    apiVersion,
    kind: 'FlinkSessionJob',
    metadata: { name: 'fraud' },
    spec: {
      deploymentName: 'session',
      job: { jarURI: 'https://jars/fraud-1.jar', parallelism: 1, upgradeMode: 'savepoint', ...change },
    },
  });
  const status = () => cluster.status('fraud', 'flinksessionjobs');

  beforeEach(async () => {
    await cluster.apply(session());
    cluster.advance(60);
    expect(await cluster.status('session')).toMatchObject({
      lifecycleState: 'STABLE',
      jobManagerDeploymentStatus: 'READY',
    });
  });

  it('runs on the session cluster, and is upgraded with a savepoint under another job id', async () => {
    await cluster.apply(sessionJob());
    cluster.advance(60);
    const before = await status();
    expect(before).toMatchObject({ lifecycleState: 'STABLE', jobStatus: { state: 'RUNNING' } });
    await cluster.apply(sessionJob({ jarURI: 'https://jars/fraud-2.jar' }));
    cluster.advance(60);
    const after = await status();
    expect(after).toMatchObject({ lifecycleState: 'STABLE', jobStatus: { state: 'RUNNING' } });
    expect(after.jobStatus.jobId).not.toBe(before.jobStatus.jobId);
    const { body } = await cluster.rest('session', `/jobs/${after.jobStatus.jobId}/checkpoints`);
    expect(body.latest.restored.external_path).toBe(after.jobStatus.upgradeSavepointPath);
    expect((await runs()).map(({ state }) => state)).toEqual(['FINISHED', 'RUNNING']);
  });

  it('whose jar is not to be had says so', async () => {
    await cluster.run({ program: 'https://jars/fraud-1.jar', lines: '# emulator: image-missing' });
    await cluster.apply(sessionJob());
    cluster.advance(2);
    expect(JSON.parse((await status()).error).message).toContain('Could not fetch the jar');
  });

  it('waits for its session cluster, and is cancelled when it is deleted', async () => {
    await cluster.call('DELETE', cluster.pathOf('session'));
    cluster.advance(5);
    await cluster.apply(sessionJob());
    cluster.advance(60);
    expect((await status()).lifecycleState).not.toBe('STABLE');
    await cluster.apply(session());
    cluster.advance(120);
    expect((await status()).lifecycleState).toBe('STABLE');
    await cluster.call('DELETE', cluster.pathOf('fraud', 'flinksessionjobs'));
    cluster.advance(5);
    expect((await cluster.call('GET', cluster.pathOf('fraud', 'flinksessionjobs'))).status).toBe(404);
    expect((await runs()).map(({ state }) => state)).toEqual(['CANCELED']);
  });

  it('refuses what a session job cannot have', async () => {
    await cluster.apply(sessionJob({ upgradeMode: 'last-state' }));
    cluster.advance(2);
    expect((await status()).lifecycleState).toBe('FAILED');
  });
});

describe('FlinkStateSnapshot', () => {
  const snapshot = (spec: JsonObject = {}) => ({
    apiVersion,
    kind: 'FlinkStateSnapshot',
    metadata: { name: 'one' },
    spec: { jobReference: { kind: 'FlinkDeployment', name: 'orders' }, savepoint: { formatType: 'NATIVE' }, ...spec },
  });
  const status = () => cluster.status('one', 'flinkstatesnapshots');

  it('of a savepoint goes from pending to a path, while the job goes on', async () => {
    await cluster.configure({ savepointSeconds: 15 });
    await cluster.apply(orders());
    cluster.advance(60);
    await cluster.apply(snapshot());
    cluster.advance(2);
    expect((await status()).state).toBe('IN_PROGRESS');
    cluster.advance(30);
    expect(await status()).toMatchObject({ state: 'COMPLETED', path: expect.stringContaining('/savepoint-') });
    expect(await runs()).toMatchObject([{ state: 'RUNNING' }]);
  });

  it('waits for a job, is abandoned with it, and fails after its limit', async () => {
    await cluster.apply(snapshot());
    cluster.advance(20);
    expect((await status()).state).toBe('TRIGGER_PENDING');
    await cluster.run({ program: 'orders:1', lines: '# emulator: savepoint-fails "java.io.IOException: disk full"' });
    await cluster.apply(orders());
    cluster.advance(120);
    expect(await status()).toMatchObject({ error: expect.stringContaining('disk full') });
    await cluster.apply({ ...snapshot({ backoffLimit: 1 }), metadata: { name: 'two' } });
    cluster.advance(120);
    expect(await cluster.status('two', 'flinkstatesnapshots')).toMatchObject({ state: 'FAILED', failures: 2 });
    await cluster.configure({ savepointSeconds: 60 });
    await cluster.run({ program: 'orders:1', lines: '' });
    const { status: deleted } = await cluster.call('DELETE', cluster.pathOf('one', 'flinkstatesnapshots'));
    expect(deleted).toBe(200);
  });
});

describe('FlinkBlueGreenDeployment', () => {
  const shop = (job: JsonObject = {}, image = 'orders:1', configuration: JsonObject = {}) => ({
    apiVersion,
    kind: 'FlinkBlueGreenDeployment',
    metadata: { name: 'shop' },
    spec: { configuration, template: { spec: orders({ spec: { image }, job }).spec } },
  });
  const status = () => cluster.status('shop', 'flinkbluegreendeployments');
  const states = async (seconds: number) => {
    const seen: string[] = [];
    for (let passed = 0; passed < seconds; passed += 1) {
      cluster.advance(1);
      const { blueGreenState } = await status();
      if (blueGreenState !== undefined && blueGreenState !== seen.at(-1)) seen.push(blueGreenState);
    }
    return seen;
  };

  it('begins blue, and goes to green and back from a savepoint, with both running meanwhile', async () => {
    await cluster.apply(shop());
    expect(await states(90)).toEqual(['INITIALIZING_BLUE', 'ACTIVE_BLUE']);
    expect(await cluster.status('shop-blue')).toMatchObject({ lifecycleState: 'STABLE' });
    await cluster.apply(shop({}, 'orders:2'));
    cluster.advance(25);
    expect((await runs()).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'default/shop-blue RUNNING',
      'default/shop-green RUNNING',
    ]);
    const [, green] = await runs();
    expect(String(green?.['restored'])).toContain('/savepoint-');
    await states(60);
    expect((await status()).blueGreenState).toBe('ACTIVE_GREEN');
    expect((await cluster.call('GET', cluster.pathOf('shop-blue'))).status).toBe(404);
    await cluster.apply(shop({}, 'orders:3'));
    expect(await states(120)).toEqual(['SAVEPOINTING_GREEN', 'TRANSITIONING_TO_BLUE', 'ACTIVE_BLUE']);
  });

  it('aborts after the grace period: the old one stays active, the new one stays to be looked at', async () => {
    await cluster.run({ program: 'orders:never', lines: '# emulator: never-ready' });
    const grace = { 'kubernetes.operator.bluegreen.abort.grace-period': '1 min' };
    await cluster.apply(shop({}, 'orders:1', grace));
    await states(90);
    await cluster.apply(shop({}, 'orders:never', grace));
    expect(await states(150)).toEqual(['SAVEPOINTING_BLUE', 'TRANSITIONING_TO_GREEN', 'ACTIVE_BLUE']);
    expect(await status()).toMatchObject({
      jobStatus: { state: 'FAILING' },
      error: expect.stringContaining('shop-green'),
    });
    expect((await cluster.call('GET', cluster.pathOf('shop-green'))).status).toBe(200);
    expect(await runs()).toMatchObject([{ name: 'default/shop-blue', state: 'RUNNING' }]);
    await cluster.apply(shop({}, 'orders:4', grace));
    await states(180);
    expect((await status()).blueGreenState).toBe('ACTIVE_GREEN');
    expect(await runs()).toMatchObject([{ name: 'default/shop-green', image: 'orders:4' }]);
  });

  it('patches the active child for a change that restarts nothing, and takes no savepoint without state', async () => {
    await cluster.apply(shop());
    await states(90);
    await cluster.apply(shop({ allowNonRestoredState: true }));
    expect(await states(65)).toEqual(['ACTIVE_BLUE']);
    expect((await cluster.get('shop-blue')).spec.job.allowNonRestoredState).toBe(true);
    await cluster.apply(shop({ upgradeMode: 'stateless' }, 'orders:2'));
    expect(await states(90)).toEqual(['TRANSITIONING_TO_GREEN', 'ACTIVE_GREEN']);
  });

  it('cannot leave a child that is not well', async () => {
    await cluster.run({ program: 'orders:1', lines: '# emulator: fail-after 100' });
    await cluster.apply(shop());
    await states(150);
    await cluster.apply(shop({}, 'orders:2'));
    await states(30);
    expect((await status()).error).toBe(
      "Transition to green not possible, current Flink Deployment 'shop-blue' is not READY. FAILING 'shop'",
    );
  });

  it('takes its children along when it is deleted', async () => {
    await cluster.apply(shop());
    await states(90);
    await cluster.call('DELETE', cluster.pathOf('shop', 'flinkbluegreendeployments'));
    cluster.advance(5);
    await status();
    cluster.advance(5);
    expect(await runs()).toEqual([]);
  });
});
