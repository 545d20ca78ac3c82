import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { scheduled } from './harness/events.js';
import { dataflowJob, location, manifest, manifestPath, project, template } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

/** One Dataflow job that the action started; `more` is laid over the job. */
async function started(stage: Stage, more: JsonObject = {}, target: JsonObject = {}) {
  const first = await stage.push({
    [manifestPath]: manifest({ orders: dataflowJob('orders', target, more) }),
    'templates/orders.json': template('orders:1'),
  });
  expect(first.outcomes).toEqual({ orders: 'succeeded' });
  return { first, old: first.job('orders').runAfter ?? 'no run' };
}

/** Somebody with gcloud or the console sets the bounds of a running job. */
async function setMaxWorkers(stage: Stage, run: string, maxNumWorkers: number): Promise<void> {
  const mask = 'runtime_updatable_params.max_num_workers';
  const url = `${stage.cloud.services['dataflow']}/v1b3/projects/${project}/locations/${location}/jobs/${run}?updateMask=${mask}`;
  const answer = await fetch(url, {
    method: 'PUT',
    body: JSON.stringify({ runtimeUpdatableParams: { maxNumWorkers } }),
  });
  expect(answer.status).toBe(200);
}

const changed = { 'templates/orders.json': template('orders:2') };

describe('Dataflow', () => {
  scenario('new worker bounds go to the running job, and are not sent again', async (stage) => {
    const { old } = await started(stage);
    const wider = { [manifestPath]: manifest({ orders: dataflowJob('orders', { workers: { max: 40 } }) }) };
    const scaled = await stage.push(wider);
    expect(scaled.planned('orders')).toMatchObject({
      strategy: 'in-flight-update',
      impact: 'scale',
      expected: { gapSeconds: 0, duplicates: 'none', state: 'kept' },
    });
    expect(scaled.job('orders')).toMatchObject({ outcome: 'succeeded', runBefore: old, runAfter: old });
    expect(scaled.writes).toEqual(['dataflow.updateJob']);
    expect(JSON.stringify(await stage.cloud.runs('dataflow', 'orders'))).toContain('"maxNumWorkers":40');

    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect(docs.outcomes).toEqual({ orders: 'unchanged' });
    expect([docs.writes, docs.ledger]).toEqual([[], []]);
  });

  scenario(
    'an unchanged fleet costs one list call; a job of which something would be done is read first',
    async (stage) => {
      const keys = ['orders', 'returns', 'bids'];
      const jobs = Object.fromEntries(keys.map((key) => [key, dataflowJob(key)]));
      await stage.cloud.plant({ service: 'dataflow', project, region: location, name: 'bids', maxWorkers: 10 });
      const first = await stage.push({
        [manifestPath]: manifest(jobs),
        ...Object.fromEntries(keys.map((key) => [`templates/${key}.json`, template(`${key}:1`)])),
      });
      expect(first.outcomes).toEqual({ orders: 'succeeded', returns: 'succeeded', bids: 'adopted' });
      const updated = await stage.push(changed);
      expect(updated.outcomes).toEqual({ orders: 'succeeded', returns: 'unchanged', bids: 'unchanged' });

      const docs = await stage.push({ 'docs/page.md': 'x\n' });
      expect(docs.outcomes).toEqual({ orders: 'unchanged', returns: 'unchanged', bids: 'unchanged' });
      expect(docs.requests.map(({ operation }) => operation)).toEqual(['listJobs']);

      const run = first.job('returns').runAfter ?? '';
      await setMaxWorkers(stage, run, 60);
      const scaled = await stage.push({ 'docs/page.md': 'y\n' });
      expect(scaled.outcomes).toEqual({ orders: 'unchanged', returns: 'succeeded', bids: 'unchanged' });
      expect(scaled.planned('returns').reasons[0]?.message).toBe('workers.max is 60, declared is 10');
      expect(
        new Set(scaled.requests.filter(({ operation }) => operation === 'getJob').map(({ path }) => path)),
      ).toEqual(new Set([`/v1b3/projects/${project}/locations/${location}/jobs/${run}`]));
    },
  );

  scenario('a new template updates the job in place, with its transform names mapped', async (stage) => {
    const steps = (...names: string[]) => template('orders:1', { steps: names });
    await stage.push({
      [manifestPath]: manifest({ orders: dataflowJob('orders') }),
      'templates/orders.json': steps('Read', 'Enrich'),
    });
    const mapping = { 'transform-name-mapping': { Enrich: 'EnrichV2' } };
    const next = await stage.push({
      [manifestPath]: manifest({ orders: dataflowJob('orders', mapping) }),
      'templates/orders.json': steps('Read', 'EnrichV2'),
    });
    expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', strategy: 'in-place-update' });
    const { runBefore, runAfter } = next.job('orders');
    expect(await stage.cloud.states('dataflow', 'orders')).toEqual({
      [runBefore ?? '']: 'JOB_STATE_UPDATED',
      [runAfter ?? '']: 'JOB_STATE_RUNNING',
    });
    expect(next.writes).toEqual(['storage.objects.insert', 'dataflow.launchFlexTemplate']);
  });

  scenario(
    'an incompatible pipeline leaves the old run alone, and does not come back with the next commit',
    async (stage) => {
      const { old } = await started(stage);
      const bad = { behaviour: 'incompatible', message: 'The coder of step Enrich has changed.' };
      const next = await stage.push({ 'templates/orders.json': template('orders:2', bad) });

      const refused = next.job('orders').steps.find(({ id }) => id === 'replace')?.run;
      expect(await told(stage, next, 'orders', { old, refused })).toBe(`failed (new-run-ended), exit 1
The rollout failed. Run <refused> (orders, JOB_STATE_FAILED) ended: Workflow failed. Causes: The new job is not compatible with <old>. The original job has not been aborted., The coder of step Enrich has changed. Now: run <old> of orders is running. Left behind: run <refused> (orders, JOB_STATE_FAILED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`);
      expect(
        next
          .job('orders')
          .messages.map(({ text }) => text)
          .join(),
      ).toContain('The coder of step Enrich has changed.');
      expect(next.annotations.find(({ level }) => level === 'error')?.message).toContain('The coder of step Enrich');
      expect((await stage.cloud.states('dataflow', 'orders'))[old]).toBe('JOB_STATE_RUNNING');

      const docs = await stage.push({ 'docs/page.md': 'x\n' });
      expect(docs.code).toBe(0);
      expect(docs.outcomes).toEqual({ orders: 'quarantined' });
      expect(docs.writes).toEqual([]);
      expect(docs.annotations).toMatchObject([
        { level: 'warning', title: 'orders: quarantined (revision-quarantined)' },
      ]);

      const fixed = await stage.push({ 'templates/orders.json': template('orders:3') });
      expect(fixed.outcomes).toEqual({ orders: 'succeeded' });
    },
  );

  scenario('parallel under the same name: old and new overlap, then the old one is drained by us', async (stage) => {
    const more = { strategy: ['parallel'], stateful: false, parallel: { overlap: '5m' } };
    const { old } = await started(stage, more);
    const inputs = { accept: 'shared-input' };

    const refused = await stage.push(changed);
    expect(await told(stage, refused, 'orders', { old })).toBe(`refused (no-strategy), exit 3
Refused; nothing was touched. No strategy fits. parallel: without parallel.slots both runs read one input and split it between them. Now: run <old> of orders is running.
Next: if that is what you want: stream-rollout apply --environment production --jobs orders --accept shared-input`);

    const next = await stage.push({ 'docs/page.md': 'x\n' }, { inputs });
    expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', strategy: 'parallel', gapSeconds: 0 });
    expect(next.planned('orders').accepted).toContain('shared-input');
    expect(next.planned('orders').backstopSeconds).toBeGreaterThanOrEqual(3600);
    expect(next.writes).toEqual(['storage.objects.insert', 'dataflow.launchFlexTemplate', 'dataflow.updateJob']);
    const { runAfter } = next.job('orders');
    expect(runAfter).not.toBe(old);
    const states = await stage.cloud.states('dataflow', 'orders');
    expect(states[runAfter ?? '']).toBe('JOB_STATE_RUNNING');
    expect(states[old]).toMatch(/JOB_STATE_DRAIN(ING|ED)/);
  });

  scenario('parallel by slots: the new run takes the other name and subscription', async (stage) => {
    const slot = (name: string) => ({ name, parameters: { table: 'acme:ods.orders', subscription: `sub-${name}` } });
    const parallel = { overlap: '2m', slots: [slot('orders-a'), slot('orders-b')] };
    const { old } = await started(stage, { strategy: ['parallel'], stateful: false, parallel });
    expect((await stage.cloud.runs('dataflow')).map(({ name }) => name)).toEqual(['orders-a']);

    const next = await stage.push(changed);
    expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', strategy: 'parallel' });
    expect(next.planned('orders').slot).toBe(1);
    const runs = await stage.cloud.runs('dataflow');
    expect(runs.find(({ id }) => id === next.job('orders').runAfter)).toMatchObject({
      name: 'orders-b',
      state: 'JOB_STATE_RUNNING',
    });
    expect(runs.find(({ id }) => id === old)?.state).toMatch(/JOB_STATE_DRAIN(ING|ED)/);

    const back = await stage.push({ 'templates/orders.json': template('orders:3') });
    expect(back.planned('orders').slot).toBe(0);
    expect(back.outcomes).toEqual({ orders: 'succeeded' });
  });

  scenario('a new run that fails beside the old one is taken away again', async (stage) => {
    const slots = [{ name: 'orders-a' }, { name: 'orders-b' }];
    const { old } = await started(stage, {
      strategy: ['parallel'],
      stateful: false,
      parallel: { overlap: '2m', slots },
    });
    const next = await stage.push({
      'templates/orders.json': template('orders:2', { behaviour: 'crash', message: 'No such table.' }),
    });
    const failed = next.job('orders').steps.find(({ id }) => id === 'start')?.run;
    expect(await told(stage, next, 'orders', { old, failed })).toBe(`failed (new-run-ended), exit 1
The rollout failed. Run <failed> (orders-b, JOB_STATE_FAILED) ended: No such table. Now: run <old> of orders-a is running. Left behind: run <failed> (orders-b, JOB_STATE_FAILED).
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`);
    expect(await stage.cloud.states('dataflow', 'orders-a')).toEqual({ [old]: 'JOB_STATE_RUNNING' });
    expect(Object.values(await stage.cloud.states('dataflow', 'orders-b'))).toEqual(['JOB_STATE_FAILED']);

    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect([docs.outcomes, docs.writes]).toEqual([{ orders: 'quarantined' }, []]);
  });

  scenario(
    'a new run that fails in an overlap under one name: the old one goes on, and is not drained by us',
    async (stage) => {
      const more = { strategy: ['parallel'], stateful: false, parallel: { overlap: '5m' } };
      const { old } = await started(stage, more);
      const bad = template('orders:2', { behaviour: 'crash', message: 'No such table.' });
      const next = await stage.push({ 'templates/orders.json': bad }, { inputs: { accept: 'shared-input' } });
      expect(next.writes).not.toContain('dataflow.updateJob');
      expect(next.job('orders').runAfter).toBe(old);
      expect(await told(stage, next, 'orders', { old })).toBe(`pending (backstop-pending), exit 0
The rollout failed and was undone. The service's own timer may still drain the old run: \`resume\` looks once more after <time> and closes the rollout. Run <run> (orders, JOB_STATE_FAILED) ended: No such table. Now: run <old> of orders is running.
Next: stream-rollout resume --environment production --jobs orders`);
      expect((await stage.cloud.states('dataflow', 'orders'))[old]).toBe('JOB_STATE_RUNNING');
    },
  );

  scenario('drain and resubmit: the old run is DRAINED before the new one is launched', async (stage) => {
    const { old } = await started(stage, { strategy: ['drain-and-resubmit'], stateful: false });
    const next = await stage.push(changed);
    expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', strategy: 'drain-and-resubmit', runBefore: old });
    expect(next.planned('orders').expected).toMatchObject({ state: 'flushed' });
    expect(next.writes).toEqual(['storage.objects.insert', 'dataflow.updateJob', 'dataflow.launchFlexTemplate']);
    expect(next.job('orders').gapSeconds).toBeGreaterThan(60);
    expect((await stage.cloud.states('dataflow', 'orders'))[old]).toBe('JOB_STATE_DRAINED');
  });

  scenario('state that a drain would flush needs consent', async (stage) => {
    const { old } = await started(stage, { strategy: ['drain-and-resubmit'] });
    const refused = await stage.push(changed);
    expect(refused.writes).toEqual([]);
    expect(await told(stage, refused, 'orders', { old })).toBe(`refused (no-strategy), exit 3
Refused; nothing was touched. No strategy fits. drain-and-resubmit: it flushes the state (open windows end early), and the job is stateful. Now: run <old> of orders is running.
Next: if that is what you want: stream-rollout apply --environment production --jobs orders --accept state-loss`);
    expect(refused.planned('orders').rejected).toMatchObject([
      { reason: expect.stringContaining('flushes the state') },
    ]);
  });

  const never = { drainSeconds: 30 * 86_400 };
  const draining = { strategy: ['drain-and-resubmit'], stateful: false };

  scenario('a drain that never ends is stuck, and says what is left', async (stage) => {
    const { old } = await started(stage, { ...draining, drain: { timeout: '10m' } });
    await stage.cloud.plant({ service: 'dataflow', id: old, behaviour: 'drain-never-ends' });
    const next = await stage.push(changed);
    expect(await told(stage, next, 'orders', { old })).toBe(`stuck (drain-timeout), exit 1
The rollout is stuck and needs a person. Run <old> (orders, JOB_STATE_DRAINING) did not end in time. Now: run <old> of orders is draining. Nothing else was left behind.
Next: stream-rollout status --environment production --jobs orders`);
    expect(await stage.cloud.states('dataflow', 'orders')).toEqual({ [old]: 'JOB_STATE_DRAINING' });
  });

  scenario('a drain that never ends is cancelled where the manifest says so', async (stage) => {
    const { old } = await started(stage, { ...draining, drain: { timeout: '10m', 'on-timeout': 'cancel' } });
    await stage.cloud.plant({ service: 'dataflow', id: old, behaviour: 'drain-never-ends' });
    const next = await stage.push(changed);
    expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', runBefore: old });
    expect((await stage.cloud.states('dataflow', 'orders'))[old]).toBe('JOB_STATE_CANCELLED');
  });

  scenario(
    'in parallel the rollout has succeeded while the old run still drains; resume holds it to its time',
    async (stage) => {
      const slots = [{ name: 'orders-a' }, { name: 'orders-b' }];
      const parallel = { strategy: ['parallel'], stateful: false, parallel: { overlap: '2m', slots } };
      const { old } = await started(stage, { ...parallel, drain: { timeout: '30m', 'on-timeout': 'cancel' } });
      await stage.cloud.plant({ service: 'dataflow', id: old, ...never });
      const next = await stage.push(changed);
      expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', trailing: [old] });
      expect(next.job('orders').message).toContain(`Still draining: ${old}`);

      await new Promise((resolve) => setTimeout(resolve, (31 * 60_000) / 500));
      const resumed = await stage.run(
        scheduled({ repository: stage.repository, sha: (await stage.repo.head()) ?? '' }),
      );
      expect(resumed.code).toBe(0);
      expect((await stage.cloud.states('dataflow', 'orders-a'))[old]).toMatch(/JOB_STATE_CANCELL(ING|ED)/);
    },
  );

  scenario('a launch whose answer is lost is found by its stamp and not sent again', async (stage) => {
    await started(stage);
    const fault = { service: 'dataflow', operation: 'launchFlexTemplate' };
    await stage.cloud.fault({ ...fault, when: 'after', effect: 'status', status: 503 });
    const next = await stage.push(changed);
    expect(next.outcomes).toEqual({ orders: 'succeeded' });
    expect(next.writes.filter((call) => call === 'dataflow.launchFlexTemplate')).toHaveLength(1);
    expect(Object.values(await stage.cloud.states('dataflow', 'orders')).sort()).toEqual([
      'JOB_STATE_RUNNING',
      'JOB_STATE_UPDATED',
    ]);
  });
});
