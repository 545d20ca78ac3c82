import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import {
  dataflowJob,
  defineGlueJobs,
  glueJob,
  location,
  manifest,
  manifestPath,
  project,
  script,
  template,
} from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

const files = {
  [manifestPath]: manifest({ clicks: glueJob('clicks'), orders: dataflowJob('orders') }),
  'glue/clicks.py': script('clicks 1'),
  'templates/orders.json': template('orders:1'),
};

/** Runs that people started with the console, for months now. */
async function startedByHand(stage: Stage, more: { glue?: JsonObject; dataflow?: JsonObject } = {}) {
  await defineGlueJobs(stage.cloud, ['clicks']);
  const clicks = await stage.cloud.plant({ service: 'glue', jobName: 'clicks', ...more.glue });
  const place = { service: 'dataflow', project, region: location, maxWorkers: 10 };
  const orders = await stage.cloud.plant({ ...place, name: 'orders', ...more.dataflow });
  return { clicks, orders };
}

describe('first contact with a fleet that was started by hand', () => {
  scenario('adopts every run with a write to the ledger only, and restarts nothing', async (stage) => {
    const byHand = await startedByHand(stage);
    const first = await stage.push(files);
    expect(first.code).toBe(0);
    expect(first.outcomes).toEqual({ clicks: 'adopted', orders: 'adopted' });
    expect(first.writes).toEqual([]);
    expect(first.ledger).toEqual(['refs/stream-rollout/production/clicks', 'refs/stream-rollout/production/orders']);
    expect(first.job('clicks')).toMatchObject({ runAfter: byHand.clicks });
    expect(first.job('clicks').message).toContain('Adopted as it runs; nothing was restarted.');
    expect(first.planned('clicks').reasons[0]?.kind).toBe('first-contact');
    expect(await stage.cloud.states('glue')).toEqual({ [byHand.clicks]: 'RUNNING' });

    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect(docs.outcomes).toEqual({ clicks: 'unchanged', orders: 'unchanged' });
    expect([docs.writes, docs.ledger]).toEqual([[], []]);

    const change = await stage.push({ 'glue/clicks.py': script('clicks 2') });
    expect(change.outcomes).toEqual({ clicks: 'succeeded', orders: 'unchanged' });
    expect(change.job('clicks')).toMatchObject({ strategy: 'restart', runBefore: byHand.clicks });
  });

  scenario('a commit that also changes the code of such a job is told, with the way to roll it out', async (stage) => {
    const byHand = await startedByHand(stage);
    await stage.repo.commit({ 'glue/clicks.py': script('clicks 0'), 'templates/orders.json': template('orders:1') });
    const first = await stage.push(files);
    expect(first.plan?.base.how).toBe('push');
    expect(first.outcomes).toEqual({ clicks: 'adopted', orders: 'adopted' });
    expect(first.annotations.filter(({ title }) => title?.endsWith('adopted-without-change'))).toMatchObject([
      { level: 'warning', title: 'clicks: adopted-without-change', file: manifestPath },
    ]);
    const said = first.job('clicks').findings.find(({ code }) => code === 'adopted-without-change');
    expect(said?.message).toContain(`this commit also changes glue/clicks.py, and run ${byHand.clicks}`);

    const forced = await stage.run(first.event, { inputs: { force: 'true', jobs: 'clicks' } });
    expect(said?.next).toContain('stream-rollout apply --environment production --jobs clicks --force');
    expect(forced.job('clicks')).toMatchObject({ outcome: 'succeeded', runBefore: byHand.clicks });
  });

  scenario('tells what differs from the manifest, and changes nothing for that', async (stage) => {
    await startedByHand(stage, { dataflow: { maxWorkers: 25 } });
    const first = await stage.push(files);
    expect(first.outcomes).toEqual({ clicks: 'adopted', orders: 'adopted' });
    const finding = first.job('orders').findings.find(({ code }) => code === 'adopted-differs');
    expect(finding?.message).toContain('workers.max is 25, declared 10');
    expect(first.writes).toEqual([]);
  });

  scenario('an unknown base never counts as a change: a checkout without history adopts too', async (stage) => {
    const byHand = await startedByHand(stage);
    await stage.repo.commit({ 'README.md': 'Streams\n' });
    const first = await stage.push(files, { branch: 'main', depth: 1 });
    expect(first.outcomes).toEqual({ clicks: 'adopted', orders: 'adopted' });
    expect(Object.keys(await stage.cloud.states('glue'))).toEqual([byHand.clicks]);
  });

  scenario('a job that the commit itself changes, by a known base, is rolled out', async (stage) => {
    const byHand = await startedByHand(stage);
    await stage.repo.commit(files);
    const change = await stage.push({ 'glue/clicks.py': script('clicks 2') });
    expect(change.plan?.base.how).toBe('push');
    expect(change.outcomes).toEqual({ clicks: 'succeeded', orders: 'adopted' });
    expect((await stage.cloud.states('glue'))[byHand.clicks]).toBe('STOPPED');
  });

  scenario('a batch job of that name is refused', async (stage) => {
    const byHand = await startedByHand(stage, { dataflow: { type: 'JOB_TYPE_BATCH' } });
    const first = await stage.push(files);
    expect(first.outcomes).toEqual({ clicks: 'adopted', orders: 'refused' });
    expect(await told(stage, first, 'orders', { batch: byHand.orders })).toBe(`refused (not-streaming), exit 3
Refused; nothing was touched. Run <batch> (JOB_STATE_DONE) is a batch job: it ends by itself. Nothing runs now.
Next: take orders out of the manifest, or give it a streaming pipeline under another target.name`);
    expect(first.writes).toEqual([]);
  });
});

describe('first contact with what is no stream', () => {
  scenario('a Glue job for batches is refused before anything is written or started', async (stage) => {
    const Command = { Name: 'glueetl', ScriptLocation: 's3://planted/clicks.py', PythonVersion: '3' };
    await defineGlueJobs(stage.cloud, ['clicks'], { Command });
    const first = await stage.push({ ...files, [manifestPath]: manifest({ clicks: glueJob('clicks') }) });
    expect(await told(stage, first, 'clicks')).toBe(`refused (glue-not-streaming), exit 3
Refused; nothing was touched. clicks: the Glue job is a glueetl, not a streaming job (gluestreaming). Nothing runs now.
Next: Take the job out of the manifest, or create it as a streaming job.`);
    expect([first.writes.filter((call) => call.startsWith('glue.')), first.ledger]).toEqual([[], []]);
  });
});

describe('drift', () => {
  async function adopted(stage: Stage) {
    const byHand = await startedByHand(stage);
    const first = await stage.push(files);
    expect(first.outcomes).toEqual({ clicks: 'adopted', orders: 'adopted' });
    return byHand;
  }

  scenario('a run that somebody started in place of the recorded one is refused, and can be adopted', async (stage) => {
    const byHand = await adopted(stage);
    await stage.cloud.plant({ service: 'glue', run: byHand.clicks, fate: 'stop' });
    stage.cloud.advance(60);
    const other = await stage.cloud.plant({ service: 'glue', jobName: 'clicks', startedSecondsAgo: 10 });

    const refused = await stage.push({ 'docs/page.md': 'x\n' });
    expect(refused.outcomes).toEqual({ clicks: 'refused', orders: 'unchanged' });
    expect(await told(stage, refused, 'clicks', { recorded: byHand.clicks, other })).toBe(`refused (run-by-hand), exit 3
Refused; nothing was touched. Run <other> (RUNNING, https://eu-west-1.console.aws.amazon.com/gluestudio/home?region=eu-west-1#/job/clicks/run/<other>) is active, and the ledger does not name it. Now: run <other> of clicks is running.
Next: take it over as it runs, or replace it with \`--on-drift overwrite\`: stream-rollout apply --environment production --jobs clicks --on-drift adopt`);
    expect([refused.writes, refused.ledger]).toEqual([[], []]);

    const taken = await stage.run(refused.event, { inputs: { 'on-drift': 'adopt' } });
    expect([taken.outcomes, taken.writes]).toEqual([{ clicks: 'adopted', orders: 'unchanged' }, []]);
    const after = await stage.push({ 'docs/page.md': 'y\n' });
    expect(after.outcomes).toEqual({ clicks: 'unchanged', orders: 'unchanged' });
  });

  scenario('a job that somebody stopped is never started silently; force starts it', async (stage) => {
    const byHand = await adopted(stage);
    await stage.cloud.plant({ service: 'glue', run: byHand.clicks, fate: 'stop' });
    stage.cloud.advance(60);

    const refused = await stage.push({ 'glue/clicks.py': script('clicks 2') });
    expect(await told(stage, refused, 'clicks', { recorded: byHand.clicks })).toBe(`refused (job-down), exit 3
Refused; nothing was touched. No run is active, and no rollout stopped it; its last one is run <recorded> (STOPPED). Nothing runs now.
Next: stream-rollout apply --environment production --jobs clicks --force`);
    expect(refused.summary).toContain('**Nothing processes clicks.**');
    expect(refused.writes).toEqual([]);

    const forced = await stage.run(refused.event, { inputs: { jobs: 'clicks', force: 'true' } });
    expect(forced.outcomes).toEqual({ clicks: 'succeeded' });
    expect(forced.job('clicks').strategy).toBe('create');
  });
});
