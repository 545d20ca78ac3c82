import { describe, expect } from '@jest/globals';
import { rerun, scheduled } from './harness/events.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';
import { until } from './harness/until.js';

/** States that a test waits for must last a while: they are longer here than by default. */
const slowStop = 'slow-stop 1800';
const slowStart = 'start-after 1800';

async function started(stage: Stage, { bake = '2m', stop = slowStop } = {}) {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const first = await stage.push({
    [manifestPath]: manifest({ clicks: glueJob('clicks', {}, { verify: { 'running-within': '2h', bake } }) }),
    'glue/clicks.py': script('clicks 1', stop),
  });
  expect(first.outcomes).toEqual({ clicks: 'succeeded' });
  return { first, old: first.job('clicks').runAfter ?? '' };
}

const changed = { 'glue/clicks.py': script('clicks 2', slowStart) };

/** Waits until the runs of the Glue job look as wanted. */
function seen(stage: Stage, what: string, wanted: (states: readonly string[]) => boolean): () => Promise<void> {
  return async () => void (await until(what, async () => Object.values(await stage.cloud.states('glue')), wanted));
}

const starts = (writes: readonly string[]) => writes.filter((call) => call === 'glue.StartJobRun').length;

async function resume(stage: Stage) {
  return stage.run(scheduled({ repository: stage.repository, sha: (await stage.repo.head()) ?? '' }));
}

describe('a workflow that ends in the middle', () => {
  // Slow enough for the four minutes of a post step to hold a settle time.
  scenario(
    'cancelled between stop and start: the post step finishes the start, and never stops a stream',
    async (stage) => {
      const { old } = await started(stage, { bake: '30s', stop: 'slow-stop 160' });
      const when = seen(stage, 'the old run is stopping', (states) => states.includes('STOPPING'));
      const cut = await stage.push({ 'glue/clicks.py': script('clicks 2') }, { interrupt: { how: 'cancel', when } });
      expect(cut.main.signal).toBeNull();
      expect(cut.main.code).toBe(5);
      expect(cut.job('clicks')).toMatchObject({ outcome: 'interrupted' });
      expect(cut.job('clicks').next).toContain('stream-rollout resume --environment production --jobs clicks');
      expect(cut.post?.code).toBe(0);
      expect(starts(cut.writes)).toBe(1);
      const states = await stage.cloud.states('glue');
      expect(states[old]).toBe('STOPPED');
      expect(Object.values(states).filter((state) => state === 'STARTING' || state === 'RUNNING')).toHaveLength(1);

      const resumed = await resume(stage);
      expect([resumed.outcomes, starts(resumed.writes)]).toEqual([{ clicks: 'succeeded' }, 0]);
    },
    40,
  );

  scenario('cancelled while the new run is watched: it runs on, and resume completes the rollout', async (stage) => {
    await started(stage, { bake: '40m' });
    const when = seen(stage, 'the new run is up', (states) => states.includes('STOPPED') && states.includes('RUNNING'));
    const cut = await stage.push(changed, { interrupt: { how: 'cancel', when } });
    expect(cut.code).toBe(5);
    expect(cut.job('clicks').outcome).toBe('interrupted');
    const check = async () =>
      (await stage.cloud.checks(stage.repository)).find(
        ({ head_sha, name }) => head_sha === cut.event.sha && name === 'stream-rollout / production',
      );
    expect((await check())?.status).toBe('in_progress');

    const resumed = await resume(stage);
    expect([resumed.code, resumed.outcomes, starts(resumed.writes)]).toEqual([0, { clicks: 'succeeded' }, 0]);
    const after = await stage.push({ 'docs/page.md': 'x\n' });
    expect([after.outcomes, after.writes]).toEqual([{ clicks: 'unchanged' }, []]);
  });

  scenario('the machine is lost between stop and start: a rerun converges to one new run', async (stage) => {
    const { old } = await started(stage);
    const when = seen(stage, 'the old run is stopping', (states) => states.includes('STOPPING'));
    const cut = await stage.push(changed, { interrupt: { how: 'kill', when } });
    expect(cut.main.signal).toBe('SIGKILL');
    const again = await stage.run(rerun(cut.event));
    expect(again.outcomes).toEqual({ clicks: 'succeeded' });
    expect(starts([...cut.writes, ...again.writes])).toBe(1);
    expect((await stage.cloud.states('glue'))[old]).toBe('STOPPED');
  });

  scenario('the machine is lost after the start: the next commit finds its run and goes on with it', async (stage) => {
    await started(stage);
    const when = seen(stage, 'the new run is there', (states) => states.includes('STARTING'));
    const cut = await stage.push(changed, { interrupt: { how: 'kill', when } });
    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect(docs.outcomes).toEqual({ clicks: 'succeeded' });
    expect(starts([...cut.writes, ...docs.writes])).toBe(1);
  });

  scenario('a newer commit closes what an older one left open, and carries on', async (stage) => {
    await started(stage);
    const when = seen(stage, 'the new run is there', (states) => states.includes('STARTING'));
    await stage.push(changed, { interrupt: { how: 'kill', when } });
    const newer = await stage.push({ 'glue/clicks.py': script('clicks 3') });
    expect(newer.outcomes).toEqual({ clicks: 'succeeded' });
    const states = Object.values(await stage.cloud.states('glue'));
    expect(states.filter((state) => state === 'RUNNING')).toHaveLength(1);
    expect(states).toHaveLength(3);
  });

  scenario('another workflow run that is still active holds the rollout: the next one is refused', async (stage) => {
    await started(stage);
    const when = seen(stage, 'the new run is there', (states) => states.includes('STARTING'));
    const cut = await stage.push(changed, { interrupt: { how: 'kill', when } });
    const { repository } = stage;
    const alive = { service: 'github', repository, workflowRun: cut.event.runId, status: 'in_progress' };
    await stage.cloud.plant(alive);
    const held = await stage.push({ 'docs/page.md': 'x\n' }, { inputs: { 'wait-for-minutes': '1' } });
    // The new run may have come up meanwhile.
    expect(
      (await told(stage, held, 'clicks')).replace(' is starting', ' is running'),
    ).toBe(`refused (rollout-held), exit 3
Rollout 2 is held by https://github.com/acme/streams/actions/runs/<id>/attempts/1, opened N min ago. Nothing was touched. Now: run <run> of clicks is running.
Next: wait for it, or: stream-rollout apply --environment production --jobs clicks --take-over`);
    expect([held.writes, held.ledger]).toEqual([[], []]);

    const taken = await stage.push({}, { inputs: { 'take-over': 'true' } });
    expect(taken.outcomes).toEqual({ clicks: 'succeeded' });
  });

  scenario(
    'the time of the call is over: the step is green, its check run stays open until resume completes it',
    async (stage) => {
      const files = {
        [manifestPath]: manifest({
          orders: dataflowJob('orders', {}, { verify: { 'running-within': '10m', bake: '60m' } }),
        }),
        'templates/orders.json': template('orders:1'),
      };
      const first = await stage.push(files, { inputs: { 'wait-for-minutes': '40' } });
      expect([first.code, first.outcomes]).toEqual([0, { orders: 'pending' }]);
      expect(first.outputs['result']).toBe('pending');
      expect(await told(stage, first, 'orders')).toBe(`pending (rollout-pending), exit 0
The new run is still being watched; \`resume\` goes on. The time of this call is over. Now: run <run> of orders is running.
Next: stream-rollout resume --environment production --jobs orders`);
      const state = async () =>
        (await stage.cloud.checks(stage.repository))
          .filter(({ head_sha }) => head_sha === first.event.sha)
          .map(({ name, status, conclusion }) => [name, status, conclusion])
          .sort();
      expect(await state()).toEqual([
        ['stream-rollout / production / orders', 'in_progress', null],
        ['stream-rollout / production', 'in_progress', null],
      ]);

      await stage.repo.commit({ 'docs/page.md': 'x\n' });
      const resumed = await resume(stage);
      expect(resumed.outcomes).toEqual({ orders: 'succeeded' });
      expect(resumed.writes).toEqual([]);
      expect(await state()).toEqual([
        ['stream-rollout / production / orders', 'completed', 'success'],
        ['stream-rollout / production', 'completed', 'success'],
      ]);
    },
    200,
  );
});
