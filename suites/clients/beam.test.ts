import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../support/cloud.js';
import { succeed } from '../support/command.js';
import { root } from '../support/paths.js';
import { python } from './conversation.js';
import { dataflowJob, decided, type Fleet, makeFleet, place, template } from './fleet.js';

interface DataflowRun {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly [field: string]: unknown;
}

describe('Beam submits to Dataflow', () => {
  let cloud: LocalCloud;
  let fleet: Fleet;
  const runs: string[] = [];

  /** Submits the pipeline. Always with a time limit: with `--update` and no active job of the name Beam asks again for ever. */
  async function submit(transform: string, ...options: readonly string[]): Promise<string> {
    const args = [
      `${root}/suites/clients/beam_pipeline.py`,
      transform,
      '--runner=DataflowRunner',
      // The word localhost is what makes Beam speak REST.
      `--dataflow_endpoint=${cloud.services['dataflow']?.replace('127.0.0.1', 'localhost')}`,
      '--no_auth',
      `--project=${place.project}`,
      `--region=${place.region}`,
      '--streaming',
      '--temp_location=gs://acme/temp',
      '--staging_location=gs://acme/staging',
      '--job_name=orders',
      ...options,
    ];
    const printed = await succeed(python, args, { env: { ...process.env, ...cloud.env }, timeoutSeconds: 120 });
    const { job } = JSON.parse(printed.trim().split('\n').at(-1) ?? '') as { job: string };
    runs.push(job);
    return job;
  }

  async function runOf(id: string): Promise<DataflowRun> {
    const all = await cloud.control<DataflowRun[]>('GET', '/runs?service=dataflow');
    const found = all.find((run) => run.id === id);
    if (found === undefined) throw new Error(`no run ${id} among ${all.map((run) => run.id)}`);
    return found;
  }

  const states = async () => Promise.all(runs.map(async (id) => (await runOf(id)).state));
  const plan = async () => decided(await fleet.plan('--jobs', 'orders'), 'orders');

  beforeAll(async () => {
    cloud = await startLocalCloud();
    fleet = await makeFleet(cloud, { orders: dataflowJob('orders') }, { 'dataflow/orders.json': template });
  });
  afterAll(async () => {
    fleet.checkout.remove();
    await cloud.stop();
  });

  it('a new streaming job, which our plan adopts', async () => {
    const run = await submit('Enrich', '--labels=team=sales');
    expect(await runOf(run)).toMatchObject({
      name: 'orders',
      type: 'JOB_TYPE_STREAMING',
      state: 'JOB_STATE_PENDING',
      labels: { team: 'sales' },
    });
    await cloud.advance(60);
    expect(await states()).toEqual(['JOB_STATE_RUNNING']);
    expect(await plan()).toMatchObject({ action: 'adopt', run, reasons: ['first-contact'] });
    expect((await fleet.apply('--jobs', 'orders')).document.jobs).toMatchObject([
      { outcome: 'adopted', runAfter: run },
    ]);
    expect(await plan()).toMatchObject({ action: 'none', run });
  });

  it('an update in place with --update, which our plan refuses as a run by hand', async () => {
    const run = await submit('EnrichV2', '--update', '--transform_name_mapping={"Enrich":"EnrichV2"}');
    expect(await runOf(run)).toMatchObject({ replaceJobId: runs[0], transformNameMapping: { Enrich: 'EnrichV2' } });
    await cloud.advance(120);
    expect(await states()).toEqual(['JOB_STATE_UPDATED', 'JOB_STATE_RUNNING']);
    expect(await plan()).toMatchObject({ action: 'refuse', run, findings: ['run-by-hand'] });
    await fleet.apply('--jobs', 'orders', '--on-drift', 'adopt');
    expect(await plan()).toMatchObject({ action: 'none', run });
  });

  it('a parallel update with the options in dataflow_service_options, which our plan refuses as ambiguous', async () => {
    await submit(
      'EnrichV2',
      '--update',
      '--dataflow_service_options=update_strategy_parallel_job_update',
      '--dataflow_service_options=parallel_replace_job_min_parallel_pipelines_duration=10m',
    );
    await cloud.advance(120);
    expect(await states()).toEqual(['JOB_STATE_UPDATED', 'JOB_STATE_RUNNING', 'JOB_STATE_RUNNING']);
    expect(await plan()).toMatchObject({ action: 'refuse', findings: ['several-runs'] });
    await cloud.advance(560);
    expect(await states()).toEqual(['JOB_STATE_UPDATED', 'JOB_STATE_DRAINING', 'JOB_STATE_RUNNING']);
  });

  it('stages its pipeline in Cloud Storage', async () => {
    const answer = await fetch(`${cloud.services['storage']}/storage/v1/b/acme/o?prefix=staging/`);
    const { items = [] } = (await answer.json()) as { items?: { name: string }[] };
    expect(items.filter(({ name }) => name.endsWith('/pipeline.pb'))).toHaveLength(runs.length);
  });
});
