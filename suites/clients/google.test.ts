import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../support/cloud.js';
import { type Conversation, converse, type Raised } from './conversation.js';
import { dataflowJob, decided, type Fleet, makeFleet, place, template, writes } from './fleet.js';

interface Job {
  readonly id: string;
  readonly name: string;
  readonly current_state: string;
  readonly labels: { readonly [key: string]: string };
  readonly environment?: { readonly worker_pools: readonly object[] };
}

const where = { project_id: place.project, location: place.region };
let cloud: LocalCloud;
let google: Conversation;

const jobs = <Answer>(call: string, request: object) =>
  google.ask<Answer>({ service: 'JobsV1Beta3', call, request: { ...where, ...request } });
const jobsRefused = (call: string, request: object): Promise<Raised> =>
  google.refused({ service: 'JobsV1Beta3', call, request: { ...where, ...request } });

function launching(job_name: string, more: object = {}): object {
  const launch_parameter = { job_name, container_spec_gcs_path: 'gs://acme/templates/orders.json', ...more };
  return { service: 'FlexTemplatesService', call: 'launch_flex_template', request: { ...where, launch_parameter } };
}

/** Launches the template; it runs 70 s later by the cloud's clock. */
async function launch(name: string, more: object = {}): Promise<string> {
  return (await google.ask<{ job: Job }>(launching(name, more))).job.id;
}

const get = (job_id: string, view = 'JOB_VIEW_SUMMARY') => jobs<Job>('get_job', { job_id, view });
const stateOf = async (id: string) => (await get(id)).current_state;
const request = (job_id: string, requested_state: string) =>
  jobs<Job>('update_job', { job_id, job: { requested_state } });

/** Changes worker bounds as the client's users do: with a field mask. */
function bounds(job_id: string, params: { readonly [field: string]: number }): Promise<object> {
  return jobs('update_job', {
    job_id,
    update_mask: { paths: Object.keys(params).map((field) => `runtime_updatable_params.${field}`) },
    job: { runtime_updatable_params: params },
  });
}

async function listed(filter: string): Promise<string[]> {
  return (await jobs<Job[]>('list_jobs', { filter })).map((job) => job.name);
}

beforeAll(async () => {
  cloud = await startLocalCloud();
  google = converse('google_client.py', cloud.env);
  const upload = `${cloud.services['storage']}/upload/storage/v1/b/acme/o?uploadType=media&name=templates/orders.json`;
  expect((await fetch(upload, { method: 'POST', body: template })).status).toBe(200);
});
afterAll(async () => {
  await google.end();
  await cloud.stop();
});

describe("Google's Python client drives Dataflow", () => {
  let orders: string;

  it('launches a flex template that is queued, pending and running in turn', async () => {
    orders = await launch('orders', {
      parameters: { inputSubscription: 'projects/acme-prod/subscriptions/orders' },
      environment: { max_workers: 5, additional_user_labels: { team: 'sales' } },
    });
    expect(await stateOf(orders)).toBe('JOB_STATE_QUEUED');
    await cloud.advance(10);
    expect(await stateOf(orders)).toBe('JOB_STATE_PENDING');
    await cloud.advance(60);
    expect(await stateOf(orders)).toBe('JOB_STATE_RUNNING');
  });

  it('shows labels and environment in the view that asks for them', async () => {
    const summary = await get(orders);
    expect(summary.labels).toEqual({});
    expect(summary.environment?.worker_pools ?? []).toEqual([]);
    const described = await get(orders, 'JOB_VIEW_DESCRIPTION');
    expect(described.labels).toEqual({ team: 'sales' });
    expect(described.environment?.worker_pools).toMatchObject([{ autoscaling_settings: { max_num_workers: 5 } }]);
  });

  it('is refused a second active job of the name, a missing template and unknown parameters', async () => {
    expect(await google.refused(launching('orders'))).toMatchObject({ code: 409 });
    const missing = launching('missing', { container_spec_gcs_path: 'gs://acme/templates/none.json' });
    expect(await google.refused(missing)).toMatchObject({ code: 404 });
    expect(await google.refused(launching('unknown', { parameters: { colour: 'blue' } }))).toMatchObject({ code: 400 });
    expect(await jobsRefused('get_job', { job_id: 'none' })).toMatchObject({ type: 'NotFound', code: 404 });
  });

  it('lists by state and over all regions', async () => {
    await launch('orders-returns');
    expect((await listed('ACTIVE')).sort()).toEqual(['orders', 'orders-returns']);
    expect(await listed('TERMINATED')).toEqual([]);
    const everywhere = await google.ask<Job[]>({
      service: 'JobsV1Beta3',
      call: 'aggregated_list_jobs',
      request: { project_id: place.project },
    });
    expect(everywhere.map((job) => job.name).sort()).toEqual(['orders', 'orders-returns']);
  });

  it('changes worker bounds by a field mask', async () => {
    await bounds(orders, { min_num_workers: 2, max_num_workers: 9 });
    await bounds(orders, { max_num_workers: 8 });
    expect(await get(orders, 'JOB_VIEW_ALL')).toMatchObject({
      runtime_updatable_params: { min_num_workers: 2, max_num_workers: 8 },
    });
    const mixed = jobsRefused('update_job', {
      job_id: orders,
      update_mask: { paths: ['labels'] },
      job: { labels: { team: 'returns' } },
    });
    expect(await mixed).toMatchObject({ code: 400 });
  });

  it('reads messages by their importance', async () => {
    const messages = (minimum_importance: string) =>
      google.ask<{ message_text: string }[]>({
        service: 'MessagesV1Beta3',
        call: 'list_job_messages',
        request: { ...where, job_id: orders, minimum_importance },
      });
    expect((await messages('JOB_MESSAGE_DETAILED')).map((message) => message.message_text)).toEqual([
      'Workers have started successfully.',
    ]);
    expect(await messages('JOB_MESSAGE_ERROR')).toEqual([]);
  });

  it('replaces a job in place', async () => {
    const before = orders;
    orders = await launch('orders', { update: true });
    await cloud.advance(120);
    expect(await stateOf(before)).toBe('JOB_STATE_UPDATED');
    expect(await stateOf(orders)).toBe('JOB_STATE_RUNNING');
    expect(await get(before, 'JOB_VIEW_ALL')).toMatchObject({ replaced_by_job_id: orders });
  });

  it('lets two jobs of the name overlap, and the old one drain', async () => {
    const before = orders;
    const options = ['update_strategy_parallel_job_update', 'parallel_replace_job_min_parallel_pipelines_duration=10m'];
    orders = await launch('orders', {
      update: true,
      environment: { enable_streaming_engine: true, additional_experiments: options },
    });
    await cloud.advance(120);
    expect([await stateOf(before), await stateOf(orders)]).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_RUNNING']);
    await cloud.advance(600);
    expect([await stateOf(before), await stateOf(orders)]).toEqual(['JOB_STATE_DRAINING', 'JOB_STATE_RUNNING']);
    await cloud.advance(60);
    expect(await stateOf(before)).toBe('JOB_STATE_DRAINED');
  });

  it('drains and cancels', async () => {
    await request(orders, 'JOB_STATE_DRAINED');
    expect(await stateOf(orders)).toBe('JOB_STATE_DRAINING');
    await cloud.advance(60);
    expect(await stateOf(orders)).toBe('JOB_STATE_DRAINED');
    const returns = (await jobs<Job[]>('list_jobs', { filter: 'ACTIVE' }))[0]!;
    await request(returns.id, 'JOB_STATE_CANCELLED');
    await cloud.advance(10);
    expect(await stateOf(returns.id)).toBe('JOB_STATE_CANCELLED');
    expect(
      await jobsRefused('update_job', { job_id: orders, job: { requested_state: 'JOB_STATE_DRAINED' } }),
    ).toMatchObject({
      code: 400,
    });
  });
});

describe("what Google's Python client launched, in our plan", () => {
  let fleet: Fleet;
  let run: string;
  const payments = async (...args: readonly string[]) =>
    decided(await fleet.plan('--jobs', 'payments', ...args), 'payments');

  beforeAll(async () => {
    fleet = await makeFleet(
      cloud,
      { payments: dataflowJob('payments', { workers: { max: 5 } }), backfill: dataflowJob('backfill') },
      { 'dataflow/orders.json': template },
    );
    run = await launch('payments', { environment: { max_workers: 5 } });
    await launch('payments-returns');
    await cloud.advance(70);
  });
  afterAll(() => fleet.checkout.remove());

  it('adopts the job of the exact name without a write to Dataflow', async () => {
    await cloud.forgetRequests();
    expect(await payments()).toMatchObject({ action: 'adopt', strategy: null, run, reasons: ['first-contact'] });
    const told = await fleet.apply('--jobs', 'payments');
    expect(told.document.jobs).toMatchObject([{ outcome: 'adopted', runAfter: run }]);
    expect(await payments()).toMatchObject({ action: 'none', reasons: ['unchanged'] });
    expect(await writes(cloud)).toEqual([]);
  });

  it('plans to take back worker bounds that were changed by hand', async () => {
    await bounds(run, { max_num_workers: 9 });
    expect(await payments()).toMatchObject({
      action: 'roll-out',
      strategy: 'in-flight-update',
      run,
      reasons: ['scale'],
    });
    await bounds(run, { max_num_workers: 5 });
    expect(await payments()).toMatchObject({ action: 'none' });
  });

  it('refuses a run that replaced the recorded one by hand', async () => {
    run = await launch('payments', { update: true, environment: { max_workers: 5 } });
    await cloud.advance(120);
    expect(await payments()).toMatchObject({ action: 'refuse', run, findings: ['run-by-hand'] });
    expect(await payments('--on-drift', 'adopt')).toMatchObject({ action: 'adopt', run });
    await fleet.apply('--jobs', 'payments', '--on-drift', 'adopt');
    expect(await payments()).toMatchObject({ action: 'none' });
  });

  it('refuses while somebody else drains it, and when it is down', async () => {
    await request(run, 'JOB_STATE_DRAINED');
    expect(await payments()).toMatchObject({ action: 'refuse', run, findings: ['run-ending'] });
    await cloud.advance(60);
    await cloud.forgetRequests();
    expect(await payments()).toMatchObject({ action: 'refuse', findings: ['job-down'] });
    const told = await fleet.apply('--jobs', 'payments');
    expect([told.code, told.document.jobs[0]?.outcome, told.document.jobs[0]?.code]).toEqual([
      3,
      'refused',
      'job-down',
    ]);
    expect(await writes(cloud)).toEqual([]);
  });

  it('refuses a batch job', async () => {
    const job = { name: 'backfill', type_: 'JOB_TYPE_BATCH' };
    await google.ask({ service: 'JobsV1Beta3', call: 'create_job', request: { ...where, job } });
    await cloud.advance(60);
    expect(decided(await fleet.plan('--jobs', 'backfill'), 'backfill')).toMatchObject({
      action: 'refuse',
      findings: ['not-streaming'],
    });
  });
});
