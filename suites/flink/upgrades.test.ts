import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cluster, startCluster } from './cluster.js';
import { flowOf } from './lines.js';
import { restOf } from './rest.js';
import { openStory, type Story } from './story.js';

const soon = { mode: 'converge', for: '0s', interval: '1s' };
const strict = [
  { signal: 'throughput', ...soon, min: 0.001, deadline: '1s', advisory: true },
  { signal: 'checkpoints', ...soon, min: 2, deadline: '8s' },
  { signal: 'restarts', mode: 'budget', 'max-delta': 1, interval: '1s' },
  { signal: 'lost-state-names', ...soon, max: 0, deadline: '8s' },
  { signal: 'new-state-names', ...soon, max: 0, deadline: '8s' },
];

const exact = { missing: 0, repeated: 0, wrongTallies: 0 };

/** Two lines of Flink, two state backends, and once the age of answers that users have by default. */
const worlds = [
  { version: '1.20.5', backend: 'rocksdb', configuration: { 'web.refresh-interval': '3000' } },
  { version: '2.3.0', backend: 'hashmap', configuration: {} },
] as const;

describe.each(worlds)('Flink $version with $backend state', ({ version, backend, configuration }) => {
  let cluster: Cluster;
  let story: Story;
  beforeAll(async () => {
    const more = { ...configuration, 'state.backend.type': backend };
    cluster = await startCluster({ version, slots: 6, configuration: more });
    story = await openStory('orders', cluster.url);
  });
  afterAll(async () => {
    await story?.close();
    await cluster?.stop();
  });

  /** The one run of the job, which must be processing. */
  const runs = async () => {
    const [run, ...others] = await story.active();
    expect(others).toEqual([]);
    await story.processed(20);
    return run?.jid;
  };

  it('starts a job that never ran', async () => {
    await story.commit('v1');
    const created = await story.run('apply');
    expect(created).toMatchObject({ outcome: 'succeeded', strategy: 'create', runBefore: null });
    expect(await runs()).toBe(created.runAfter);
    expect((await story.run('apply')).outcome).toBe('unchanged');
  });

  it('upgrades it from a savepoint: no number lost, none twice, the state goes on', async () => {
    const before = await runs();
    await story.commit('v2');
    const done = await story.run('apply');
    expect(done).toMatchObject({ outcome: 'succeeded', strategy: 'savepoint-upgrade', runBefore: before });
    expect(await runs()).toBe(done.runAfter);
    expect(flowOf(story.lines())).toEqual(exact);
    expect(new Set(story.lines().map((line) => line.version))).toEqual(new Set(['v1', 'v2']));
    expect(done.gapSeconds).toBeGreaterThan(0);
  });

  it('refuses a version without a uid, and leaves the running one alone', async () => {
    const before = await runs();
    const lines = story.lines().length;
    await story.commit('v2-no-uid');
    const done = await story.run('apply');
    expect(done).toMatchObject({ outcome: 'refused', runAfter: before });
    expect(done.findings.find(({ level }) => level === 'error')?.message).toContain('tally');
    expect(await runs()).toBe(before);
    expect(story.lines().length).toBeGreaterThan(lines);
    expect(flowOf(story.lines())).toEqual(exact);
  });

  it('refuses a version whose main fails', async () => {
    const before = await runs();
    await story.commit('v2-main-fails');
    expect(await story.run('apply')).toMatchObject({ outcome: 'refused', runAfter: before });
    expect(await runs()).toBe(before);
    expect(flowOf(story.lines())).toEqual(exact);
  });

  it.each(['v2-state-type', 'v2-state-renamed', 'v2-crash', 'v2-stall'])('rolls %s back', async (bad) => {
    const before = await runs();
    // A state that began empty is a warning, unless the job says otherwise; a stalled job is waited for no longer than it says.
    await story.commit(bad, { job: { verify: { 'running-within': '30s', bake: '2s', gates: strict } } });
    const done = await story.run('apply');
    expect(done).toMatchObject({ outcome: 'rolled-back', runBefore: before });
    const after = await runs();
    expect(after).not.toBe(before);
    expect(done.runs?.map(({ id }) => id)).toEqual([after]);
    // What the bad version wrote is processed again by the good one, from the same savepoint.
    const good = story.lines().filter((line) => line.version === 'v2' || line.version === 'v1');
    expect(flowOf(good)).toEqual(exact);
    // It is quarantined: the next apply leaves it alone.
    expect((await story.run('apply')).outcome).toBe('quarantined');
    expect(await restOf(cluster.url).active()).toHaveLength(1);
  });
});
