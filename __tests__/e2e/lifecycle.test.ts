import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

/** The Glue job has a name of its own, so that the key can be changed. */
const clicks = glueJob('clicks', { name: 'clicks' });

async function started(stage: Stage) {
  await defineGlueJobs(stage.cloud, ['clicks', 'views']);
  const first = await stage.push({
    [manifestPath]: manifest({ clicks, views: glueJob('views'), orders: dataflowJob('orders') }),
    'glue/clicks.py': script('clicks 1'),
    'glue/views.py': script('views 1'),
    'templates/orders.json': template('orders:1'),
  });
  expect(first.code).toBe(0);
  return first;
}

const declared = (jobs: { readonly [key: string]: JsonObject }) => ({ [manifestPath]: manifest(jobs) });

describe('the manifest changes, and', () => {
  scenario('a job is removed: its run goes on, and it is listed as an orphan', async (stage) => {
    const first = await started(stage);
    const next = await stage.push(declared({ views: glueJob('views'), orders: dataflowJob('orders') }));
    expect(next.code).toBe(0);
    expect([next.writes, next.ledger]).toEqual([[], []]);
    expect(next.planned('clicks')).toMatchObject({ action: 'list', changed: false, reasons: [{ kind: 'orphan' }] });
    expect(next.planned('clicks').reasons[0]?.message).toContain('`was: clicks` hands it to a renamed job');
    expect((await stage.cloud.states('glue'))[first.job('clicks').runAfter ?? '']).toBe('RUNNING');
  });

  scenario('a job is renamed: run and history go along, nothing is restarted', async (stage) => {
    const first = await started(stage);
    const run = first.job('clicks').runAfter;
    const renamed = { ...clicks, was: 'clicks' };
    const next = await stage.push(
      declared({ clickstream: renamed, views: glueJob('views'), orders: dataflowJob('orders') }),
    );
    expect(next.code).toBe(0);
    expect(next.writes).toEqual([]);
    expect(next.job('clickstream')).toMatchObject({ outcome: 'adopted', runAfter: run });
    expect(next.planned('clickstream').reasons[0]?.kind).toBe('renamed');

    const change = await stage.push({ 'glue/clicks.py': script('clicks 2', 'fail-after 20 "Unresolved import"') });
    expect(change.job('clickstream')).toMatchObject({ outcome: 'rolled-back', runBefore: run });
    expect(change.outcomes).toMatchObject({ views: 'unchanged', orders: 'unchanged' });
  });

  scenario(
    'a job without a name of its own is renamed: its run keeps the old key as its name on the engine',
    async (stage) => {
      const first = await started(stage);
      const run = first.job('orders').runAfter;
      const others = { clicks, views: glueJob('views') };
      const purchases = {
        ...dataflowJob('orders'),
        was: 'orders',
      };
      const renamed = await stage.push(declared({ purchases, ...others }));
      expect([renamed.code, renamed.writes]).toEqual([0, []]);
      expect(renamed.job('purchases')).toMatchObject({ outcome: 'adopted', runAfter: run });
      const kept = renamed.planned('purchases').findings.find(({ code }) => code === 'name-kept');
      expect(kept).toMatchObject({ level: 'notice', file: manifestPath });
      expect(kept?.next).toContain('`target.name: orders`');

      const updated = await stage.push({ 'templates/orders.json': template('orders:2') });
      expect(updated.job('purchases')).toMatchObject({
        outcome: 'succeeded',
        strategy: 'in-place-update',
        runBefore: run,
      });
      const now = updated.job('purchases').runAfter ?? '';
      expect(Object.keys(await stage.cloud.states('dataflow', 'orders'))).toContain(now);

      const alone = dataflowJob('orders');
      const lost = await stage.push(declared({ purchases: alone, ...others }));
      expect(lost.job('purchases')).toMatchObject({ outcome: 'refused', code: 'no-strategy', runAfter: now });
      expect(lost.job('purchases').next).toContain('to keep the run, declare `target.name: orders`');
      expect(lost.planned('purchases').findings).toContainEqual(expect.objectContaining({ code: 'name-changes' }));
      expect(lost.writes).toEqual([]);

      const named = dataflowJob('orders', { name: 'orders' });
      const again = await stage.push(declared({ purchases: named, ...others }));
      expect(again.outcomes).toEqual({ purchases: 'unchanged', clicks: 'unchanged', views: 'unchanged' });
      expect([again.writes, again.ledger]).toEqual([[], []]);
      expect(again.plan?.jobs.map(({ job }) => job)).not.toContain('orders');
    },
  );

  scenario('a job is to be stopped, although its code is gone; later it runs again', async (stage) => {
    const first = await started(stage);
    const old = first.job('clicks').runAfter ?? '';
    const others = { views: glueJob('views'), orders: dataflowJob('orders') };
    const stopped = { ...clicks, desired: 'stopped' };
    const next = await stage.push(declared({ clicks: stopped, ...others }));
    expect(next.job('clicks')).toMatchObject({
      outcome: 'succeeded',
      strategy: 'stop',
      runBefore: old,
      runAfter: null,
    });
    expect(next.job('clicks').message).toContain('Stopped.');
    expect(next.writes).toEqual(['glue.BatchStopJobRun']);
    expect((await stage.cloud.states('glue'))[old]).toBe('STOPPED');
    expect(next.summary).toContain('Stopped, as declared: clicks.');

    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect([docs.outcomes['clicks'], docs.writes, docs.ledger]).toEqual(['unchanged', [], []]);

    const again = await stage.push(declared({ clicks, ...others }));
    expect(again.job('clicks')).toMatchObject({ outcome: 'succeeded', strategy: 'create' });
    expect(again.writes.filter((call) => call === 'glue.StartJobRun')).toHaveLength(1);
  });

  scenario('a Dataflow job is to be stopped: a drain flushes its state, so it needs consent', async (stage) => {
    const first = await started(stage);
    const stopped = { ...dataflowJob('orders'), desired: 'stopped' };
    const refused = await stage.push(declared({ clicks, views: glueJob('views'), orders: stopped }));
    expect(
      await told(stage, refused, 'orders', { old: first.job('orders').runAfter }),
    ).toBe(`refused (no-strategy), exit 3
Refused; nothing was touched. No strategy fits. stop: it flushes the state (open windows end early), and the job is stateful. Now: run <old> of orders is running.
Next: if that is what you want: stream-rollout apply --environment production --jobs orders --accept state-loss`);

    const next = await stage.run(refused.event, { inputs: { accept: 'state-loss' } });
    expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', strategy: 'stop' });
    expect(next.writes).toEqual(['dataflow.updateJob']);
    expect(await stage.cloud.states('dataflow')).toEqual({ [first.job('orders').runAfter ?? '']: 'JOB_STATE_DRAINED' });
  });

  scenario('a streaming job becomes a batch job by mistake: the new run does not count as a success', async (stage) => {
    const first = await started(stage);
    const next = await stage.push({ 'templates/orders.json': template('orders:2', { behaviour: 'batch' }) });
    const refused = next.job('orders').steps.find(({ id }) => id === 'replace')?.run;
    expect(
      await told(stage, next, 'orders', { old: first.job('orders').runAfter, refused }),
    ).toBe(`failed (dataflow-invalid-argument), exit 1
The rollout failed. Dataflow refused the launch of orders: 400 (<id>): The workflow could not be created. Causes: (<id>): Only streaming jobs can be updated. Now: run <old> of orders is running. Nothing else was left behind.
Next: fix the code and push, or try the same revision again: stream-rollout apply --environment production --jobs orders --force`);
    expect((await stage.cloud.states('dataflow'))[first.job('orders').runAfter ?? '']).toBe('JOB_STATE_RUNNING');

    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect([docs.code, docs.outcomes['orders'], docs.writes]).toEqual([0, 'quarantined', []]);
    const warnings = docs.annotations.filter(({ level, title }) => level === 'warning' && title?.startsWith('orders'));
    expect(warnings.map(({ title }) => title)).toEqual(['orders: quarantined (revision-quarantined)']);
  });

  scenario(
    'a new job turns out to be a batch job: it is taken away, and no later commit launches it again',
    async (stage) => {
      const batch = template('bids:1', { behaviour: 'batch' });
      const first = await stage.push({
        ...declared({ bids: dataflowJob('bids', {}, { stateful: false }) }),
        'templates/bids.json': batch,
      });
      expect(first.code).toBe(1);
      expect(first.job('bids')).toMatchObject({ outcome: 'failed', runAfter: null });
      // Seen while it ran, or only after it had ended by itself: the clock is fast.
      expect(['not-streaming', 'new-run-ended']).toContain(first.job('bids').code);

      const docs = await stage.push({ 'docs/page.md': 'x\n' });
      expect([docs.code, docs.outcomes, docs.writes]).toEqual([0, { bids: 'quarantined' }, []]);
      const fixed = await stage.push({ 'templates/bids.json': template('bids:2') });
      expect(fixed.outcomes).toEqual({ bids: 'succeeded' });
    },
  );

  scenario('every changed job is refused: the plan says so, and apply touches nothing', async (stage) => {
    await started(stage);
    const orders = dataflowJob('orders', { name: 'bids' });
    const refused = await stage.push(declared({ clicks, views: glueJob('views'), orders }));
    expect(refused.outcomes).toEqual({ clicks: 'unchanged', views: 'unchanged', orders: 'refused' });
    expect([refused.code, refused.writes, refused.ledger]).toEqual([3, [], []]);
    expect(refused.outputs).toMatchObject({
      result: 'refused',
      'changed-jobs': '["orders"]',
      'failed-jobs': '["orders"]',
      'any-changed': 'true',
      matrix: '{"include":[]}',
    });
    const plan = await stage.run(refused.event, { inputs: { mode: 'plan' } });
    expect(plan.code).toBe(3);
    expect(plan.outputs).toMatchObject({
      result: 'refused',
      'changed-jobs': '["orders"]',
      'failed-jobs': '[]',
      'any-changed': 'true',
      matrix: '{"include":[]}',
    });
  });

  scenario('a job moves to another region: these are two jobs, and nothing is touched', async (stage) => {
    const first = await started(stage);
    const moved = glueJob('clicks', { name: 'clicks', region: 'us-east-1' });
    const next = await stage.push(declared({ clicks: moved, views: glueJob('views'), orders: dataflowJob('orders') }));
    expect(
      await told(stage, next, 'clicks', { old: first.job('clicks').runAfter }),
    ).toBe(`refused (job-elsewhere), exit 3
Refused; nothing was touched. The ledger knows it on glue eu-west-1, run <old>, and it is declared on glue us-east-1: these are two jobs. What runs now was not looked at.
Next: if target.region has a typo, correct it: it was eu-west-1. Else declare it under another key, and clicks as it was with desired: stopped`);
    expect(next.writes).toEqual([]);
  });

  scenario('it needs another job that fails: it is skipped, and its run goes on', async (stage) => {
    const first = await started(stage);
    const jobs = { clicks, views: { ...glueJob('views'), needs: ['clicks'] }, orders: dataflowJob('orders') };
    await stage.push(declared(jobs));
    const next = await stage.push({
      'glue/clicks.py': script('clicks 2', 'fail-after 20 "Unresolved import"'),
      'glue/views.py': script('views 2'),
    });
    expect(next.outcomes).toEqual({ clicks: 'rolled-back', views: 'skipped', orders: 'unchanged' });
    expect(await told(stage, next, 'views', { old: first.job('views').runAfter })).toBe(`skipped (needs-failed), exit 1
Skipped. It needs clicks, which is rolled-back. Now: run <old> of views is running.
Next: once the other job has succeeded: stream-rollout apply --environment production --jobs views`);
    expect((await stage.cloud.states('glue', 'views'))[first.job('views').runAfter ?? '']).toBe('RUNNING');

    const fixed = await stage.push({ 'glue/clicks.py': script('clicks 3') });
    expect(fixed.outcomes).toEqual({ clicks: 'succeeded', views: 'succeeded', orders: 'unchanged' });
  });
});
