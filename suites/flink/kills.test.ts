import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './cluster.js';
import { flowOf } from './lines.js';
import { openStory, type Story } from './story.js';
import { type Tap, tapOn } from './tap.js';

const exact = { missing: 0, repeated: 0, wrongTallies: 0 };

describe('Flink 2.3.0: something dies in the middle', () => {
  let cluster: Cluster;
  let tap: Tap;
  let story: Story;
  /** Changes that an upgrade asks the cluster for, in their order. */
  let changes: readonly string[] = [];
  let version = 'v1';
  const other = () => (version === 'v1' ? 'v2' : 'v1');

  beforeAll(async () => {
    cluster = await startCluster({ version: '2.3.0', slots: 6 });
    tap = await tapOn(cluster.url);
    story = await openStory('orders', tap.url, {}, cluster.url);
    await story.commit(version);
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded' });
  });
  afterAll(async () => {
    await story?.close();
    await tap?.close();
    await cluster?.stop();
  });

  async function expectOne(wanted: string): Promise<void> {
    expect(await story.active()).toHaveLength(1);
    await story.processed(20, wanted);
    expect(flowOf(story.lines())).toEqual(exact);
    expect((await story.run('apply')).outcome).toBe('unchanged');
  }

  it('an upgrade changes what it must, in this order', async () => {
    tap.forget();
    version = other();
    await story.commit(version);
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded', strategy: 'savepoint-upgrade' });
    changes = [...tap.changes];
    expect(changes).toEqual(['POST /jars/upload', 'POST /jobs/ID/stop', 'POST /jars/JAR/run']);
    await expectOne(version);
  });

  it.each([1, 2, 3].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ nth, when }))))(
    'our process is killed $when change $nth: the same command converges',
    async (point) => {
      version = other();
      await story.commit(version);
      expect(await story.killedAt(tap, point)).toBe(true);
      const done = await story.run('apply');
      expect([done.outcome, done.code]).toEqual(['succeeded', null]);
      await expectOne(version);
    },
  );

  it('and `resume` does, after a kill in the gap, from the ledger alone', async () => {
    version = other();
    await story.commit(version);
    expect(await story.killedAt(tap, { nth: 2, when: 'after' })).toBe(true);
    expect(await story.run('resume')).toMatchObject({ outcome: 'succeeded' });
    await expectOne(version);
  });

  it('the JobManager is killed in the gap, and comes back without its memory', async () => {
    version = other();
    await story.commit(version);
    // The savepoint is taken and the job has ended; our process and the JobManager die at once.
    expect(await story.killedAt(tap, { nth: 2, when: 'after' })).toBe(true);
    await until('the old run ends', story.active, (runs) => runs.length === 0);
    await cluster.killJobManager();
    await cluster.startJobManager(6);
    const done = await story.run('apply');
    expect([done.outcome, done.code]).toEqual(['succeeded', null]);
    await expectOne(version);
  });

  it('the JobManager is killed while a job runs: it is told as down, and started only when asked', async () => {
    const last = story.lines().length;
    await cluster.killJobManager();
    await cluster.startJobManager(6);
    expect(await story.active()).toEqual([]);
    const told = await story.run('apply');
    expect([told.outcome, told.runAfter]).toEqual(['refused', null]);
    const again = await story.run('apply', '--force');
    expect(again.outcome).toBe('succeeded');
    await story.processed(20);
    expect(story.lines().length).toBeGreaterThan(last);
    // From the last checkpoint: what came after it is processed again, nothing is lost.
    expect(flowOf(story.lines()).missing).toBe(0);
  });
});
