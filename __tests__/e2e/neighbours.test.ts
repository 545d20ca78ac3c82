import { describe, expect } from '@jest/globals';
import { dispatched } from './harness/events.js';
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
import { scenario } from './harness/stage.js';
import { told } from './harness/told.js';

const names = ['orders', 'orders-returns'] as const;
/** Operations that read a whole project or job, not one run. */
const shared = ['listJobs', 'GetJobRuns'];

describe('orders and orders-returns side by side', () => {
  scenario("on Dataflow, both declared: rolling out one never reads or touches the other's run", async (stage) => {
    const first = await stage.push({
      [manifestPath]: manifest(Object.fromEntries(names.map((name) => [name, dataflowJob(name)]))),
      'templates/orders.json': template('orders:1'),
      'templates/orders-returns.json': template('returns:1'),
    });
    const other = first.job('orders-returns').runAfter ?? 'no run';
    const next = await stage.push({ 'templates/orders.json': template('orders:2') });
    expect(next.outcomes).toEqual({ orders: 'succeeded', 'orders-returns': 'unchanged' });
    // The plan looks at each declared job once; from then on only the one that changed is asked about.
    expect(next.requests.filter(({ path, write }) => write && path.includes(other))).toEqual([]);
    expect(next.requests.filter(({ path }) => path.includes(other)).length).toBeLessThanOrEqual(1);

    const event = dispatched({ repository: stage.repository, sha: next.event.sha });
    const forced = await stage.run(event, { inputs: { jobs: 'orders', force: 'true' } });
    expect(forced.outcomes).toEqual({ orders: 'succeeded' });
    expect(forced.requests.filter(({ path }) => path.includes(other))).toEqual([]);
    expect(await stage.cloud.states('dataflow', 'orders-returns')).toEqual({ [other]: 'JOB_STATE_RUNNING' });
  });

  scenario('on Dataflow, the other one belongs to somebody else: it is seen in lists only', async (stage) => {
    const place = { service: 'dataflow', project, region: location };
    const other = await stage.cloud.plant({ ...place, name: 'orders-returns' });
    const files = {
      [manifestPath]: manifest({ orders: dataflowJob('orders') }),
      'templates/orders.json': template('orders:1'),
    };
    const first = await stage.push(files);
    const next = await stage.push({ 'templates/orders.json': template('orders:2') });
    for (const done of [first, next]) {
      expect(done.outcomes).toEqual({ orders: 'succeeded' });
      expect(done.requests.filter(({ path }) => path.includes(other))).toEqual([]);
      expect(done.requests.some(({ operation }) => shared.includes(operation))).toBe(true);
    }
    expect(await stage.cloud.states('dataflow', 'orders-returns')).toEqual({ [other]: 'JOB_STATE_RUNNING' });
  });

  scenario('on Glue: only calls about the job itself are made', async (stage) => {
    await defineGlueJobs(stage.cloud, names);
    const first = await stage.push({
      [manifestPath]: manifest(Object.fromEntries(names.map((name) => [name, glueJob(name)]))),
      'glue/orders.py': script('orders 1'),
      'glue/orders-returns.py': script('returns 1'),
    });
    const other = first.job('orders-returns').runAfter ?? 'no run';
    const event = dispatched({ repository: stage.repository, sha: first.event.sha });
    const forced = await stage.run(event, { inputs: { jobs: 'orders', force: 'true' } });
    expect(forced.outcomes).toEqual({ orders: 'succeeded' });
    expect(forced.ledger).toEqual(['refs/stream-rollout/production/orders']);
    expect(await stage.cloud.states('glue', 'orders-returns')).toEqual({ [other]: 'RUNNING' });
    const asked = forced.requests.filter(({ service }) => service === 'glue');
    expect([...new Set(asked.map(({ about }) => about))]).toEqual(['orders']);
    const writes = asked.filter(({ write }) => write);
    expect(writes.map(({ operation }) => operation)).toEqual(['BatchStopJobRun', 'StartJobRun']);
  });

  scenario('two repositories that declare one name: the second one is refused', async (stage) => {
    const files = { 'templates/orders.json': template('orders:1') };
    const job = { orders: dataflowJob('orders') };
    const first = await stage.push({ ...files, [manifestPath]: manifest(job) });
    const other = first.job('orders').runAfter;
    await stage.repo.dropLedger();
    const second = await stage.push({ [manifestPath]: manifest(job, { name: 'others' }) });
    expect(await told(stage, second, 'orders', { other })).toBe(`refused (run-foreign), exit 3
Refused; nothing was touched. Run <other> (JOB_STATE_RUNNING, https://console.cloud.google.com/dataflow/jobs/europe-west1/<other>?project=acme-prod) bears the stamp of another job: rollout <rollout>, revision <revision>. Now: run <other> of orders is running.
Next: give one of the two another target.name, or take it over as it runs: stream-rollout apply --environment production --jobs orders --on-drift adopt`);
    expect([second.writes, second.ledger]).toEqual([[], []]);
  });

  scenario('the ledger is lost: an equal run is verified and recorded, not started again', async (stage) => {
    const files = {
      [manifestPath]: manifest({ orders: dataflowJob('orders') }),
      'templates/orders.json': template('orders:1'),
    };
    const first = await stage.push(files);
    await stage.repo.dropLedger();
    const again = await stage.push({ 'docs/page.md': 'x\n' });
    expect(again.job('orders')).toMatchObject({ outcome: 'succeeded', runAfter: first.job('orders').runAfter });
    expect(again.job('orders').findings.map(({ code }) => code)).toContain('record-lost');
    expect(again.requests.filter(({ service, write }) => service === 'dataflow' && write)).toEqual([]);
    const after = await stage.push({ 'docs/page.md': 'y\n' });
    expect([after.outcomes, after.writes, after.ledger]).toEqual([{ orders: 'unchanged' }, [], []]);
  });
});
