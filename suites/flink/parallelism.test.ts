import { pathToFileURL } from 'node:url';
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

  it('rescales in flight: the same run, nothing lost, and no name of a state either', async () => {
    const orders = await story('orders', { target: { scheduler: 'adaptive' } });
    await orders.commit('v1');
    const { runAfter: run } = await orders.run('apply');
    await orders.processed(100);
    await orders.commit('v1', { target: { parallelism: 4 } });
    const done = await orders.run('apply');
    expect(done).toMatchObject({
      outcome: 'succeeded',
      strategy: 'in-flight-update',
      runBefore: run,
      runAfter: run,
      // Tasks are made anew within the run, and their old times are gone: it is not claimed that there was no gap.
      gapSeconds: null,
    });
    // It goes on from a checkpoint of its own, written by the same program.
    expect(done.gates?.find(({ gate }) => gate === 'lost-state-names')).toMatchObject({ result: 'pass' });
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

  it('restarts from the last retained checkpoint where that is asked for: nothing lost, the last second again', async () => {
    const orders = await story('refunds', { job: { strategy: ['restart'] } });
    await orders.commit('v1');
    const { runAfter: old } = await orders.run('apply');
    await orders.processed(150);
    await orders.commit('v2');
    const done = await orders.run('apply');
    expect(done).toMatchObject({ outcome: 'succeeded', strategy: 'restart', runBefore: old, gapBy: 'engine' });
    const { latest } = await restOf(cluster.url).done('GET', `/jobs/${done.runAfter}/checkpoints`);
    expect(latest.restored.external_path).toContain(`/${old}/chk-`);
    await orders.processed(20, 'v2');
    expect(flowOf(orders.lines()).missing).toBe(0);
    await orders.close();
  });

  it('drains where that is asked for, and the new run begins empty', async () => {
    const orders = await story('visits', (output) => ({
      target: { 'savepoint-directory': pathToFileURL(`${output}-savepoints`).href },
      job: { strategy: ['drain-and-resubmit'], stateful: false },
    }));
    await orders.commit('v1');
    const { runAfter: old } = await orders.run('apply');
    await orders.processed(50);
    await orders.commit('v2');
    const done = await orders.run('apply');
    expect(done).toMatchObject({ outcome: 'succeeded', strategy: 'drain-and-resubmit', runBefore: old });
    const rest = restOf(cluster.url);
    expect((await rest.done('GET', `/jobs/${old}`)).state).toBe('FINISHED');
    expect((await rest.done('GET', `/jobs/${done.runAfter}/checkpoints`)).latest.restored).toBeNull();
    await orders.processed(20, 'v2');
    expect(orders.lines().find(({ version }) => version === 'v2')).toMatchObject({ tally: 1 });
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
