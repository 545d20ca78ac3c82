import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';

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
    expect(refused.job('orders')).toMatchObject({ outcome: 'refused', code: 'no-strategy' });
    expect(refused.job('orders').next).toContain('accept state-loss');

    const next = await stage.run(refused.event, { inputs: { accept: 'state-loss' } });
    expect(next.job('orders')).toMatchObject({ outcome: 'succeeded', strategy: 'stop' });
    expect(next.writes).toEqual(['dataflow.updateJob']);
    expect(await stage.cloud.states('dataflow')).toEqual({ [first.job('orders').runAfter ?? '']: 'JOB_STATE_DRAINED' });
  });

  scenario('a streaming job becomes a batch job by mistake: the new run does not count as a success', async (stage) => {
    const first = await started(stage);
    const next = await stage.push({ 'templates/orders.json': template('orders:2', { behaviour: 'batch' }) });
    expect(next.job('orders')).toMatchObject({ outcome: 'failed', runAfter: first.job('orders').runAfter });
    expect(next.job('orders').message).toContain('Only streaming jobs can be updated.');
    expect((await stage.cloud.states('dataflow'))[first.job('orders').runAfter ?? '']).toBe('JOB_STATE_RUNNING');
  });

  scenario('a job moves to another region: these are two jobs, and nothing is touched', async (stage) => {
    await started(stage);
    const moved = glueJob('clicks', { name: 'clicks', region: 'us-east-1' });
    const next = await stage.push(declared({ clicks: moved, views: glueJob('views'), orders: dataflowJob('orders') }));
    expect(next.job('clicks')).toMatchObject({ outcome: 'refused', code: 'job-elsewhere' });
    expect(next.job('clicks').message).toContain('these are two jobs');
    expect([next.code, next.writes]).toEqual([3, []]);
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
    expect(next.job('views').message).toContain('needs clicks, which is rolled-back');
    expect((await stage.cloud.states('glue', 'views'))[first.job('views').runAfter ?? '']).toBe('RUNNING');

    const fixed = await stage.push({ 'glue/clicks.py': script('clicks 3') });
    expect(fixed.outcomes).toEqual({ clicks: 'succeeded', views: 'succeeded', orders: 'unchanged' });
  });
});
