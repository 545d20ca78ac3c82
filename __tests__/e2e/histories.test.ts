import { describe, expect } from '@jest/globals';
import { commandEngine } from './harness/command-engine.js';
import { dispatched, rerun } from './harness/events.js';
import { pushInto } from './harness/faults.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Done, type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';
import { until } from './harness/until.js';

/** Two runs side by side under two names, each with a subscription of its own. */
const slots = ['orders-a', 'orders-b'].map((name) => ({
  name,
  parameters: { table: 'acme:ods.orders', subscription: name },
}));
const parallel = { strategy: ['parallel'], stateful: false, parallel: { overlap: '10m', slots } };

async function startedParallel(stage: Stage): Promise<string> {
  const first = await stage.push({
    [manifestPath]: manifest({ orders: dataflowJob('orders', {}, parallel) }),
    'templates/orders.json': template('orders:1'),
  });
  expect(first.outcomes).toEqual({ orders: 'succeeded' });
  return first.job('orders').runAfter ?? 'no run';
}

async function startedGlue(stage: Stage): Promise<string> {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const first = await stage.push({
    [manifestPath]: manifest({ clicks: glueJob('clicks') }),
    'glue/clicks.py': script('clicks 1'),
  });
  expect(first.outcomes).toEqual({ clicks: 'succeeded' });
  return first.job('clicks').runAfter ?? 'no run';
}

const orders = (image: string, fate = {}) => ({ 'templates/orders.json': template(image, fate) });

/** Waits until the runs of a name look as wanted. */
function seen(stage: Stage, name: string, state: string): () => Promise<void> {
  const states = async () => Object.values(await stage.cloud.states('dataflow', name));
  return async () => void (await until(`${name} is ${state}`, states, (all) => all.includes(state)));
}

/** Requests that end a run, by its id. */
const endings = (done: Done, run: string) =>
  done.requests.filter(({ operation, path }) => operation === 'updateJob' && path.includes(run));
const starts = (done: Done) => done.writes.filter((call) => /StartJobRun|launchFlexTemplate/.test(call)).length;

/** What went wrong elsewhere, in public; none of it may happen here. */
describe('a history of another tool', () => {
  // A blue/green controller retired the live side because an older candidate had once been ready.
  scenario('the older candidate was up, the newer one fails: the live run is not retired', async (stage) => {
    const live = await startedParallel(stage);
    const when = seen(stage, 'orders-b', 'JOB_STATE_RUNNING');
    const cut = await stage.push(orders('orders:2'), { interrupt: { how: 'kill', when } });
    const [older] = Object.keys(await stage.cloud.states('dataflow', 'orders-b'));
    const next = await stage.push(orders('orders:33', { behaviour: 'crash', message: 'No such table.' }));
    const failed = next.job('orders').steps.find(({ id }) => id === 'start')?.run;
    expect(await told(stage, next, 'orders', { live, older, failed })).toBe(`failed (new-run-ended), exit 1
The rollout failed. Run <failed> (orders-b, JOB_STATE_FAILED) ended: No such table. Now: run <live> of orders-a is running. Left behind: run <failed> (orders-b, JOB_STATE_FAILED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`);
    expect([...endings(cut, live), ...endings(next, live)]).toEqual([]);
    expect(await stage.cloud.states('dataflow', 'orders-a')).toEqual({ [live]: 'JOB_STATE_RUNNING' });
    const others = await stage.cloud.states('dataflow', 'orders-b');
    expect(others[older ?? '']).toBe('JOB_STATE_CANCELLED');
    expect(Object.values(others).sort()).toEqual(['JOB_STATE_CANCELLED', 'JOB_STATE_FAILED']);
  });

  // A rollout that was aborted left its time stamp behind, and the next one deleted the old side at once.
  scenario(
    'the time of an aborted rollout does not count for the next one: its own overlap is waited out',
    async (stage) => {
      const old = await startedParallel(stage);
      const when = seen(stage, 'orders-b', 'JOB_STATE_RUNNING');
      await stage.push(orders('orders:2'), { interrupt: { how: 'kill', when } });
      // Far more than an overlap later.
      await new Promise((resolve) => setTimeout(resolve, (30 * 60_000) / 500));
      const next = await stage.push(orders('orders:33'));
      expect(next.outcomes).toEqual({ orders: 'succeeded' });
      const launched = next.requests.find(({ operation }) => operation === 'launchFlexTemplate');
      const [drained] = endings(next, old);
      const overlap = (Date.parse(drained?.at ?? '') - Date.parse(launched?.at ?? '')) / 1000;
      expect(overlap).toBeGreaterThan(600);
    },
  );

  // An aborted candidate was kept, and the next rollout went on from the snapshot that it had been given.
  scenario('the snapshot of an aborted rollout is not used again: the next one takes its own', async (stage) => {
    const engine = commandEngine(stage, ['start', 'stop', 'stop-with-snapshot']);
    const push = (settings: { [name: string]: string | boolean }) =>
      stage.push(
        {
          [manifestPath]: manifest({ bids: engine.job(settings, { strategy: ['savepoint-upgrade'] }) }),
          'bids/a.txt': 'a\n',
        },
        { env: engine.env },
      );
    expect((await push({ topic: 'a' })).outcomes).toEqual({ bids: 'succeeded' });
    const bad = await push({ topic: 'b', bad: true });
    expect(await told(stage, bad, 'bids', {})).toBe(`rolled-back (new-run-ended), exit 1
The rollout failed and was rolled back. Run run-2 (bids, failed) ended: no such topic. Now: run run-3 of bids is running. Left behind: run run-2 (bids, failed).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs bids --force`);
    const next = await push({ topic: 'c' });
    expect(next.outcomes).toEqual({ bids: 'succeeded' });
    expect(engine.state().runs.map(({ id, state, from }) => `${id} ${state} from ${from}`)).toEqual([
      'run-1 stopped from null',
      'run-2 failed from snapshot-1',
      'run-3 stopped from snapshot-1',
      'run-4 running from snapshot-2',
    ]);
  });

  // The abort came when the old side was already deleted: nothing was left to go back to, and nothing ran.
  scenario(
    'the new run fails after the old one was released: nothing is rolled back, and a person is called',
    async (stage) => {
      const old = await startedParallel(stage);
      await stage.cloud.plant({ service: 'dataflow', id: old, drainSeconds: 30 * 86_400 });
      const when = seen(stage, 'orders-a', 'JOB_STATE_DRAINING');
      const cut = await stage.push(orders('orders:2'), { interrupt: { how: 'kill', when } });
      const [fresh = ''] = Object.keys(await stage.cloud.states('dataflow', 'orders-b'));
      await stage.cloud.plant({
        service: 'dataflow',
        id: fresh,
        behaviour: 'fail-after',
        seconds: 1,
        message: 'No such table.',
      });
      await until(
        'the new run fails',
        () => stage.cloud.states('dataflow', 'orders-b'),
        (states) => states[fresh] === 'JOB_STATE_FAILED',
      );
      const again = await stage.run(rerun(cut.event));
      expect(await told(stage, again, 'orders', { old, fresh })).toBe(`stuck (failed-past-return), exit 1
The rollout is stuck and needs a person. Run <fresh> (orders-b, JOB_STATE_FAILED) ended after the old run was released. Now: run <old> of orders-a is draining. Left behind: run <fresh> (orders-b, JOB_STATE_FAILED).
Next: stream-rollout status --environment production --jobs orders`);
      expect([starts(again), endings(again, old)]).toEqual([0, []]);
      expect(await stage.cloud.states('dataflow', 'orders-a')).toEqual({ [old]: 'JOB_STATE_DRAINING' });
    },
  );

  // An operator said "stable" after it had gone back to the old version by itself.
  scenario(
    'the service keeps the old version by itself: that is a failure, now and with the next commit',
    async (stage) => {
      const first = await stage.push({
        [manifestPath]: manifest({ orders: dataflowJob('orders') }),
        ...orders('orders:1'),
      });
      const old = first.job('orders').runAfter ?? '';
      const next = await stage.push(
        orders('orders:2', { behaviour: 'incompatible', message: 'The coder of step Enrich has changed.' }),
      );
      const refused = next.job('orders').steps.find(({ id }) => id === 'replace')?.run;
      expect(await told(stage, next, 'orders', { old, refused })).toBe(`failed (new-run-ended), exit 1
The rollout failed. Run <refused> (orders, JOB_STATE_FAILED) ended: Workflow failed. Causes: The new job is not compatible with <old>. The original job has not been aborted., The coder of step Enrich has changed. Now: run <old> of orders is running. Left behind: run <refused> (orders, JOB_STATE_FAILED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`);
      expect((await stage.cloud.states('dataflow', 'orders'))[old]).toBe('JOB_STATE_RUNNING');
      const docs = await stage.push({ 'docs/page.md': 'x\n' });
      expect(await told(stage, docs, 'orders', { old, refused })).toBe(`quarantined (revision-quarantined), exit 0
This revision is quarantined and was left alone. Revision <revision> failed on <day> (run <refused> (orders, JOB_STATE_FAILED) ended: Workflow failed. Causes: The new job is not compatible with <old>. The original job has not been aborted., The coder of step Enrich has changed.) and is left alone. Now: run <old> of orders is running.
Next: push another revision, or roll this one out all the same: stream-rollout apply --environment production --jobs orders --force`);
      expect([docs.writes, docs.ledger]).toEqual([[], []]);
    },
  );

  // A launch took effect, the process died; the retry got 409 and gave up, and nobody knew of the run.
  for (const lost of [false, true]) {
    scenario(
      `the process dies with a launch on its way${lost ? ', and the ledger is lost' : ''}: the retry finds the run, and launches nothing`,
      async (stage) => {
        const files = { [manifestPath]: manifest({ orders: dataflowJob('orders') }), ...orders('orders:1') };
        const active = async () => Object.keys(await stage.cloud.states('dataflow', 'orders')).length > 0;
        const when = async () => void (await until('there is a run', active, Boolean));
        const cut = await pushInto(
          stage,
          { service: 'dataflow', operation: 'launchFlexTemplate' },
          { when: 'after', effect: 'hang' },
          files,
          {
            interrupt: { how: 'kill', when },
          },
        );
        const [run = ''] = Object.keys(await stage.cloud.states('dataflow', 'orders'));
        if (lost) await stage.repo.dropLedger();
        const again = await stage.run(rerun(cut.event));
        expect([again.code, again.outcomes, starts(again)]).toEqual([0, { orders: 'succeeded' }, 0]);
        expect(again.job('orders').runAfter).toBe(run);
        expect(await stage.cloud.states('dataflow', 'orders')).toEqual({ [run]: 'JOB_STATE_RUNNING' });
        const docs = await stage.push({ 'docs/page.md': 'x\n' });
        expect([docs.outcomes, docs.writes]).toEqual([{ orders: 'unchanged' }, []]);
      },
    );
  }

  // "Clear and run again" found the id of the last run, saw that it had succeeded, and was green without a submission.
  scenario('a forced run of what runs already really starts it again, each time', async (stage) => {
    const ids = [await startedGlue(stage)];
    const event = dispatched({ repository: stage.repository, sha: (await stage.repo.head()) ?? '' });
    for (const one of [event, rerun(event)]) {
      const forced = await stage.run(one, { inputs: { jobs: 'clicks', force: 'true' } });
      expect([forced.outcomes, starts(forced)]).toEqual([{ clicks: 'succeeded' }, 1]);
      ids.push(forced.job('clicks').runAfter ?? 'no run');
    }
    expect(new Set(ids).size).toBe(3);
    const states = await stage.cloud.states('glue');
    expect(ids.map((id) => states[id])).toEqual(['STOPPED', 'STOPPED', 'RUNNING']);
  });

  // A release that had been taken back went out again with the next commit, whatever that changed.
  scenario(
    'a revision that failed does not come back with the next docs commit, nor with a revert and a redo',
    async (stage) => {
      const old = await startedGlue(stage);
      const bad = { 'glue/clicks.py': script('clicks 2', 'fail-after 20 "Unresolved import"') };
      const next = await stage.push(bad);
      const { runAfter: back, steps } = next.job('clicks');
      const failed = steps.find(({ id }) => id === 'start')?.run;
      const names = { old, back, failed };
      expect(await told(stage, next, 'clicks', names)).toBe(`rolled-back (new-run-ended), exit 1
The rollout failed and was rolled back. Run <failed> (clicks, FAILED) ended: Unresolved import. Now: run <back> of clicks is running. Left behind: run <failed> (clicks, FAILED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs clicks --force`);
      const docs = await stage.push({ 'docs/page.md': 'x\n' });
      expect(await told(stage, docs, 'clicks', names)).toBe(`quarantined (revision-quarantined), exit 0
This revision is quarantined and was left alone. Revision <revision> failed on <day> (run <failed> (clicks, FAILED) ended: Unresolved import) and is left alone. Now: run <back> of clicks is running.
Next: push another revision, or roll this one out all the same: stream-rollout apply --environment production --jobs clicks --force`);
      expect([docs.writes, docs.ledger]).toEqual([[], []]);
      const reverted = await stage.push({ 'glue/clicks.py': script('clicks 1') });
      expect([reverted.outcomes, reverted.writes]).toEqual([{ clicks: 'unchanged' }, []]);
      const redone = await stage.push(bad);
      expect([redone.outcomes, redone.writes]).toEqual([{ clicks: 'quarantined' }, []]);
      expect((await stage.cloud.states('glue'))[back ?? '']).toBe('RUNNING');
    },
  );
});
