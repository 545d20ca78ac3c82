import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Local, location, project, spec, startDataflow, where } from './dataflow-local.js';

let cloud: Local;

beforeEach(async () => {
  cloud = await startDataflow();
  cloud.template();
});

afterEach(async () => {
  await cloud.end();
  expect(cloud.serviceErrors).toEqual([]);
});

const base = `/v1b3/projects/${project}/locations/${location}`;
const put = (id: string, body: unknown, query = '') =>
  fetch(`${cloud.url}${base}/jobs/${id}${query}`, { method: 'PUT', body: JSON.stringify(body) });

describe('drain', () => {
  it.each(['JOB_STATE_DRAINED', 'JOB_STATE_DRAINING', 8, 7])(
    'asked for as %s goes DRAINING, then DRAINED',
    async (requestedState) => {
      const id = await cloud.running();
      expect((await put(id, { requestedState })).status).toBe(200);
      expect(await cloud.state(id)).toBe('JOB_STATE_DRAINING');
      expect((await put(id, { requestedState })).status).toBe(200);
      cloud.advance(61);
      expect(await cloud.state(id)).toBe('JOB_STATE_DRAINED');
    },
  );

  it('is refused before RUNNING and for batch jobs', async () => {
    const id = await cloud.launch();
    await expect(cloud.request('JOB_STATE_DRAINED', id)).rejects.toMatchObject({ code: 400 });
    cloud.advance(11);
    await expect(cloud.request('JOB_STATE_DRAINED', id)).rejects.toMatchObject({ code: 400 });
    cloud.template(spec, { behaviour: 'batch' });
    const batch = await cloud.running({ name: 'batch' });
    await expect(cloud.request('JOB_STATE_DRAINED', batch)).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('not supported for batch'),
    });
  });

  it('that never ends can be cancelled', async () => {
    cloud.template(spec, { behaviour: 'drain-never-ends' });
    const id = await cloud.running();
    await cloud.request('JOB_STATE_DRAINED', id);
    cloud.advance(1_000_000);
    expect(await cloud.state(id)).toBe('JOB_STATE_DRAINING');
    await cloud.request('JOB_STATE_CANCELLED', id);
    cloud.advance(11);
    expect(await cloud.state(id)).toBe('JOB_STATE_CANCELLED');
  });
});

describe('cancel', () => {
  it('is refused right after the launch, then works in each state', async () => {
    const queued = await cloud.launch();
    await expect(cloud.request('JOB_STATE_CANCELLED', queued)).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('not yet ready for canceling'),
    });
    await cloud.control('/settings', { service: 'dataflow', notReadyForCancelSeconds: 0 });
    await cloud.request('JOB_STATE_CANCELLED', queued);
    expect(await cloud.state(queued)).toBe('JOB_STATE_CANCELLED');
    const pending = await cloud.launch();
    cloud.advance(11);
    await cloud.request('JOB_STATE_CANCELLED', pending);
    expect(await cloud.state(pending)).toBe('JOB_STATE_CANCELLING');
    cloud.advance(100);
    expect(await cloud.state(pending)).toBe('JOB_STATE_CANCELLED');
  });

  it('can be forced half an hour after the first one', async () => {
    cloud.template(spec, { behaviour: 'cancel-never-ends' });
    const id = await cloud.running();
    const force = () => cloud.request('JOB_STATE_CANCELLED', id, { force_cancel_job: 'true' });
    await expect(force()).rejects.toMatchObject({ code: 400, message: expect.stringContaining('30 minutes') });
    await cloud.request('JOB_STATE_CANCELLED', id);
    cloud.advance(1700);
    await expect(force()).rejects.toMatchObject({ code: 400 });
    expect(await cloud.state(id)).toBe('JOB_STATE_CANCELLING');
    cloud.advance(101);
    await force();
    expect(await cloud.state(id)).toBe('JOB_STATE_CANCELLED');
  });
});

describe('a request for a state', () => {
  it.each(['JOB_STATE_CANCELLED', 'JOB_STATE_DRAINED'])(
    '%s of an ended job says that it has terminated',
    async (state) => {
      const id = await cloud.running();
      await cloud.request('JOB_STATE_CANCELLED', id);
      cloud.advance(11);
      await expect(cloud.request(state, id)).rejects.toMatchObject({
        code: 400,
        message: expect.stringContaining('Job has terminated'),
      });
    },
  );

  it.each(['JOB_STATE_UPDATED', 'JOB_STATE_FAILED', 'JOB_STATE_STOPPED', 'JOB_STATE_QUEUED', 'SOMETHING'])(
    '%s is refused',
    async (requestedState) => {
      const id = await cloud.running();
      expect((await put(id, { requestedState })).status).toBe(400);
      expect(await cloud.state(id)).toBe('JOB_STATE_RUNNING');
    },
  );

  it('together with a mask is refused', async () => {
    const id = await cloud.running();
    const response = await put(
      id,
      { requestedState: 'JOB_STATE_DRAINED', runtimeUpdatableParams: { maxNumWorkers: 3 } },
      '?updateMask=runtime_updatable_params.max_num_workers',
    );
    expect([response.status, await response.json()]).toMatchObject([400, { error: { status: 'INVALID_ARGUMENT' } }]);
    expect(await cloud.state(id)).toBe('JOB_STATE_RUNNING');
  });
});

describe('in-flight options', () => {
  const params = async (id: string) =>
    ((await (await fetch(`${cloud.url}${base}/jobs/${id}`)).json()) as { runtimeUpdatableParams?: unknown })
      .runtimeUpdatableParams;

  it('are not shown until they are changed, by the client', async () => {
    const id = await cloud.running({ environment: { maxWorkers: 5 } });
    expect(await params(id)).toBeUndefined();
    await cloud.clients.jobs.updateJob({
      ...where,
      jobId: id,
      updateMask: { paths: ['runtime_updatable_params.max_num_workers', 'runtime_updatable_params.min_num_workers'] },
      job: { runtimeUpdatableParams: { maxNumWorkers: 9, minNumWorkers: 2 } },
    });
    expect(await params(id)).toEqual({ maxNumWorkers: 9, minNumWorkers: 2 });
    expect(await cloud.list()).toMatchObject([{ id, currentState: 'JOB_STATE_RUNNING' }]);
  });

  it.each([
    '?updateMask=runtimeUpdatableParams.maxNumWorkers',
    '?updateMask=runtime_updatable_params.min_num_workers%2Cruntime_updatable_params.max_num_workers',
    '?update_mask=runtime_updatable_params',
  ])('take the mask in each spelling: %s', async (query) => {
    const id = await cloud.running();
    expect((await put(id, { runtimeUpdatableParams: { maxNumWorkers: 4, minNumWorkers: 1 } }, query)).status).toBe(200);
    expect(await params(id)).toMatchObject({ maxNumWorkers: 4 });
  });

  it('change only what the mask names, and unset what has no value', async () => {
    const id = await cloud.running();
    await put(
      id,
      { runtimeUpdatableParams: { maxNumWorkers: 4, workerUtilizationHint: 0.5 } },
      '?updateMask=runtimeUpdatableParams.workerUtilizationHint',
    );
    expect(await params(id)).toEqual({ workerUtilizationHint: 0.5 });
    await put(id, {}, '?updateMask=runtimeUpdatableParams.workerUtilizationHint');
    expect(await params(id)).toBeUndefined();
  });

  it.each([
    ['a hint of 0.95', { workerUtilizationHint: 0.95 }, 'worker_utilization_hint'],
    ['no workers', { maxNumWorkers: 0 }, 'max_num_workers'],
    ['an unknown field', { colour: 'red' }, 'colour'],
    ['a minimum over the launched maximum', { minNumWorkers: 6 }, 'min_num_workers'],
  ])('are refused with %s', async (_, runtimeUpdatableParams, field) => {
    const id = await cloud.running({ environment: { maxWorkers: 5 } });
    expect((await put(id, { runtimeUpdatableParams }, `?updateMask=runtime_updatable_params.${field}`)).status).toBe(
      400,
    );
    expect(await params(id)).toBeUndefined();
  });

  it('are refused for labels, outside Streaming Engine and before RUNNING', async () => {
    const mask = '?updateMask=runtime_updatable_params.max_num_workers';
    const body = { runtimeUpdatableParams: { maxNumWorkers: 3 }, labels: { rev: 'new' } };
    const id = await cloud.launch({ labels: { rev: 'old' } });
    expect((await put(id, body, mask)).status).toBe(400);
    cloud.advance(71);
    expect((await put(id, body, '?updateMask=labels')).status).toBe(400);
    expect((await put(id, body)).status).toBe(200);
    expect((await cloud.get(id)).labels).toEqual({ rev: 'old' });
    expect(await params(id)).toBeUndefined();
    cloud.template(spec, null, { sdkInfo: { language: 'JAVA' } });
    const plain = await cloud.running({ name: 'plain' });
    const response = await put(plain, body, mask);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { status: 'FAILED_PRECONDITION' } }]);
  });
});

describe('planted runs', () => {
  const plant = async (spec: unknown) => {
    const response = await cloud.control('/runs', { service: 'dataflow', ...(spec as object) });
    return { status: response.status, body: (await response.json()) as { id: string; state: string; error?: string } };
  };
  const orders = { name: 'orders', project, region: location };

  it('are there as if somebody else had started them', async () => {
    const { body } = await plant({
      ...orders,
      labels: { team: 'x' },
      maxWorkers: 4,
      parameters: { table: 't' },
      template: spec,
      runtimeUpdatableParams: { minNumWorkers: 2 },
    });
    expect(body).toMatchObject({ service: 'dataflow', name: 'orders', state: 'JOB_STATE_RUNNING' });
    expect(await cloud.list()).toMatchObject([{ id: body.id }]);
    expect(await cloud.get(body.id)).toMatchObject({
      labels: { team: 'x' },
      runtimeUpdatableParams: { minNumWorkers: 2 },
    });
    const next = await cloud.running({ update: true });
    expect([await cloud.state(body.id), await cloud.state(next)]).toEqual(['JOB_STATE_UPDATED', 'JOB_STATE_RUNNING']);
    const shown = (await (await fetch(`${cloud.controlUrl}/runs?service=dataflow`)).json()) as {
      id: string;
      state: string;
    }[];
    expect(shown.map(({ id, state }) => [id, state])).toEqual([
      [body.id, 'JOB_STATE_UPDATED'],
      [next, 'JOB_STATE_RUNNING'],
    ]);
  });

  it('start in the state that is asked for and go on from there', async () => {
    const pending = await plant({ ...orders, state: 'JOB_STATE_PENDING' });
    const draining = await plant({ ...orders, name: 'two', state: 'JOB_STATE_DRAINING' });
    const batch = await plant({ ...orders, name: 'three', type: 'JOB_TYPE_BATCH', state: 'JOB_STATE_DONE' });
    cloud.advance(61);
    const states = await Promise.all([pending, draining, batch].map(({ body }) => cloud.state(body.id)));
    expect(states).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_DRAINED', 'JOB_STATE_DONE']);
  });

  it('may have a state that no client knows: its name, or number 99', async () => {
    const { body } = await plant({ ...orders, state: 'JOB_STATE_FUTURE' });
    const state = async (query: string) =>
      ((await (await fetch(`${cloud.url}${base}/jobs/${body.id}?${query}`)).json()) as { currentState: unknown })
        .currentState;
    expect([await state('alt=json'), await state('$alt=json;enum-encoding=int')]).toEqual(['JOB_STATE_FUTURE', 99]);
    expect(await cloud.state(body.id)).toBe(99);
  });

  it('and launched ones can be given another fate', async () => {
    const id = await cloud.running();
    await plant({ id, behaviour: 'fail-after', seconds: 30, message: 'out of memory' });
    cloud.advance(31);
    expect([await cloud.state(id), await cloud.errors(id)]).toEqual(['JOB_STATE_FAILED', ['out of memory']]);
    const stuck = await plant({ ...orders, state: 'JOB_STATE_DRAINING', behaviour: 'drain-never-ends' });
    cloud.advance(100_000);
    expect(await cloud.state(stuck.body.id)).toBe('JOB_STATE_DRAINING');
    await plant({ id: stuck.body.id, behaviour: 'healthy' });
    cloud.advance(61);
    expect(await cloud.state(stuck.body.id)).toBe('JOB_STATE_DRAINED');
  });

  it.each([
    { name: 'Orders', project, region: location },
    { name: 'orders', project },
    { ...orders, colour: 'red' },
    { ...orders, template: 'gs://acme-templates/none.json' },
    { id: 'none', state: 'JOB_STATE_FAILED' },
  ])('that are malformed are refused: %j', async (spec) => {
    expect(await plant(spec)).toMatchObject({ status: 400, body: { error: expect.any(String) } });
  });
});

it('settings that are unknown or malformed are refused and change nothing', async () => {
  const settings = async (body: object) => {
    const response = await cloud.control('/settings', { service: 'dataflow', ...body });
    return { status: response.status, body: await response.json() };
  };
  const before = await settings({});
  expect(before.body).toMatchObject({ listLagSeconds: 0, concurrentJobs: 25, flexRejections: 'late' });
  for (const wrong of [{ listLag: 1 }, { listLagSeconds: -1 }, { flexRejections: 'never' }])
    expect((await settings(wrong)).status).toBe(400);
  expect(await settings({})).toEqual(before);
});
