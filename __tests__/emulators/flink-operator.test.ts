import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalCluster, orders, startCluster } from './flink-operator-local.js';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await startCluster();
});
afterEach(async () => {
  await cluster.close();
  expect(cluster.errors).toEqual([]);
});

/** States as they follow each other, as often as anything changed. */
async function sequenceOf(act: () => Promise<unknown>, seconds: number): Promise<readonly string[]> {
  const { resourceVersion } = (await cluster.call('GET', '/apis/flink.apache.org/v1beta1/flinkdeployments')).body
    .metadata;
  await act();
  for (let passed = 0; passed < seconds; passed += 1) {
    cluster.advance(1);
    await cluster.get('orders');
  }
  const watch = await cluster.watch(`resourceVersion=${resourceVersion}&timeoutSeconds=0`);
  await watch.ended;
  const told = watch.events.map(({ object: { status = {} } }) =>
    [status.lifecycleState, status.jobStatus?.state, status.jobManagerDeploymentStatus].join(' '),
  );
  return told.filter((one, index) => one !== told[index - 1]);
}

const stable = async (change: Parameters<typeof orders>[0] = {}) => {
  const applied = await cluster.apply(orders(change));
  expect(applied.status).toBe(201);
  cluster.advance(120);
  const status = await cluster.status('orders');
  expect(status.lifecycleState).toBe('STABLE');
  return status;
};

describe('a first apply', () => {
  it('gets finalizer and defaults from the operator, which makes generation 2', async () => {
    await cluster.apply(orders());
    cluster.advance(1);
    const { metadata, spec } = await cluster.get('orders');
    expect(metadata).toMatchObject({ generation: 2, finalizers: ['flinkdeployments.flink.apache.org/finalizer'] });
    expect(spec.job).toMatchObject({ args: [], state: 'running' });
    expect(spec.jobManager.replicas).toBe(1);
    const own = metadata.managedFields.find(
      ({ manager }: { manager: string }) => manager === 'fabric8-kubernetes-client',
    );
    expect(own).toMatchObject({ operation: 'Update', fieldsV1: { 'f:spec': { 'f:job': { 'f:args': {} } } } });
    const conflict = await cluster.apply(orders({ job: { args: ['--x'] } }));
    expect(conflict.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "fabric8-kubernetes-client" using flink.apache.org/v1beta1: .spec.job.args',
    );
  });

  it('goes through UPGRADING and DEPLOYED, and becomes STABLE when the job was seen running', async () => {
    const states = await sequenceOf(() => cluster.apply(orders()), 40);
    expect(states.filter((state) => !state.startsWith(' '))).toEqual([
      'UPGRADING  MISSING',
      'DEPLOYED RECONCILING DEPLOYING',
      'DEPLOYED RECONCILING DEPLOYED_NOT_READY',
      'STABLE RUNNING READY',
    ]);
    const status = await cluster.status('orders');
    expect(status).toMatchObject({ observedGeneration: 2, reconciliationStatus: { state: 'DEPLOYED' } });
    expect(JSON.parse(status.reconciliationStatus.lastReconciledSpec).resource_metadata.metadata.generation).toBe(2);
    expect(status.reconciliationStatus.lastStableSpec).toBe(status.reconciliationStatus.lastReconciledSpec);
    expect(status.conditions).toMatchObject([{ type: 'Running', status: 'True', reason: 'Running' }]);
    expect(await cluster.events()).toEqual(expect.arrayContaining(['Submit', 'JobStatusChanged']));
  });

  it('of an invalid spec fails with the reason, and a corrected one recovers', async () => {
    await cluster.apply(orders({ flink: { 'state.checkpoints.dir': '' } }));
    cluster.advance(1);
    const status = await cluster.status('orders');
    expect(status.lifecycleState).toBe('FAILED');
    expect(JSON.parse(status.error)).toMatchObject({
      type: 'org.apache.flink.kubernetes.operator.exception.ValidationException',
      message: 'Checkpoint directory[state.checkpoints.dir] must be defined for last-state and savepoint upgrade modes',
    });
    await cluster.apply(orders());
    cluster.advance(60);
    expect(await cluster.status('orders')).toMatchObject({ lifecycleState: 'STABLE' });
    expect((await cluster.status('orders')).error).toBeUndefined();
  });

  it('of an operator 1.7.0 has no observed generation, and none before 1.15 conditions', async () => {
    await cluster.configure({ operatorVersion: '1.7.0' });
    const status = await stable({ spec: { flinkVersion: 'v1_17' } });
    expect([status.observedGeneration, status.conditions]).toEqual([undefined, undefined]);
  });
});

describe('an upgrade', () => {
  it('with a savepoint shows the old state until the savepoint is there, and keeps the job id', async () => {
    await cluster.configure({ savepointSeconds: 20 });
    const before = await stable();
    const states = await sequenceOf(() => cluster.apply(orders({ spec: { image: 'orders:2' } })), 60);
    expect(states).toEqual([
      'STABLE RUNNING READY',
      'UPGRADING FINISHED READY',
      'UPGRADING FINISHED MISSING',
      'DEPLOYED RECONCILING DEPLOYING',
      'DEPLOYED RECONCILING DEPLOYED_NOT_READY',
      'STABLE RUNNING READY',
    ]);
    const after = await cluster.status('orders');
    expect(after.jobStatus.jobId).toBe(before.jobStatus.jobId);
    expect(Number(after.jobStatus.startTime)).toBeGreaterThan(Number(before.jobStatus.startTime));
    expect(after.jobStatus.upgradeSavepointPath).toMatch(/^file:\/flink-data\/savepoints\/savepoint-/);
    const { body } = await cluster.rest('orders', `/jobs/${after.jobStatus.jobId}/checkpoints`);
    expect(body.latest.restored.external_path).toBe(after.jobStatus.upgradeSavepointPath);
    expect(await cluster.events()).toEqual(expect.arrayContaining(['SpecChanged', 'Suspended']));
    const config = await cluster.call('GET', '/api/v1/namespaces/default/configmaps/flink-config-orders');
    expect(config.body.data['flink-conf.yaml']).toContain(
      `execution.savepoint.path: ${after.jobStatus.upgradeSavepointPath}`,
    );
  });

  it('of ignored fields raises both generations and touches nothing', async () => {
    const before = await stable();
    await cluster.merge('orders', {
      spec: {
        job: { upgradeMode: 'stateless', allowNonRestoredState: true },
        flinkConfiguration: { 'kubernetes.operator.x': '1', 'job.autoscaler.enabled': 'true' },
      },
    });
    cluster.advance(1);
    // Until the operator looks again, the object is not taken for stable.
    expect((await cluster.status('orders')).lifecycleState).toBe('DEPLOYED');
    cluster.advance(60);
    const after = await cluster.status('orders');
    expect([after.observedGeneration, after.lifecycleState]).toEqual([before.observedGeneration + 1, 'STABLE']);
    expect(after.jobStatus.startTime).toBe(before.jobStatus.startTime);
  });

  it('without state starts empty under another id', async () => {
    const before = await stable({ job: { upgradeMode: 'stateless' } });
    await cluster.apply(orders({ job: { upgradeMode: 'stateless' }, spec: { image: 'orders:2' } }));
    cluster.advance(120);
    const after = await cluster.status('orders');
    expect(after.jobStatus.jobId).not.toBe(before.jobStatus.jobId);
    const { body } = await cluster.rest('orders', `/jobs/${after.jobStatus.jobId}/checkpoints`);
    expect(body.latest.restored).toBeNull();
  });

  const ha = { 'high-availability.type': 'kubernetes', 'high-availability.storageDir': 's3://ha' };

  it('from the last state takes no savepoint', async () => {
    await stable({ flink: ha, job: { upgradeMode: 'last-state' } });
    await cluster.apply(orders({ flink: ha, job: { upgradeMode: 'last-state' }, spec: { image: 'orders:2' } }));
    cluster.advance(120);
    const { jobStatus, lifecycleState } = await cluster.status('orders');
    expect([lifecycleState, jobStatus.upgradeSavepointPath]).toEqual(['STABLE', undefined]);
    const { body } = await cluster.rest('orders', `/jobs/${jobStatus.jobId}/checkpoints`);
    expect(body.latest.restored.external_path).toContain('/chk-');
  });

  it('falls back to the last state where no savepoint can be taken, if it may and can', async () => {
    await cluster.run({ program: 'orders:loops', lines: '# emulator: crash-loop "boom"' });
    await stable({ flink: ha });
    await cluster.apply(orders({ flink: ha, spec: { image: 'orders:loops' } }));
    cluster.advance(120);
    const looping = await cluster.status('orders');
    await cluster.apply(orders({ flink: ha }));
    cluster.advance(120);
    const healed = await cluster.status('orders');
    expect([looping.jobStatus.state === 'FAILED', healed.lifecycleState]).toEqual([false, 'STABLE']);
  });

  it('waits without high availability for a job that is not well', async () => {
    await cluster.run({ program: 'orders:loops', lines: '# emulator: crash-loop "boom"' });
    await stable();
    await cluster.apply(orders({ spec: { image: 'orders:loops' } }));
    cluster.advance(121);
    await cluster.apply(orders());
    cluster.advance(1);
    const seen = await cluster.get('orders');
    expect(seen.status.observedGeneration).toBeLessThan(seen.metadata.generation);
  });

  it('whose savepoint fails keeps the old job, says so and tries again', async () => {
    await cluster.run({ program: 'orders:1', lines: '# emulator: savepoint-fails "java.io.IOException: disk full"' });
    const before = await stable();
    await cluster.apply(orders({ spec: { image: 'orders:2' } }));
    cluster.advance(3);
    const status = await cluster.status('orders');
    expect(status.lifecycleState).toBe('STABLE');
    expect(JSON.parse(status.error).message).toContain('disk full');
    expect([status.observedGeneration, status.jobStatus.startTime]).toEqual([
      before.observedGeneration,
      before.jobStatus.startTime,
    ]);
    await cluster.run({ object: 'default/orders', fate: 'restart' });
    cluster.advance(600);
    expect((await cluster.events()).filter((reason) => reason === 'SavepointError')).toHaveLength(1);
  });

  it('whose state does not fit ends FAILED', async () => {
    await cluster.run({ program: 'orders:other', lines: '# emulator: operator other uid=other keyed=x:long' });
    await stable();
    await cluster.apply(orders({ spec: { image: 'orders:other' } }));
    cluster.advance(60);
    const status = await cluster.status('orders');
    expect([status.lifecycleState, status.jobStatus.state]).toEqual(['FAILED', 'FAILED']);
    expect(JSON.parse(status.error).message).toContain('Cannot map checkpoint/savepoint state');
  });

  it('by a nonce starts from the savepoint that the spec names', async () => {
    const before = await stable();
    await cluster.apply(orders({ spec: { image: 'orders:2' } }));
    cluster.advance(120);
    const path = (await cluster.status('orders')).jobStatus.upgradeSavepointPath;
    await cluster.apply(
      orders({ spec: { image: 'orders:2' }, job: { initialSavepointPath: path, savepointRedeployNonce: 7 } }),
    );
    cluster.advance(120);
    const after = await cluster.status('orders');
    expect(after.lifecycleState).toBe('STABLE');
    const { body } = await cluster.rest('orders', `/jobs/${after.jobStatus.jobId}/checkpoints`);
    expect(body.latest.restored.external_path).toBe(path);
    expect(Number(after.jobStatus.startTime)).toBeGreaterThan(Number(before.jobStatus.startTime));
  });

  it('to suspended keeps a savepoint, and back goes on from it', async () => {
    await stable();
    await cluster.apply(orders({ job: { state: 'suspended' } }), 'fieldManager=stream-rollout&force=true');
    cluster.advance(30);
    const status = await cluster.status('orders');
    expect([status.lifecycleState, status.jobStatus.state]).toEqual(['SUSPENDED', 'FINISHED']);
    await cluster.apply(orders({ job: { state: 'running' } }));
    cluster.advance(60);
    const { jobStatus, lifecycleState } = await cluster.status('orders');
    const { body } = await cluster.rest('orders', `/jobs/${jobStatus.jobId}/checkpoints`);
    expect([lifecycleState, body.latest.restored.external_path]).toEqual([
      'STABLE',
      status.jobStatus.upgradeSavepointPath,
    ]);
  });

  it('scales in place on the adaptive scheduler', async () => {
    const flink = { 'jobmanager.scheduler': 'adaptive' };
    const before = await stable({ flink });
    const { body } = await cluster.rest('orders', `/jobs/${before.jobStatus.jobId}`);
    const overrides = body.vertices.map(({ id }: { id: string }) => `${id}:4`).join(',');
    await cluster.apply(orders({ flink: { ...flink, 'pipeline.jobvertex-parallelism-overrides': overrides } }));
    cluster.advance(62);
    const after = await cluster.status('orders');
    expect([after.jobStatus.startTime, after.lifecycleState]).toEqual([before.jobStatus.startTime, 'STABLE']);
    const scaled = await cluster.rest('orders', `/jobs/${before.jobStatus.jobId}`);
    expect(scaled.body.vertices[0].parallelism).toBe(4);
    expect(await cluster.events()).toContain('Scaling');
  });
});

describe('rollback', () => {
  const flink = {
    'high-availability.type': 'kubernetes',
    'kubernetes.operator.deployment.rollback.enabled': 'true',
    'kubernetes.operator.deployment.readiness.timeout': '2 min',
  };

  it('brings the last stable spec back after the time-out, and leaves the object as it is', async () => {
    await cluster.run({ program: 'orders:never', lines: '# emulator: never-ready' });
    await stable({ flink });
    const states = await sequenceOf(() => cluster.apply(orders({ flink, spec: { image: 'orders:never' } })), 240);
    expect(states.map((state) => state.split(' ')[0]).filter((one, i, all) => one !== all[i - 1])).toEqual([
      'STABLE',
      'UPGRADING',
      'DEPLOYED',
      'ROLLING_BACK',
      'ROLLED_BACK',
    ]);
    const { spec, status } = await cluster.get('orders');
    expect([spec.image, status.jobStatus.state]).toEqual(['orders:never', 'RUNNING']);
    const runs = await (await fetch(`${cluster.control}/runs`)).json();
    expect(runs).toMatchObject([{ image: 'orders:1', state: 'RUNNING' }]);
  });

  it('is off by default', async () => {
    await cluster.run({ program: 'orders:never', lines: '# emulator: never-ready' });
    await stable();
    await cluster.apply(orders({ spec: { image: 'orders:never' } }));
    cluster.advance(1200);
    expect(await cluster.status('orders')).toMatchObject({
      lifecycleState: 'DEPLOYED',
      jobManagerDeploymentStatus: 'DEPLOYING',
    });
  });

  it('needs high availability', async () => {
    await cluster.apply(orders({ flink: { 'kubernetes.operator.deployment.rollback.enabled': 'true' } }));
    cluster.advance(1);
    expect(JSON.parse((await cluster.status('orders')).error).message).toBe('HA must be enabled for rollback support.');
  });
});

describe('what happens by itself', () => {
  it('a finished job is STABLE', async () => {
    await cluster.run({ program: 'orders:1', lines: '# emulator: finish-after 5' });
    await stable();
    expect(await cluster.status('orders')).toMatchObject({
      lifecycleState: 'STABLE',
      jobStatus: { state: 'FINISHED' },
    });
  });

  it('a failed job is FAILED with its exception', async () => {
    await stable();
    await cluster.run({ object: 'default/orders', fate: 'fail', message: 'java.lang.RuntimeException: boom' });
    cluster.advance(61);
    const status = await cluster.status('orders');
    expect([status.lifecycleState, JSON.parse(status.error).message]).toEqual([
      'FAILED',
      'java.lang.RuntimeException: boom',
    ]);
  });

  it('an image that is not there is an ERROR that stays DEPLOYED, and the old image goes on from the savepoint', async () => {
    await cluster.run({ program: 'orders:gone', lines: '# emulator: image-missing' });
    await stable();
    await cluster.apply(orders({ spec: { image: 'orders:gone' } }));
    cluster.advance(30);
    const status = await cluster.status('orders');
    expect(status).toMatchObject({ lifecycleState: 'DEPLOYED', jobManagerDeploymentStatus: 'ERROR' });
    expect(JSON.parse(status.error).message).toContain('Back-off pulling image "orders:gone"');
    await cluster.apply(orders());
    cluster.advance(120);
    const after = await cluster.status('orders');
    expect(after).toMatchObject({
      lifecycleState: 'STABLE',
      jobStatus: { upgradeSavepointPath: status.jobStatus.upgradeSavepointPath },
    });
  });

  it('a JobManager that is lost without HA metadata needs a person', async () => {
    await stable();
    await cluster.run({ object: 'default/orders', fate: 'jobmanager-missing' });
    cluster.advance(61);
    const status = await cluster.status('orders');
    expect([status.lifecycleState, status.jobManagerDeploymentStatus]).toEqual(['FAILED', 'MISSING']);
    expect(status.error).toContain('Manual restore required.');
  });

  it('a JobManager that is lost with HA metadata is made again', async () => {
    await stable({ flink: { 'high-availability.type': 'kubernetes' } });
    await cluster.run({ object: 'default/orders', fate: 'jobmanager-missing' });
    cluster.advance(180);
    expect(await cluster.status('orders')).toMatchObject({ lifecycleState: 'STABLE', jobStatus: { state: 'RUNNING' } });
  });

  it.each(['before-deploy', 'after-deploy'])('an operator that dies %s finishes the upgrade once', async (when) => {
    await stable();
    await cluster.run({ operator: 'crash', when, seconds: 30 });
    await cluster.apply(orders({ spec: { image: 'orders:2' } }));
    cluster.advance(10);
    expect((await cluster.status('orders')).lifecycleState).toBe('UPGRADING');
    const under = await (await fetch(`${cluster.control}/runs`)).json();
    expect(under).toHaveLength(when === 'before-deploy' ? 0 : 1);
    cluster.advance(120);
    expect(await cluster.status('orders')).toMatchObject({ lifecycleState: 'STABLE', jobStatus: { state: 'RUNNING' } });
    expect(await (await fetch(`${cluster.control}/runs`)).json()).toMatchObject([{ image: 'orders:2' }]);
  });

  it('a deletion ends the job and takes all objects along', async () => {
    await stable();
    await cluster.call('DELETE', cluster.pathOf('orders'));
    cluster.advance(5);
    expect((await cluster.call('GET', cluster.pathOf('orders'))).status).toBe(404);
    expect((await cluster.call('GET', '/api/v1/namespaces/default/services')).body.items).toEqual([]);
    expect(await (await fetch(`${cluster.control}/runs`)).json()).toEqual([]);
  });
});

describe('the Flink behind', () => {
  it('answers through the proxy, and has no endpoints before it is ready', async () => {
    await cluster.apply(orders());
    cluster.advance(1);
    const early = await cluster.rest('orders', '/jobs/overview');
    expect([early.status, early.body.message]).toEqual([503, 'no endpoints available for service "orders-rest"']);
    cluster.advance(30);
    expect((await cluster.rest('orders', '/jobs/overview')).body.jobs).toMatchObject([{ state: 'RUNNING' }]);
    const nowhere = await cluster.rest('nobody', '/jobs/overview');
    expect([nowhere.status, nowhere.body.message]).toEqual([503, 'no endpoints available for service "nobody-rest"']);
    const direct = await cluster.call('GET', '/jobmanagers/default/orders/jobs/overview');
    expect(direct.body.jobs).toHaveLength(1);
    await cluster.configure({ denied: [{ resources: ['services/proxy'] }] });
    expect((await cluster.rest('orders', '/jobs/overview')).status).toBe(403);
  });

  it('can be there from long ago', async () => {
    const run = await cluster.run({ name: 'orders', startedSecondsAgo: 600 });
    expect(run).toMatchObject({ name: 'default/orders', state: 'RUNNING', lifecycle: 'STABLE' });
    const { metadata } = await cluster.get('orders');
    expect(metadata.managedFields.map(({ manager }: { manager: string }) => manager)).toContain(
      'kubectl-client-side-apply',
    );
  });
});
