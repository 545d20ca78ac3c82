import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JsonObject, merged } from '../../src/model/json.js';
import type { JobReport, Report } from '../../src/model/report.js';
import { type Checkout, makeCheckout } from '../support/checkout.js';
import { cached } from '../support/paths.js';
import { tool } from '../support/tool.js';
import { type Resource, reconciledOf, resourceOn, runs } from './resource.js';
import { realSide, type Side } from './side.js';

const name = 'orders';
const shortLived = 'ending';
let side: Side;
let orders: Resource;
let checkout: Checkout;
let folder: string;
/** Jobs that were rolled out before. */
const known = new Set<string>();

beforeAll(async () => {
  side = await realSide([name, shortLived]);
  orders = resourceOn(side, name);
  checkout = await makeCheckout();
  folder = mkdtempSync(join(tmpdir(), 'kubernetes-ledger-'));
}, 300_000);
afterAll(async () => {
  checkout?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
  await side?.stop();
}, 60_000);

/** Flink's own port, since the API server leads to no address of this machine; its gates are those that say which run is healthy. */
function declared(image: string, change: JsonObject, of: string): JsonObject {
  const { job, ...spec } = resourceOn(side, of).spec(image);
  // Whether a job runs is set by the tool.
  const { state: _, ...whole } = job as JsonObject;
  const target = merged({ spec: { ...spec, job: whole }, 'rest-url': side.rest(of) } as JsonObject, change);
  const gates = [
    { signal: 'checkpoints', mode: 'converge', min: 1, for: '0s', deadline: '10m', interval: '2s' },
    { signal: 'restarts', mode: 'budget', 'max-delta': 1, interval: '2s', advisory: true },
    { signal: 'throughput', mode: 'converge', min: 0, interval: '5s', advisory: true },
  ];
  const verify = { 'running-within': known.has(of) ? '3m' : '60m', bake: '3s', gates };
  return { engine: 'flink-operator', sink: 'transactional', verify, target };
}

/** Commits the job and rolls it out with the built CLI. */
async function rollout(image: string, change: JsonObject = {}, of = name): Promise<JobReport> {
  const manifest = {
    version: 1,
    name: 'suite',
    environments: { production: {} },
    jobs: { [of]: declared(image, change, of) },
  };
  await checkout.commit(image, { '.github/streaming-jobs.yml': JSON.stringify(manifest, null, 2) });
  const env = {
    STREAM_ROLLOUT_KUBE_SERVER: side.url,
    NODE_COMPILE_CACHE: cached('compiled'),
    // An empty ledger is met with a wait of more than a minute; a fast clock makes it short, as it may on this machine alone.
    ...(!known.has(of) && { STREAM_ROLLOUT_CLOCK_RATE: '20', STREAM_ROLLOUT_CLOCK_ORIGIN: String(Date.now()) }),
  };
  const { document, stderr } = await tool<Report>(
    checkout.path,
    env,
    'apply',
    '--ledger',
    `file:${join(folder, 'ledger')}`,
  );
  known.add(of);
  const found = document.jobs?.find(({ job }) => job === of);
  if (found === undefined) throw new Error(`nothing was told of ${of}:\n${JSON.stringify(document)}\n${stderr}`);
  return found;
}

const imageOf = async () => reconciledOf(await orders.get()).image;

describe('our engine on the real operator', () => {
  it('starts a job', async () => {
    expect(await rollout('steady:v1')).toMatchObject({ outcome: 'succeeded' });
    expect(await orders.get()).toMatchObject({ status: { lifecycleState: 'STABLE', jobStatus: { state: 'RUNNING' } } });
  }, 300_000);

  it('leaves it alone when nothing changed', async () => {
    const { metadata } = await orders.get();
    expect(await rollout('steady:v1')).toMatchObject({ outcome: 'unchanged' });
    expect((await orders.get()).metadata.generation).toBe(metadata.generation);
  }, 100_000);

  it('upgrades it with a savepoint', async () => {
    const before = await orders.get();
    expect(await rollout('steady:v2')).toMatchObject({ outcome: 'succeeded', strategy: 'in-place-update' });
    const after = await orders.get();
    expect(reconciledOf(after).image).toBe('steady:v2');
    expect(after.status?.jobStatus?.jobId).toBe(before.status?.jobStatus?.jobId);
    const checkpoints = await orders.rest(`/jobs/${after.status?.jobStatus?.jobId}/checkpoints`);
    expect(checkpoints['latest']).toMatchObject({ restored: { is_savepoint: true } });
  }, 300_000);

  it('tells of a spec that the operator refuses, while the old run goes on', async () => {
    const wrong = { spec: { flinkConfiguration: { 'kubernetes.cluster-id': 'mine' } } };
    expect(await rollout('steady:v1', wrong)).toMatchObject({ outcome: 'failed' });
    expect(await imageOf()).toBe('steady:v2');
    expect((await orders.get()).status?.jobStatus?.state).toBe('RUNNING');
    expect(await rollout('steady:v1')).toMatchObject({ outcome: 'succeeded' });
    expect(await imageOf()).toBe('steady:v1');
  }, 300_000);

  it('refuses to change what another manager has set', async () => {
    await orders.patch({ spec: { image: 'steady:v2' } });
    await orders.until('is as the other one wants it', runs('steady:v2'));
    const { generation } = (await orders.get()).metadata;
    expect(await rollout('steady:v3')).toMatchObject({ outcome: 'refused' });
    expect((await orders.get()).metadata.generation).toBe(generation);
  }, 300_000);

  it('takes a job that finished for none that is healthy', async () => {
    // The operator calls it STABLE.
    const done = await rollout('steady:finishes', {}, shortLived);
    expect(done.outcome).toBe('failed');
    expect(done.message).toMatch(/finished/i);
    expect(await resourceOn(side, shortLived).get()).toMatchObject({
      status: { lifecycleState: 'STABLE', jobStatus: { state: 'FINISHED' } },
    });
  }, 400_000);
});
