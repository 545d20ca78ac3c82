import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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
    story = await openStory('orders', tap.url, { hurried: true }, cluster.url);
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

  it('killed before the first change, which is the upload; then an upgrade changes what it must, in this order', async () => {
    version = other();
    await story.commit(version);
    expect(await story.killedAt(tap, { nth: 1, when: 'before' })).toBe(true);
    tap.forget();
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded', strategy: 'savepoint-upgrade' });
    changes = [...tap.changes];
    expect(changes).toEqual(['POST /jars/upload', 'POST /jobs/ID/stop', 'POST /jars/JAR/run']);
    await expectOne(version);
  });

  // Both jars are on the cluster from here on: the changes are the stop and the run.
  it.each([1, 2].flatMap((nth) => (['before', 'after'] as const).map((when) => ({ nth, when }))))(
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
    expect(await story.killedAt(tap, { nth: 1, when: 'after' })).toBe(true);
    expect(await story.run('resume')).toMatchObject({ outcome: 'succeeded' });
    await expectOne(version);
  });

  it('the JobManager is killed in the gap, and comes back without its memory', async () => {
    version = other();
    await story.commit(version);
    // The savepoint is taken and the job has ended; our process and the JobManager die at once.
    expect(await story.killedAt(tap, { nth: 1, when: 'after' })).toBe(true);
    await until('the old run ends', story.active, (runs) => runs.length === 0);
    await cluster.killJobManager();
    await cluster.startJobManager(6);
    // Neither the ledger nor the cluster knows where the savepoint is, so nothing is started empty.
    const told = await story.run('apply');
    expect([told.outcome, told.code, told.runs]).toEqual(['stuck', 'snapshot-path-missing', []]);
    await startFrom(newestIn(join(cluster.folder, 'savepoints')));
    await expectOne(version);
  });

  it('the JobManager is killed while a job runs: it is told as down, and started only from where it is told', async () => {
    const [run] = await story.active();
    await story.commit(version);
    await cluster.killJobManager();
    await cluster.startJobManager(6);
    expect(await story.active()).toEqual([]);
    expect(await story.run('apply')).toMatchObject({ outcome: 'refused', runAfter: null });
    expect(await story.run('apply', '--force')).toMatchObject({ outcome: 'refused', code: 'flink-state-not-known' });
    await startFrom(newestIn(join(cluster.folder, 'checkpoints', run?.jid ?? ''), 'chk-'));
    await story.processed(20);
    // What came after the checkpoint is processed again, nothing is lost.
    expect(flowOf(story.lines()).missing).toBe(0);
  });

  async function startFrom(folder: string): Promise<void> {
    await story.commit(version, { target: { 'start-from': pathToFileURL(folder).href } });
    expect(await story.run('apply', '--force')).toMatchObject({ outcome: 'succeeded', code: null });
  }
});

/** The newest folder in one; of checkpoints there is but one. */
function newestIn(folder: string, prefix = ''): string {
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  const times = names.map((name) => [statSync(join(folder, name)).mtimeMs, join(folder, name)] as const);
  const newest = times.sort(([one], [other]) => other - one)[0];
  if (newest === undefined) throw new Error(`${folder} is empty`);
  return newest[1];
}
