import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cluster, startCluster } from './cluster.js';
import { flowOf } from './lines.js';
import { restOf } from './rest.js';
import { openStory, type Story } from './story.js';
import { type Point, type Tap, tapOn } from './tap.js';

const exact = { missing: 0, repeated: 0, wrongTallies: 0 };
/** More changes or pushes than this in one upgrade are a fault of it. */
const most = 12;

describe('Flink 2.3.0: our process is killed', () => {
  let cluster: Cluster;
  let tap: Tap;
  let story: Story;
  let version = 'v1';

  beforeAll(async () => {
    cluster = await startCluster({ version: '2.3.0', slots: 6 });
    tap = await tapOn(cluster.url);
    story = await openStory('orders', tap.url, { hurried: true, hosted: true }, cluster.url);
    await story.commit(version);
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded' });
  });
  afterAll(async () => {
    await story?.close();
    await tap?.close();
    await cluster?.stop();
  });

  /** The next version, whose jar is not on the cluster. */
  async function next(more = ''): Promise<void> {
    const rest = restOf(cluster.url);
    for (const { id } of (await rest.done('GET', '/jars')).files) await rest.done('DELETE', `/jars/${id}`);
    version = version.startsWith('v1') ? `v2${more}` : `v1${more}`;
    await story.commit(version);
    tap.forget();
  }

  async function expectOne(): Promise<void> {
    expect(await story.active()).toHaveLength(1);
    await story.processed(20, version);
    expect(flowOf(story.lines())).toEqual(exact);
  }

  /** Kills at the first, second … until an upgrade ends before it; tells what each point was, and what the same command then came to. */
  async function everywhere(where: Tap | 'push', when: Point['when']): Promise<readonly (readonly string[])[]> {
    const points: (readonly string[])[] = [];
    for (let nth = 1; nth <= most; nth += 1) {
      await next();
      if (!(await story.killedAt(where, { nth, when }))) {
        await expectOne();
        return points;
      }
      const point = where === 'push' ? `push ${nth}` : (tap.changes.at(-1) ?? '');
      const done = await story.run('apply');
      expect([when, nth, done.code]).toEqual([when, nth, null]);
      points.push([point, done.outcome]);
      await expectOne();
    }
    throw new Error(`more than ${most} in one upgrade`);
  }

  it.each(['before', 'after'] as const)(
    '%s each change that it asks the cluster for: the same command converges',
    async (when) => {
      const points = await everywhere(tap, when);
      const changes = ['POST /jars/upload', 'POST /jobs/ID/stop', 'POST /jars/JAR/run'];
      expect(points).toEqual(changes.map((change) => [change, 'succeeded']));
    },
  );

  it('after each push to the ledger: the same command converges', async () => {
    const points = await everywhere('push', 'after');
    console.log(`killed before and after each of 3 changes, and after each of ${points.length} pushes`);
    // The last push closes the rollout: nothing is left to do after it.
    expect(points.length).toBeGreaterThanOrEqual(2);
    expect(points.map(([, outcome]) => outcome)).toEqual([...points.slice(1).map(() => 'succeeded'), 'unchanged']);
    expect((await story.run('apply')).outcome).toBe('unchanged');
  });

  it('in the gap: `resume` goes on from the ledger alone', async () => {
    await next();
    expect(await story.killedAt(tap, { nth: 2, when: 'after' })).toBe(true);
    expect(await story.run('resume')).toMatchObject({ outcome: 'succeeded' });
    await expectOne();
  });

  it('right after the start of a program that replaces the stamp: nothing is started beside it, and it can be taken over', async () => {
    await next('-own');
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded' });
    await next('-own');
    expect(await story.killedAt(tap, { nth: 3, when: 'after' })).toBe(true);
    const [run] = await story.active();
    const told = await story.run('apply');
    // Its id was in no ledger yet, and without the stamp nobody can tell whose run it is.
    expect([told.outcome, told.code, told.runAfter]).toEqual(['stuck', 'unexpected-run', run?.jid]);
    expect(told.message).toContain(run?.jid);
    expect(await story.run('apply', '--on-drift', 'adopt')).toMatchObject({ runAfter: run?.jid });
    await expectOne();
    await next();
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded', runBefore: run?.jid });
    await expectOne();
  });
});
