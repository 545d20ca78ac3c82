import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cluster, startCluster } from './cluster.js';
import { flowOf, longestGap } from './lines.js';
import { restOf } from './rest.js';
import { openStory, type Story, type Usual } from './story.js';

/** Changes of parallelism take effect at once, instead of half a minute after the last one. */
const atOnce = {
  'jobmanager.scheduler': 'adaptive',
  'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling': '0s',
  'jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout': '0s',
  'jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout': '0s',
};

/** A run that was rescaled goes on from a checkpoint of its own: there is no snapshot to compare its states with. */
const verify = {
  'running-within': '30s',
  bake: '2s',
  gates: [
    { signal: 'checkpoints', mode: 'converge', min: 2, for: '0s', deadline: '5m', interval: '1s' },
    { signal: 'restarts', mode: 'budget', 'max-delta': 1, interval: '1s', advisory: true },
  ],
};

describe('Flink 2.3.0 with the adaptive scheduler', () => {
  let cluster: Cluster;
  const stories: Story[] = [];
  beforeAll(async () => {
    cluster = await startCluster({ version: '2.3.0', taskManagers: 2, slots: 4, configuration: atOnce });
  });
  afterAll(async () => {
    for (const story of stories) await story.close();
    await cluster?.stop();
  });
  async function story(name: string, usual: Usual): Promise<Story> {
    const opened = await openStory(name, cluster.url, usual);
    stories.push(opened);
    return opened;
  }

  it('rescales in flight: the same run, nothing lost', async () => {
    const orders = await story('orders', { target: { scheduler: 'adaptive' }, job: { verify } });
    await orders.commit('v1');
    const { runAfter: run } = await orders.run('apply');
    await orders.processed(100);
    await orders.commit('v1', { target: { parallelism: 4 } });
    expect(await orders.run('apply')).toMatchObject({
      outcome: 'succeeded',
      strategy: 'in-flight-update',
      runBefore: run,
      runAfter: run,
    });
    const { vertices } = await restOf(cluster.url).done('GET', `/jobs/${run}`);
    expect(Math.max(...vertices.map((one: { parallelism: number }) => one.parallelism))).toBe(4);
    await orders.processed(50);
    // The tasks went on from the latest checkpoint: some numbers twice, none missing.
    expect(flowOf(orders.lines()).missing).toBe(0);
    await orders.close();
  });

  it('rolls a version without a uid back, or refuses it, though this scheduler accepts it at first', async () => {
    const orders = await story('payments', { target: { scheduler: 'adaptive' } });
    await orders.commit('v1');
    const { runAfter: run } = await orders.run('apply');
    await orders.processed(50);
    await orders.commit('v2-no-uid');
    expect(await orders.run('apply')).toMatchObject({ outcome: 'refused', runAfter: run });
    expect((await orders.active()).map(({ jid }) => jid)).toEqual([run]);
    await orders.close();
  });

  it('runs the new version beside the old one, for a sink that takes the overlap', async () => {
    const orders = await story('clicks', (output) => {
      // Slots have names of their own; a transactional-id prefix, say, would stand beside them.
      const slots = ['clicks', 'clicks-b'].map((name) => ({ name, arguments: [output, '100', name] }));
      return { job: { sink: 'idempotent', strategy: ['parallel'], parallel: { overlap: '2s', slots } } };
    });
    await orders.commit('v1');
    const { runAfter: old } = await orders.run('apply');
    await orders.processed(100);
    await orders.commit('v2');
    const done = await orders.run('apply');
    expect([done.outcome, done.message]).toEqual(['succeeded', expect.stringContaining('Rolled out')]);
    expect(done).toMatchObject({ strategy: 'parallel', runBefore: old });
    expect((await orders.active()).map(({ jid }) => jid)).toEqual([done.runAfter]);
    await orders.processed(20, 'v2');
    expect(flowOf(orders.lines()).missing).toBe(0);
    // Somebody processed all the time.
    expect(longestGap(orders.lines())).toBeLessThan(1000);
  });
});
