import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalCloud, startLocalCloud } from '../support/cloud.js';
import { command } from '../support/command.js';
import { dataflowJob, decided, type Fleet, makeFleet, place, template, writes } from './fleet.js';

/** gcloud is on no package registry, so this part runs where it is installed; elsewhere it is reported as skipped. */
const isThere = spawnSync('gcloud', ['--version'], { stdio: 'ignore' }).status === 0;

interface Job {
  readonly id: string;
  readonly name: string;
  readonly currentState: string;
  readonly runtimeUpdatableParams?: object;
}

(isThere ? describe : describe.skip)('gcloud drives Dataflow', () => {
  const region = `--region=${place.region}`;
  let cloud: LocalCloud;
  let home: string;
  let fleet: Fleet;
  let orders: string;

  /** Runs gcloud against the local cloud with a configuration of its own. */
  function gcloud(...args: readonly string[]) {
    const env = {
      ...process.env,
      ...cloud.env,
      CLOUDSDK_CONFIG: join(home, 'config'),
      CLOUDSDK_CORE_PROJECT: place.project,
    };
    return command('gcloud', args, { cwd: home, env });
  }

  async function answered<Answer>(...args: readonly string[]): Promise<Answer> {
    const { code, stdout, stderr } = await gcloud(...args, '--format=json');
    if (code !== 0) throw new Error(`gcloud ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout || 'null') as Answer;
  }

  const describeJob = (id: string, ...more: readonly string[]) =>
    answered<Job>('dataflow', 'jobs', 'describe', id, region, ...more);
  const plan = async () => decided(await fleet.plan('--jobs', 'orders'), 'orders');

  beforeAll(async () => {
    cloud = await startLocalCloud();
    home = mkdtempSync(join(tmpdir(), 'stream-rollout-gcloud-'));
    writeFileSync(join(home, 'orders.json'), template);
    fleet = await makeFleet(
      cloud,
      { orders: dataflowJob('orders', { workers: { max: 5 } }) },
      { 'dataflow/orders.json': template },
    );
  });
  afterAll(async () => {
    fleet.checkout.remove();
    rmSync(home, { recursive: true, force: true });
    await cloud.stop();
  });

  it('creates a template object only once', async () => {
    const copy = ['storage', 'cp', 'orders.json', 'gs://acme/templates/orders.json', '--if-generation-match=0'];
    expect((await gcloud(...copy)).code).toBe(0);
    const again = await gcloud(...copy);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('412')]);
    expect((await gcloud('storage', 'cat', 'gs://acme/templates/orders.json')).stdout).toBe(template);
  });

  it('launches a flex template and sees it run', async () => {
    const spec = '--template-file-gcs-location=gs://acme/templates/orders.json';
    const launched = await answered<{ job: Job }>(
      'dataflow',
      'flex-template',
      'run',
      'orders',
      spec,
      region,
      '--max-workers=5',
    );
    orders = launched.job.id;
    expect((await describeJob(orders)).currentState).toBe('JOB_STATE_QUEUED');
    await cloud.advance(70);
    expect((await describeJob(orders)).currentState).toBe('JOB_STATE_RUNNING');
  });

  it('describes it in full and shows it', async () => {
    const full = await describeJob(orders, '--full');
    expect(full).toMatchObject({ id: orders, name: 'orders', environment: { workerPools: [expect.anything()] } });
    expect(await answered<object>('dataflow', 'jobs', 'show', orders, region)).toMatchObject({
      id: orders,
      state: 'Running',
    });
  });

  it('lists one region and all of them', async () => {
    const active = ['dataflow', 'jobs', 'list', '--status=active'];
    expect(await answered(...active, region)).toMatchObject([{ id: orders, name: 'orders', state: 'Running' }]);
    expect(await answered(...active)).toMatchObject([{ id: orders, location: place.region }]);
    expect(await answered('dataflow', 'jobs', 'list', '--status=terminated', region)).toEqual([]);
  });

  it('is adopted by our plan without a write to Dataflow', async () => {
    await cloud.forgetRequests();
    expect(await plan()).toMatchObject({ action: 'adopt', run: orders, reasons: ['first-contact'] });
    expect((await fleet.apply('--jobs', 'orders')).document.jobs).toMatchObject([
      { outcome: 'adopted', runAfter: orders },
    ]);
    expect(await plan()).toMatchObject({ action: 'none', reasons: ['unchanged'] });
    expect(await writes(cloud)).toEqual([]);
  });

  it('changes worker bounds, which our plan takes back', async () => {
    const options = ['--min-num-workers=2', '--max-num-workers=9'];
    await answered('dataflow', 'jobs', 'update-options', orders, region, ...options);
    expect((await describeJob(orders, '--full')).runtimeUpdatableParams).toMatchObject({
      minNumWorkers: 2,
      maxNumWorkers: 9,
    });
    expect(await plan()).toMatchObject({ action: 'roll-out', strategy: 'in-flight-update', run: orders });
  });

  it('is told that a job is not there', async () => {
    const missing = await gcloud('dataflow', 'jobs', 'describe', 'none', region);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('NOT_FOUND')]);
  });

  it('drains it, which our plan refuses', async () => {
    expect((await gcloud('dataflow', 'jobs', 'drain', orders, region)).code).toBe(0);
    expect((await describeJob(orders)).currentState).toBe('JOB_STATE_DRAINING');
    expect(await plan()).toMatchObject({ action: 'refuse', findings: ['run-ending'] });
    await cloud.advance(60);
    expect((await describeJob(orders)).currentState).toBe('JOB_STATE_DRAINED');
    expect(await plan()).toMatchObject({ action: 'refuse', findings: ['job-down'] });
  });
});
