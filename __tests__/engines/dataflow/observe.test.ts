import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stampLabels } from '../../../src/engines/dataflow/labels.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { SeenRun } from '../../../src/model/run.js';
import { stamp, subject, target, type World, world } from './world.js';

let w: World;

beforeEach(async () => {
  w = await world();
});

afterEach(() => w.end());

/** A run that stays and one that ended, with what the ledger kept of them. */
async function seenBefore(more: JsonObject = {}) {
  const old = await w.plant({ state: 'JOB_STATE_DRAINED' });
  const now = await w.plant({ labels: stampLabels(stamp), maxWorkers: 20, ...more });
  const known: readonly SeenRun[] = [
    { run: now, stamp, scale: { workers: { min: 2, max: 20 } }, ended: false },
    { run: old, stamp: null, scale: null, ended: true },
  ];
  return { old, now, known };
}

describe('observe', () => {
  it('lists once for all subjects and describes only runs of their exact names', async () => {
    const orders = await w.plant({ labels: { ...stampLabels(stamp), team: 'ods', 'goog-x': 'y' }, maxWorkers: 20 });
    const returns = await w.plant({ name: 'orders-returns' });
    await w.plant({ name: 'orders-2' });
    await w.forget();
    const runs = await w.session.observe([
      subject,
      { ...subject, job: 'returns', names: ['orders-returns'] },
      { ...subject, job: 'none', names: ['none'] },
    ]);
    expect([...runs].map(([job, found]) => [job, found.map(({ id }) => id)])).toEqual([
      ['orders', [orders]],
      ['returns', [returns]],
      ['none', []],
    ]);
    expect(runs.get('orders')?.[0]).toMatchObject({
      name: 'orders',
      state: 'running',
      streaming: true,
      stamp,
      replacedBy: null,
    });
    expect(runs.get('returns')?.[0]?.stamp).toBeNull();
    expect((await w.operations()).sort()).toEqual(['getJob', 'getJob', 'listJobs']);
  });

  it('reads a stamp once in a session', async () => {
    await w.plant();
    await w.session.observe([subject]);
    await w.forget();
    await w.session.observe([subject]);
    expect(await w.operations()).toEqual(['listJobs']);
  });

  it('reads nothing again of a run that the ledger has seen: stamp from there, state and set bounds from the list', async () => {
    const { now, old, known } = await seenBefore({ runtimeUpdatableParams: { maxNumWorkers: 60 } });
    await w.forget();
    const runs = await w.session.observe([{ ...subject, ids: [now, old], known }]);
    expect(runs.get('orders')).toEqual([
      expect.objectContaining({
        id: now,
        state: 'running',
        streaming: true,
        stamp,
        scale: { workers: { min: 2, max: 60 } },
        remembered: true,
      }),
    ]);
    expect(await w.operations()).toEqual(['listJobs']);
  });

  it('knows a run by its id alone: another one of the same name is read', async () => {
    const { now, known } = await seenBefore();
    const other = await w.plant();
    await w.forget();
    const runs = await w.session.observe([{ ...subject, ids: [now], known }]);
    expect(runs.get('orders')?.map(({ id, stamp: has, remembered }) => [id, has, remembered])).toEqual([
      [other, null, undefined],
      [now, stamp, true],
    ]);
    expect((await w.operations()).sort()).toEqual(['getJob', 'listJobs']);
  });

  it('asks for a seen run that is not listed any more, unless it had ended', async () => {
    const { now, old, known } = await seenBefore();
    await w.change(now, { state: 'JOB_STATE_CANCELLED' });
    w.advance(60);
    await w.forget();
    const runs = await w.session.observe([{ ...subject, ids: [now, old], known }]);
    expect(runs.get('orders')).toMatchObject([{ id: now, state: 'stopped' }]);
    expect((await w.operations()).sort()).toEqual(['getJob', 'listJobs']);
  });

  it('follows pages', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 501; i += 1) ids.push(await w.plant({ name: `job-${i}` }));
    await w.forget();
    const runs = await w.session.observe([{ ...subject, names: ['job-0', 'job-500'] }]);
    expect(
      runs
        .get('orders')
        ?.map(({ id }) => id)
        .sort(),
    ).toEqual([ids[0], ids[500]].sort());
    expect((await w.requests()).filter(({ operation }) => operation === 'listJobs')).toHaveLength(2);
  });

  it('gets the known ids that the list does not show, and leaves out those that are gone', async () => {
    const ended = await w.plant({ state: 'JOB_STATE_CANCELLED' });
    const runs = await w.session.observe([{ ...subject, ids: [ended, '2020-01-01_00_00_00-1'] }]);
    expect(runs.get('orders')).toMatchObject([{ id: ended, state: 'stopped' }]);
  });

  it('never takes a partial list for the whole', async () => {
    await w.settings({ failedLocations: ['europe-west1'] });
    await expect(w.session.observe([subject])).rejects.toMatchObject({
      code: 'dataflow-list-incomplete',
      class: 'transient',
      message: expect.stringContaining('europe-west1'),
    });
  });

  it.each(['JOB_STATE_FUTURE', 'JOB_STATE_PAUSED'])('never guesses what %s means', async (state) => {
    const id = await w.plant({ state });
    await w.plant({ name: 'other' });
    await expect(w.session.observe([subject])).rejects.toMatchObject({
      code: 'dataflow-state-unknown',
      message: expect.stringContaining(id),
    });
    // Somebody else's run in that state is nobody's business.
    const runs = await w.session.observe([{ ...subject, names: ['other'] }]);
    expect(runs.get('orders')).toHaveLength(1);
  });

  it('tries a read again, and says which one failed', async () => {
    await w.fault({ operation: 'listJobs', when: 'before', effect: 'status', status: 503, times: 2 });
    await w.fault({ operation: 'listJobs', nth: 3, when: 'before', effect: 'reset' });
    await w.session.observe([subject]);
    await w.fault({ operation: 'listJobs', when: 'before', effect: 'status', status: 502, html: true, times: 9 });
    await expect(w.session.observe([subject])).rejects.toMatchObject({
      code: 'dataflow-unavailable',
      class: 'transient',
    });
  });

  it('names the permission that a refused read needs, at once', async () => {
    await w.fault({ operation: 'listJobs', when: 'before', effect: 'status', status: 403, times: 9 });
    await w.forget();
    await expect(w.session.observe([subject])).rejects.toMatchObject({
      code: 'dataflow-read-refused',
      message: expect.stringContaining('dataflow.jobs.list'),
    });
    expect(await w.operations()).toEqual(['listJobs']);
  });
});

describe('look', () => {
  it('shows ended runs too, and asks by name', async () => {
    const old = await w.plant({ state: 'JOB_STATE_DRAINED', startedSecondsAgo: 9000 });
    const now = await w.plant();
    await w.plant({ name: 'orders-returns' });
    await w.forget();
    expect((await w.session.look(subject)).map(({ id, state }) => [id, state])).toEqual([
      [now, 'running'],
      [old, 'drained'],
    ]);
    expect(await w.operations()).toEqual(['listJobs', 'getJob', 'getJob']);
    await w.forget();
    await w.session.look(subject);
    // An ended run is not read again.
    expect(await w.operations()).toEqual(['listJobs', 'getJob']);
  });

  it('looks at the newest ended runs of a long history, and at every known id', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      ids.push(await w.plant({ state: 'JOB_STATE_UPDATED', startedSecondsAgo: 100_000 - i * 1000 }));
    }
    const found = (await w.session.look({ ...subject, ids: [ids[0] ?? ''] })).map(({ id }) => id);
    expect(found).toEqual([...ids.slice(10).reverse(), ids[0]]);
  });

  it('gives the first error of a failed run of ours as its detail', async () => {
    const ours = await w.plant({ labels: stampLabels(stamp) });
    const other = await w.plant();
    await w.change(ours, { state: 'JOB_STATE_FAILED', message: 'no subscription' });
    await w.change(other, { state: 'JOB_STATE_FAILED', message: 'theirs' });
    expect(await w.seen(ours)).toMatchObject({
      state: 'failed',
      detail: 'no subscription',
      endedAt: expect.any(String),
    });
    expect(await w.seen(other)).toMatchObject({ state: 'failed', detail: null });
    expect(await w.session.messages?.(await w.seen(ours))).toMatchObject([{ level: 'error', text: 'no subscription' }]);
  });
});

describe('a failed run whose messages come late', () => {
  it('gets its reason at a later look', async () => {
    const id = await w.plant({ labels: stampLabels(stamp), state: 'JOB_STATE_FAILED' });
    expect(await w.seen(id)).toMatchObject({ state: 'failed', detail: null });
    await w.change(id, { state: 'JOB_STATE_FAILED', message: 'no subscription' });
    expect(await w.seen(id)).toMatchObject({ state: 'failed', detail: 'no subscription' });
  });
});

describe('a failed run whose messages may not be read', () => {
  it('is looked at all the same', async () => {
    const id = await w.plant({ labels: stampLabels(stamp) });
    await w.change(id, { state: 'JOB_STATE_FAILED', message: 'no subscription' });
    await w.fault({ operation: 'listJobMessages', when: 'before', effect: 'status', status: 403 });
    expect(await w.seen(id)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('dataflow.messages.list'),
    });
  });
});

describe('what a run shows', () => {
  it('is told in the manifest’s shape, for the fields that the manifest has', async () => {
    const id = await w.plant({
      template: 'gs://acme-templates/orders.json',
      parameters: { table: 'acme:ods.orders', window: '30', token: 'canary', extra: '1' },
      labels: { team: 'ods' },
      maxWorkers: 20,
      runtimeUpdatableParams: { minNumWorkers: 2, workerUtilizationHint: 0.5 },
    });
    const of = {
      ...target,
      parameters: { table: 'acme:ods.orders', window: 60, token: '${secret.TOKEN}' },
      environment: { additionalUserLabels: { team: 'other' } },
    };
    const run = await w.seen(id, { ...subject, target: of });
    expect(run.scale).toEqual({ workers: { min: 2, max: 20, 'utilization-hint': 0.5 } });
    expect(run.shows).toEqual({
      project: 'acme-prod',
      region: 'europe-west1',
      name: 'orders',
      template: 'gs://acme-templates/orders.json',
      parameters: { table: 'acme:ods.orders', window: '30' },
      environment: { additionalUserLabels: { team: 'ods' } },
    });
    expect(JSON.stringify(run)).not.toContain('canary');
    expect(run.url).toBe(`https://console.cloud.google.com/dataflow/jobs/europe-west1/${id}?project=acme-prod`);
  });

  it('has the bounds set on the running job before those of its launch', async () => {
    const id = await w.plant({ maxWorkers: 20, runtimeUpdatableParams: { maxNumWorkers: 40 } });
    expect((await w.seen(id)).scale).toEqual({ workers: { max: 40 } });
  });

  it('tells a batch job from a stream', async () => {
    const id = await w.plant({ type: 'JOB_TYPE_BATCH' });
    expect(await w.seen(id)).toMatchObject({ streaming: false });
  });
});
