import { describe, expect } from '@jest/globals';
import type { JsonObject } from '../../src/model/json.js';
import { dataflowJob, defineGlueJobs, glueJob, manifest, manifestPath, script, template } from './harness/fleet.js';
import { type Stage, scenario } from './harness/stage.js';
import { told } from './harness/told.js';

const tenants = ['acme', 'globex', 'initech'];
const names = tenants.map((tenant) => `sync-${tenant}`);

function sync(more: object = {}) {
  const usual = glueJob('sync', {
    name: 'sync-${each.key}',
    arguments: { '--checkpoint': 's3://acme-state/${each.key}/', '--topic': '${each.topic}' },
  });
  const topics = Object.fromEntries(tenants.map((tenant) => [tenant, { topic: `${tenant}-in` }]));
  return { ...usual, 'for-each': topics, ...more };
}

async function started(stage: Stage) {
  await defineGlueJobs(stage.cloud, names);
  const first = await stage.push({ [manifestPath]: manifest({ sync: sync() }), 'glue/sync.py': script('sync 1') });
  expect(first.outcomes).toEqual({ 'sync-acme': 'succeeded', 'sync-globex': 'succeeded', 'sync-initech': 'succeeded' });
  return first;
}

describe('a job for each tenant', () => {
  scenario('the first instance goes alone, the others when it is verified', async (stage) => {
    await started(stage);
    const next = await stage.push({ 'glue/sync.py': script('sync 2') });
    expect(next.outcomes).toEqual({
      'sync-acme': 'succeeded',
      'sync-globex': 'succeeded',
      'sync-initech': 'succeeded',
    });
    expect(next.plan?.jobs.map(({ wave }) => wave)).toEqual([0, 1, 1]);
    const [first, ...others] = names.map((name) => next.job(name).steps);
    const verified = first?.find(({ id }) => id === 'verify')?.endedAt ?? '';
    for (const steps of others) expect((steps.find(({ id }) => id === 'stop')?.startedAt ?? '') >= verified).toBe(true);
  });

  scenario('a bad version stops at the first instance: the others run on as before', async (stage) => {
    const before = await started(stage);
    const next = await stage.push({ 'glue/sync.py': script('sync 2', 'fail-after 20 "No such topic"') });
    expect(next.code).toBe(1);
    expect(next.outcomes).toEqual({ 'sync-acme': 'rolled-back', 'sync-globex': 'skipped', 'sync-initech': 'skipped' });
    expect(
      await told(stage, next, 'sync-globex', { old: before.job('sync-globex').runAfter }),
    ).toBe(`skipped (needs-failed), exit 1
Skipped. It needs sync-acme, which is rolled-back. Now: run <old> of sync-globex is running.
Next: once the other job has succeeded: stream-rollout apply --environment production --jobs sync-globex`);
    const states = await stage.cloud.states('glue');
    for (const name of ['sync-globex', 'sync-initech']) expect(states[before.job(name).runAfter ?? '']).toBe('RUNNING');

    const docs = await stage.push({ 'docs/page.md': 'x\n' });
    expect(docs.outcomes['sync-acme']).toBe('quarantined');
    expect(docs.writes).toEqual([]);

    const fixed = await stage.push({ 'glue/sync.py': script('sync 3') });
    expect(new Set(Object.values(fixed.outcomes))).toEqual(new Set(['succeeded']));
  });

  scenario('a new tenant starts its own job and touches no other', async (stage) => {
    await started(stage);
    await defineGlueJobs(stage.cloud, ['sync-umbrella']);
    const all = { ...(sync()['for-each'] as object), umbrella: { topic: 'umbrella-in' } };
    const next = await stage.push({ [manifestPath]: manifest({ sync: sync({ 'for-each': all }) }) });
    expect(next.outcomes).toEqual({
      'sync-acme': 'unchanged',
      'sync-globex': 'unchanged',
      'sync-initech': 'unchanged',
      'sync-umbrella': 'succeeded',
    });
    expect(next.writes.filter((call) => call === 'glue.StartJobRun')).toHaveLength(1);
  });
});

describe('secrets', () => {
  scenario('stand in no document, check run, comment or ledger, also where an engine repeats one', async (stage) => {
    const value = 'canary-topic-password';
    await defineGlueJobs(stage.cloud, ['clicks']);
    const secret = {
      arguments: { '--checkpoint': 's3://acme-state/clicks/', '--password': '${secret.TOPIC_PASSWORD}' },
    };
    const options = { secrets: { TOPIC_PASSWORD: value }, inputs: { comment: 'true', deployments: 'true' } };
    const first = await stage.push(
      { [manifestPath]: manifest({ clicks: glueJob('clicks', secret) }), 'glue/clicks.py': script('clicks 1') },
      options,
    );
    expect(first.outcomes).toEqual({ clicks: 'succeeded' });
    expect(JSON.stringify(await stage.cloud.runs('glue'))).toContain(value);

    const failed = await stage.push(
      { 'glue/clicks.py': script('clicks 2', `fail-after 20 "refused for ${value}"`) },
      options,
    );
    expect(failed.outcomes).toEqual({ clicks: 'rolled-back' });
    expect(failed.main.masks).toContain(value);
    expect(failed.job('clicks').message).toContain('refused for ***');
    for (const done of [first, failed]) {
      expect(JSON.stringify([done.plan, done.report])).not.toContain(value);
    }
    expect(JSON.stringify(await stage.cloud.github(stage.repository))).not.toContain(value);
    for (const ref of Object.keys(await stage.repo.ledger())) {
      expect(await stage.repo.contents(ref)).not.toContain(value);
    }
  });

  scenario('one that only the new settings name is asked for before the run that runs is drained', async (stage) => {
    const drains = { strategy: ['drain-and-resubmit'], stateful: false };
    const orders = (more: JsonObject) => ({
      [manifestPath]: manifest({ orders: dataflowJob('orders', more, drains) }),
    });
    const first = await stage.push({ ...orders({}), 'templates/orders.json': template('orders:1') });
    expect(first.outcomes).toEqual({ orders: 'succeeded' });
    const run = first.job('orders').runAfter ?? 'no run';
    const done = await stage.push(orders({ parameters: { pw: '${secret.DB_PW}' } }));
    expect([done.code, done.outcomes, done.job('orders').code]).toEqual([3, { orders: 'refused' }, 'secret-missing']);
    expect(done.writes.filter((call) => /launch|update/i.test(call))).toEqual([]);
    expect(await stage.cloud.states('dataflow', 'orders')).toEqual({ [run]: 'JOB_STATE_RUNNING' });
  });

  scenario('one that the step was not given refuses its job, and names the line to add', async (stage) => {
    await defineGlueJobs(stage.cloud, ['clicks']);
    const secret = {
      arguments: { '--checkpoint': 's3://acme-state/clicks/', '--password': '${secret.TOPIC_PASSWORD}' },
    };
    const done = await stage.push({
      [manifestPath]: manifest({ clicks: glueJob('clicks', secret) }),
      'glue/clicks.py': script('clicks 1'),
    });
    expect([3, 4]).toContain(done.code);
    expect(done.log + JSON.stringify(done.annotations)).toContain(
      'TOPIC_PASSWORD: \\"${{ secrets.TOPIC_PASSWORD }}\\"',
    );
    expect(done.writes.filter((call) => /Start|Stop|Update/.test(call))).toEqual([]);
  });
});
