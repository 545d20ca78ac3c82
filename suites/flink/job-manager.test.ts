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
const slots = 6;

describe('Flink 2.3.0 without high availability: the JobManager is killed and comes back without its memory', () => {
  let cluster: Cluster;
  let tap: Tap;
  let story: Story;
  let version = 'v1';

  beforeAll(async () => {
    cluster = await startCluster({ version: '2.3.0', slots });
    tap = await tapOn(cluster.url);
    story = await openStory('orders', tap.url, { hurried: true, hosted: true }, cluster.url);
    await story.commit(version);
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded' });
    await next();
    // Both jars are on the cluster from here on: the changes are the stop and the run.
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded' });
  });
  afterAll(async () => {
    await story?.close();
    await tap?.close();
    await cluster?.stop();
  });

  async function next(): Promise<void> {
    version = version === 'v1' ? 'v2' : 'v1';
    await story.commit(version);
  }

  async function restarted(): Promise<void> {
    await cluster.killJobManager();
    await cluster.startJobManager(slots);
  }

  async function expectOne(): Promise<void> {
    expect(await story.active()).toHaveLength(1);
    await story.processed(20, version);
    expect(flowOf(story.lines())).toEqual(exact);
    expect((await story.run('apply')).outcome).toBe('unchanged');
  }

  it('in the gap: our process knows the savepoint, and starts from it', async () => {
    await next();
    expect(await story.heldAt(tap, { nth: 2, when: 'before' }, restarted)).toMatchObject({ outcome: 'succeeded' });
    await expectOne();
  });

  it('in the gap, and our process dies with it: the ledger knows the savepoint, and the same command starts from it', async () => {
    await next();
    const killed = await story.killedAt(tap, { nth: 2, when: 'before' }, async () => {
      const written = async () =>
        (await story.record()).journal.some(({ verb, note }) => verb === 'snapshot' && note !== null);
      await until('the path of the savepoint is in the ledger', written, Boolean);
      await restarted();
    });
    expect(killed).toBe(true);
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded', code: null });
    await expectOne();
  });

  it('in the gap, before our process learnt where the savepoint is: nothing is started empty, and the report says what to do', async () => {
    await next();
    expect(
      await story.killedAt(tap, { nth: 1, when: 'after' }, async () => {
        await until('the old run ends', story.active, (runs) => runs.length === 0);
        await restarted();
      }),
    ).toBe(true);
    const told = await story.run('apply');
    expect([told.outcome, told.code, told.runs]).toEqual(['stuck', 'snapshot-path-missing', []]);
    expect(told.message).toContain(told.rollout);
    expect(told.next).toContain('target.start-from');
    await startFrom(newestIn(join(cluster.folder, 'savepoints')));
    await expectOne();
  });

  it('while a job runs: it is told as down, and started only from where it is told', async () => {
    const [run] = await story.active();
    await restarted();
    expect(await story.active()).toEqual([]);
    await story.commit(version);
    expect(await story.run('apply')).toMatchObject({ outcome: 'refused', runAfter: null });
    expect(await story.run('apply', '--force')).toMatchObject({ outcome: 'refused', code: 'flink-state-not-known' });
    // What the run before was started from is older than what it did since.
    await story.commit(version, { target: { 'start-from': before } });
    expect(await story.run('apply', '--force')).toMatchObject({ outcome: 'refused', code: 'flink-start-from-used' });
    await startFrom(newestIn(join(cluster.folder, 'checkpoints', run?.jid ?? ''), 'chk-'));
    await story.processed(20);
    // What came after the checkpoint is processed again, nothing is lost.
    expect(flowOf(story.lines()).missing).toBe(0);
  });

  let before = '';
  async function startFrom(folder: string): Promise<void> {
    before = pathToFileURL(folder).href;
    await story.commit(version, { target: { 'start-from': before } });
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
