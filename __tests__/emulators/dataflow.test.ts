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
const raw = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(cloud.url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('a launch of a flex template', () => {
  it('goes QUEUED, PENDING, RUNNING over the documented times', async () => {
    const id = await cloud.launch();
    expect(id).toMatch(/^\d{4}-\d\d-\d\d_\d\d_\d\d_\d\d-\d{19}$/);
    expect(await cloud.state(id)).toBe('JOB_STATE_QUEUED');
    cloud.advance(11);
    expect(await cloud.state(id)).toBe('JOB_STATE_PENDING');
    cloud.advance(60);
    expect(await cloud.state(id)).toBe('JOB_STATE_RUNNING');
  });

  it('goes through all of it when the clock jumps, each state at its own time', async () => {
    cloud.template(spec, { behaviour: 'fail-after', seconds: 40, message: 'boom' });
    const id = await cloud.launch();
    const [before] = await cloud.clients.jobs.getJob({ ...where, jobId: id });
    cloud.advance(1_000_000);
    const [job] = await cloud.clients.jobs.getJob({ ...where, jobId: id });
    expect(job.currentState).toBe('JOB_STATE_FAILED');
    expect(Number(job.currentStateTime?.seconds) - Number(before.createTime?.seconds)).toBe(10 + 60 + 40);
  });

  it('of a name that is taken is 409, of another region or of an ended job it is not', async () => {
    const id = await cloud.running();
    await expect(cloud.launch()).rejects.toMatchObject({
      code: 409,
      message: expect.stringContaining('There is already an active job named orders'),
    });
    await raw('POST', `/v1b3/projects/${project}/locations/us-east1/flexTemplates:launch`, {
      launchParameter: { jobName: 'orders', containerSpecGcsPath: spec },
    });
    await cloud.request('JOB_STATE_CANCELLED', id);
    await expect(cloud.launch()).rejects.toMatchObject({ code: 409 });
    cloud.advance(11);
    expect(await cloud.launch()).not.toBe(id);
  });

  it.each([
    ['an absent spec', { template: 'gs://acme-templates/none.json' }, 404, 'gs://acme-templates/none.json'],
    ['a path that is none', { template: 'orders.json' }, 400, 'Cloud Storage path'],
    ['an upper-case name', { name: 'Orders' }, 400, 'Invalid job name'],
    ['a name with a dash at the end', { name: 'orders-' }, 400, 'Invalid job name'],
    ['an upper-case label', { labels: { Rev: 'x' } }, 400, 'Invalid label key'],
    ['a label value with a dot', { labels: { rev: '1.0' } }, 400, 'Invalid label value'],
    ['a label value of 64 characters', { labels: { rev: 'a'.repeat(64) } }, 400, 'Invalid label value'],
    [
      '65 labels',
      { labels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`l${n}`, ''])) },
      400,
      'Too many labels',
    ],
  ])('is refused for %s', async (_, call, code, text) => {
    await expect(cloud.launch(call)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    expect(await cloud.list('ALL')).toEqual([]);
  });

  it.each([
    ['no JSON', 'text'],
    ['no image', '{"metadata": {}}'],
    ['an unknown behaviour', '{"image": "i", "x-emulator": {"behaviour": "explode"}}'],
  ])('is refused for a spec with %s', async (_, content) => {
    cloud.storage.write(spec, content);
    await expect(cloud.launch()).rejects.toMatchObject({ code: 400 });
  });

  it('checks parameters against the metadata, all at once', async () => {
    const parameters = [
      { name: 'inputSubscription', isOptional: false, regexes: ['^projects/[^/]+/subscriptions/[^/]+$'] },
      { name: 'table', isOptional: false },
      { name: 'window', isOptional: true },
    ];
    cloud.template(spec, null, { metadata: { name: 'orders', parameters } });
    const { status, body } = await raw('POST', `${base}/flexTemplates:launch`, {
      launchParameter: {
        jobName: 'orders',
        containerSpecGcsPath: spec,
        parameters: { inputSubscription: 'x', extra: '1' },
      },
    });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      error: {
        status: 'INVALID_ARGUMENT',
        details: [
          {
            parameterViolations: [
              { parameter: 'inputSubscription', description: expect.stringContaining("didn't match regex") },
              { parameter: 'table', description: 'Missing required parameter' },
              { parameter: 'extra', description: 'Unrecognized parameter' },
            ],
          },
        ],
      },
    });
    await cloud.launch({ parameters: { inputSubscription: 'projects/a/subscriptions/b', table: 't' } });
  });

  it('that only validates checks the request and creates nothing', async () => {
    expect(await cloud.launch({ validateOnly: true })).toBe('');
    await expect(cloud.launch({ validateOnly: true, name: 'X' })).rejects.toMatchObject({ code: 400 });
    expect(await cloud.list('ALL')).toEqual([]);
  });

  it('beyond 25 active jobs of a project is 429, whatever the region', async () => {
    for (let n = 0; n < 25; n += 1) await cloud.launch({ name: `job-${n}` });
    await expect(cloud.launch({ name: 'one-more' })).rejects.toMatchObject({ code: 429 });
    const { status, body } = await raw('POST', `/v1b3/projects/${project}/locations/us-east1/flexTemplates:launch`, {
      launchParameter: { jobName: 'far', containerSpecGcsPath: spec },
    });
    expect([status, body]).toMatchObject([429, { error: { status: 'RESOURCE_EXHAUSTED' } }]);
    await cloud.control('/settings', { service: 'dataflow', concurrentJobs: 26 });
    await cloud.launch({ name: 'one-more' });
  });

  it('shows what it was launched with', async () => {
    const id = await cloud.launch({
      parameters: { table: 't' },
      labels: { rev: 'abc' },
      environment: { maxWorkers: 7, numWorkers: 2, machineType: 'n2-standard-4' },
      options: ['use_runner_v2'],
    });
    const { body } = await raw('GET', `${base}/jobs/${id}?view=JOB_VIEW_ALL`);
    expect(body).toMatchObject({
      id,
      projectId: project,
      location,
      type: 'JOB_TYPE_STREAMING',
      labels: { rev: 'abc' },
      environment: {
        experiments: ['use_runner_v2'],
        workerPools: [
          {
            numWorkers: 2,
            machineType: 'n2-standard-4',
            workerHarnessContainerImage: 'registry.example/orders:1',
            autoscalingSettings: { maxNumWorkers: 7 },
          },
        ],
        sdkPipelineOptions: {
          options: { table: 't', maxNumWorkers: 7, jobName: 'orders', region: location, templateLocation: spec },
        },
      },
    });
  });
});

describe('how a run fares is the artifact’s doing', () => {
  it.each([
    ['fail-after', { seconds: 40 }, 71, 'JOB_STATE_RUNNING'],
    ['fail-after', { seconds: 40 }, 111, 'JOB_STATE_FAILED'],
    ['crash', {}, 76, 'JOB_STATE_FAILED'],
    ['late-rejection', {}, 11, 'JOB_STATE_PENDING'],
    ['late-rejection', {}, 16, 'JOB_STATE_FAILED'],
    ['slow-start', { seconds: 600 }, 600, 'JOB_STATE_PENDING'],
    ['slow-start', { seconds: 600 }, 611, 'JOB_STATE_RUNNING'],
    ['batch', { seconds: 30 }, 71, 'JOB_STATE_RUNNING'],
    ['batch', { seconds: 30 }, 101, 'JOB_STATE_DONE'],
    ['crash-loop', {}, 100_000, 'JOB_STATE_RUNNING'],
    ['stalled', {}, 100_000, 'JOB_STATE_RUNNING'],
    ['healthy', { queuedSeconds: 1, pendingSeconds: 2 }, 4, 'JOB_STATE_RUNNING'],
  ])('%s %j after %i s: %s', async (behaviour, more, seconds, state) => {
    cloud.template(spec, { behaviour, ...more });
    const id = await cloud.launch();
    cloud.advance(seconds);
    expect(await cloud.state(id)).toBe(state);
  });

  it('with its own message, of importance ERROR', async () => {
    cloud.template(spec, { behaviour: 'late-rejection', message: 'No such subscription.' });
    const id = await cloud.running();
    expect(await cloud.errors(id)).toEqual([
      expect.stringMatching(/^\([0-9a-f]{16}\): The workflow could not be created\. Causes: .*No such subscription\.$/),
    ]);
  });

  it('a crash loop goes on with errors, at most 100', async () => {
    cloud.template(spec, { behaviour: 'crash-loop', seconds: 10, message: 'SDK harness died' });
    const id = await cloud.running();
    cloud.advance(35);
    expect(await cloud.errors(id)).toEqual(['SDK harness died', 'SDK harness died', 'SDK harness died']);
    cloud.advance(1_000_000);
    expect((await cloud.errors(id)).length).toBeLessThanOrEqual(100);
  });

  it('a stalled run falls behind in its metrics, a healthy one does not', async () => {
    cloud.template('gs://acme-templates/stalled.json', { behaviour: 'stalled' });
    const stalled = await cloud.running({ name: 'stalled', template: 'gs://acme-templates/stalled.json' });
    const healthy = await cloud.running();
    cloud.advance(600);
    const lag = async (jobId: string) => {
      const [answer] = await cloud.clients.metrics.getJobMetrics({ ...where, jobId });
      return answer.metrics?.find(({ name }) => name?.name === 'SystemLag')?.scalar?.numberValue ?? Number.NaN;
    };
    expect(await lag(stalled)).toBeGreaterThanOrEqual(600);
    expect(await lag(healthy)).toBeLessThan(60);
  });

  it('where the service sees no artifact, by two labels', async () => {
    const create = { name: 'beam', type: 2, labels: { 'emulator-behaviour': 'fail-after', 'emulator-seconds': '7' } };
    const { body } = await raw('POST', `${base}/jobs`, create);
    cloud.advance(68);
    expect(await cloud.state(String(body['id']))).toBe('JOB_STATE_FAILED');
    expect((await raw('POST', `${base}/jobs`, { ...create, labels: { 'emulator-behaviour': 'explode' } })).status).toBe(
      400,
    );
  });
});

describe('classic templates', () => {
  const classic = 'gs://acme-templates/classic/orders';
  beforeEach(() => {
    const steps = ['Read', 'Enrich'].map((name, n) => ({
      name: `s${n}`,
      kind: 'ParallelDo',
      properties: { user_name: name },
    }));
    cloud.storage.write(
      classic,
      JSON.stringify({
        name: 'orders',
        type: 'JOB_TYPE_STREAMING',
        steps,
        environment: { experiments: ['enable_streaming_engine'] },
      }),
    );
    cloud.storage.write(`${classic}_metadata`, JSON.stringify({ name: 'Orders', parameters: [{ name: 'topic' }] }));
  });

  it('start PENDING, by both calls', async () => {
    const [created] = await cloud.clients.templates.createJobFromTemplate({
      ...where,
      jobName: 'one',
      gcsPath: classic,
      parameters: { topic: 't' },
    });
    const [launched] = await cloud.clients.templates.launchTemplate({
      ...where,
      gcsPath: classic,
      launchParameters: { jobName: 'two', parameters: { topic: 't' } },
    });
    expect([created.currentState, launched.job?.currentState]).toEqual(['JOB_STATE_PENDING', 'JOB_STATE_PENDING']);
    cloud.advance(61);
    expect(await cloud.state(launched.job?.id ?? '')).toBe('JOB_STATE_RUNNING');
  });

  it('check parameters, and with validateOnly nothing else', async () => {
    const call = (parameters: { [name: string]: string }, validateOnly = false) =>
      cloud.clients.templates.launchTemplate({
        ...where,
        gcsPath: classic,
        validateOnly,
        launchParameters: { jobName: 'one', parameters },
      });
    await expect(call({})).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('Missing required parameter'),
    });
    await call({ topic: 't' }, true);
    expect(await cloud.list('ALL')).toEqual([]);
    await expect(
      cloud.clients.templates.createJobFromTemplate({ ...where, jobName: 'one', gcsPath: `${classic}2` }),
    ).rejects.toMatchObject({ code: 404 });
  });

  it('refuse parallel options in the call itself', async () => {
    const call = cloud.clients.templates.launchTemplate({
      ...where,
      gcsPath: classic,
      launchParameters: {
        jobName: 'one',
        parameters: { topic: 't' },
        environment: { additionalExperiments: ['update_strategy_parallel_job_update'] },
      },
    });
    await expect(call).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('parallel_replace_job_min_parallel_pipelines_duration field'),
    });
  });

  it('describe themselves, and so do flex templates', async () => {
    const [legacy] = await cloud.clients.templates.getTemplate({ ...where, gcsPath: classic });
    expect([legacy.templateType, legacy.metadata?.parameters?.[0]?.name]).toEqual(['LEGACY', 'topic']);
    cloud.template(spec, null, { metadata: { name: 'Flex', parameters: [{ name: 'x', paramType: 'BOOLEAN' }] } });
    const [flex] = await cloud.clients.templates.getTemplate({ ...where, gcsPath: spec });
    expect([flex.templateType, flex.metadata?.parameters?.[0]?.paramType]).toEqual(['FLEX', 'BOOLEAN']);
    await expect(cloud.clients.templates.getTemplate({ ...where, gcsPath: 'gs://a/none' })).rejects.toMatchObject({
      code: 404,
    });
  });
});

describe('jobs.create', () => {
  const create = (more: Record<string, unknown> = {}) =>
    raw('POST', `${base}/jobs`, { name: 'beam', type: 2, clientRequestId: 'one', ...more });

  it('answers with the existing job where the name is active, and with 409 where the client request id is known', async () => {
    const first = await create();
    expect(first.body).toMatchObject({
      currentState: 'JOB_STATE_PENDING',
      clientRequestId: 'one',
      type: 'JOB_TYPE_STREAMING',
    });
    const second = await create({ clientRequestId: 'two' });
    expect([second.status, second.body['id'], second.body['clientRequestId']]).toEqual([200, first.body['id'], 'one']);
    const third = await create();
    expect([third.status, third.body]).toMatchObject([409, { error: { status: 'ALREADY_EXISTS' } }]);
  });

  it('replaces by job id, once: later it answers with the successor', async () => {
    const old = (await create()).body['id'];
    cloud.advance(61);
    const next = await create({ clientRequestId: 'two', replaceJobId: old, transformNameMapping: { a_b: 'c' } });
    expect(next.body).toMatchObject({ replaceJobId: old, transformNameMapping: { a_b: 'c' } });
    cloud.advance(61);
    expect(await cloud.get(String(old))).toMatchObject({
      currentState: 'JOB_STATE_UPDATED',
      replacedByJobId: next.body['id'],
    });
    const again = await create({ clientRequestId: 'three', replaceJobId: old });
    expect([again.status, again.body['id']]).toEqual([200, next.body['id']]);
    expect((await create({ clientRequestId: 'four', replaceJobId: 'none' })).status).toBe(404);
  });

  it('takes Beam’s experiments for Streaming Engine and its service options for a parallel update', async () => {
    const environment = {
      experiments: ['enable_streaming_engine'],
      workerPools: [{ autoscalingSettings: { maxNumWorkers: 4 } }],
    };
    const old = String((await create({ environment })).body['id']);
    cloud.advance(130);
    const serviceOptions = [
      'update_strategy_parallel_job_update',
      'parallel_replace_job_min_parallel_pipelines_duration=10m',
    ];
    const next = await create({
      clientRequestId: 'two',
      replaceJobId: old,
      environment: { ...environment, serviceOptions },
    });
    expect(next.status).toBe(200);
    cloud.advance(61);
    expect((await cloud.list()).map(({ currentState }) => currentState)).toEqual([
      'JOB_STATE_RUNNING',
      'JOB_STATE_RUNNING',
    ]);
    cloud.advance(600);
    expect(await cloud.state(old)).toBe('JOB_STATE_DRAINING');
  });
});

describe('lists', () => {
  it('of an empty project are {}', async () => {
    expect(await raw('GET', `${base}/jobs`)).toEqual({ status: 200, body: {} });
    expect(await cloud.list()).toEqual([]);
  });

  it('filter by state and exact name, in pages, as summaries with the state’s time', async () => {
    const ended = await cloud.running({ name: 'orders' });
    await cloud.request('JOB_STATE_CANCELLED', ended);
    cloud.advance(11);
    for (const name of ['orders', 'orders-returns', 'a']) await cloud.running({ name, labels: { rev: 'x' } });
    const names = (jobs: readonly { name: string }[]) => jobs.map(({ name }) => name);
    expect(names(await cloud.list('ACTIVE'))).toEqual(['a', 'orders-returns', 'orders']);
    expect(names(await cloud.list('TERMINATED'))).toEqual(['orders']);
    expect(names(await cloud.list('ALL'))).toEqual(['a', 'orders-returns', 'orders', 'orders']);
    expect(names(await cloud.list('ACTIVE', 'orders'))).toEqual(['orders']);
    const [all] = await cloud.clients.jobs.listJobs({ ...where, filter: 'ALL', pageSize: 1 }, { autoPaginate: true });
    expect(all).toHaveLength(4);
    const { body } = await raw('GET', `${base}/jobs?pageSize=3&view=JOB_VIEW_ALL`);
    const jobs = body['jobs'] as Record<string, unknown>[];
    expect([jobs.length, body['nextPageToken']]).toEqual([3, expect.any(String)]);
    for (const job of jobs) {
      expect(job['currentStateTime']).toEqual(expect.any(String));
      expect(job).not.toHaveProperty('labels');
      expect(job).not.toHaveProperty('environment');
    }
  });

  it('over all regions ignore the name, and name regions that do not answer', async () => {
    await cloud.launch();
    await raw('POST', `/v1b3/projects/${project}/locations/us-east1/flexTemplates:launch`, {
      launchParameter: { jobName: 'far', containerSpecGcsPath: spec },
    });
    const aggregated = async () =>
      (await raw('GET', `/v1b3/projects/${project}/jobs:aggregated?name=orders`)).body as {
        jobs: { name: string }[];
        failedLocation?: unknown;
      };
    expect((await aggregated()).jobs.map(({ name }) => name)).toEqual(['far', 'orders']);
    await cloud.control('/settings', { service: 'dataflow', failedLocations: ['us-east1'] });
    expect(await aggregated()).toMatchObject({ jobs: [{ name: 'orders' }], failedLocation: [{ name: 'us-east1' }] });
  });

  it('lag behind where that is set, new jobs and states alike; a get does not', async () => {
    await cloud.control('/settings', { service: 'dataflow', listLagSeconds: 30 });
    const id = await cloud.launch();
    expect(await cloud.list('ALL')).toEqual([]);
    expect(await cloud.state(id)).toBe('JOB_STATE_QUEUED');
    cloud.advance(31);
    expect(await cloud.state(id)).toBe('JOB_STATE_PENDING');
    expect(await cloud.list('ALL')).toMatchObject([{ id, currentState: 'JOB_STATE_QUEUED' }]);
  });

  it('stand still where that is set, until a time after they are first asked; a get does not', async () => {
    const first = await cloud.running();
    const since = new Date(cloud.clock.now()).toISOString();
    cloud.advance(10);
    const id = await cloud.launch({ name: 'later' });
    const listsStandStill = { since, seconds: 60 };
    await cloud.control('/settings', { service: 'dataflow', listsStandStill });
    cloud.advance(500);
    expect(await cloud.list('ALL')).toMatchObject([{ id: first }]);
    expect(await cloud.state(id)).toBe('JOB_STATE_RUNNING');
    cloud.advance(59);
    expect(await cloud.list('ALL')).toHaveLength(1);
    cloud.advance(2);
    expect(await cloud.list('ALL')).toHaveLength(2);
  });

  it.each(['filter=SOME', 'pageToken=x', 'pageSize=many'])('with a bad %s are 400', async (query) => {
    expect((await raw('GET', `${base}/jobs?${query}`)).status).toBe(400);
  });
});

describe('messages', () => {
  it('filter by severity, not by number, and by time, oldest first, in pages', async () => {
    cloud.template(spec, { behaviour: 'crash-loop', seconds: 10 });
    const id = await cloud.running();
    cloud.advance(25);
    const all = async (query = '') =>
      ((await raw('GET', `${base}/jobs/${id}/messages${query}`)).body['jobMessages'] ?? []) as {
        time: string;
        messageImportance: string;
      }[];
    const importances = async (query: string) => (await all(query)).map(({ messageImportance }) => messageImportance);
    expect(await importances('')).toEqual(['JOB_MESSAGE_DETAILED', 'JOB_MESSAGE_ERROR', 'JOB_MESSAGE_ERROR']);
    expect(await importances('?minimumImportance=JOB_MESSAGE_BASIC')).toEqual([
      'JOB_MESSAGE_ERROR',
      'JOB_MESSAGE_ERROR',
    ]);
    expect(await importances('?minimumImportance=5')).toEqual(['JOB_MESSAGE_ERROR', 'JOB_MESSAGE_ERROR']);
    const last = (await all())[2]?.time ?? '';
    expect(await all(`?startTime=${encodeURIComponent(last)}`)).toHaveLength(1);
    expect(await all(`?endTime=${encodeURIComponent(last)}`)).toHaveLength(2);
    const [paged] = await cloud.clients.messages.listJobMessages({ ...where, jobId: id, pageSize: 1 });
    expect(paged).toHaveLength(3);
    await expect(cloud.clients.messages.listJobMessages({ ...where, jobId: 'none' })).rejects.toMatchObject({
      code: 404,
    });
  });
});

describe('the wire', () => {
  it('answers numbers to who asks for them, under either name of alt, and names to others', async () => {
    const id = await cloud.running();
    const state = async (query: string) => (await raw('GET', `${base}/jobs/${id}?${query}`)).body['currentState'];
    expect(await state('$alt=json%3Benum-encoding=int')).toBe(2);
    expect(await state('%24alt=json%3Benum-encoding%3Dint')).toBe(2);
    expect(await state('alt=json')).toBe('JOB_STATE_RUNNING');
  });

  it('takes enums as numbers and names, fields in both spellings, unknown fields and missing ones', async () => {
    await raw('POST', `${base}/flexTemplates:launch`, {
      launch_parameter: {
        job_name: 'snake',
        container_spec_gcs_path: spec,
        environment: { additional_user_labels: { a_b: 'c_d' } },
        hologram: true,
      },
      extra: 1,
    });
    const [job] = await cloud.list();
    expect(job?.name).toBe('snake');
    expect((await cloud.get(job?.id ?? '')).labels).toEqual({ a_b: 'c_d' });
    for (const filter of ['3', 'ACTIVE'])
      expect(Object.keys((await raw('GET', `${base}/jobs?filter=${filter}`)).body)).toEqual(['jobs']);
    for (const view of ['2', 'ALL', 'JOB_VIEW_ALL', '3'])
      expect((await raw('GET', `${base}/jobs/${job?.id}?view=${view}`)).body).toHaveProperty('environment');
    expect((await raw('GET', `${base}/jobs/${job?.id}`)).body).not.toHaveProperty('environment');
  });

  it('says 404 for unknown jobs, regions and paths, and 400 for a body that is no JSON', async () => {
    const id = await cloud.launch();
    expect((await raw('GET', `${base}/jobs/none`)).body).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
    expect((await raw('GET', `/v1b3/projects/${project}/locations/us-east1/jobs/${id}`)).status).toBe(404);
    expect((await raw('GET', `/v1b3/projects/other/locations/${location}/jobs/${id}`)).status).toBe(404);
    expect((await raw('GET', '/v1b3/nothing')).status).toBe(404);
    const broken = await fetch(`${cloud.url}${base}/jobs`, { method: 'POST', body: '{' });
    expect(broken.status).toBe(400);
    expect((await raw('POST', `${base}/flexTemplates:launch`, { launchParameter: { jobName: 5 } })).status).toBe(400);
  });

  it('serves paths without a region for us-central1', async () => {
    cloud.storage.write('gs://acme-templates/classic', JSON.stringify({ type: 'JOB_TYPE_STREAMING' }));
    const { body } = await raw('POST', `/v1b3/projects/${project}/templates`, {
      jobName: 'home',
      gcsPath: 'gs://acme-templates/classic',
    });
    expect(body['location']).toBe('us-central1');
    expect((await raw('GET', `/v1b3/projects/${project}/jobs/${body['id']}`)).status).toBe(200);
  });

  it('gives faults in its own format', async () => {
    await cloud.control('/faults', {
      service: 'dataflow',
      operation: 'listJobs',
      when: 'before',
      effect: 'status',
      status: 503,
    });
    await expect(cloud.list()).rejects.toMatchObject({
      code: 503,
      message: expect.stringContaining('"status":"UNAVAILABLE"'),
    });
  });

  it('a launch whose answer is lost has started its job all the same', async () => {
    await cloud.control('/faults', {
      service: 'dataflow',
      operation: 'launchFlexTemplate',
      when: 'after',
      effect: 'status',
      status: 503,
    });
    await expect(cloud.launch()).rejects.toMatchObject({ code: 503 });
    expect(await cloud.list()).toMatchObject([{ name: 'orders' }]);
  });

  it('logs what writes: not a list, not a launch that only validates', async () => {
    await cloud.launch({ validateOnly: true });
    await cloud.list();
    await cloud.launch();
    const log = (await (await fetch(`${cloud.controlUrl}/requests`)).json()) as { operation: string; write: boolean }[];
    expect(log.map(({ operation, write }) => [operation, write])).toEqual([
      ['launchFlexTemplate', false],
      ['listJobs', false],
      ['launchFlexTemplate', true],
    ]);
  });
});

describe('snapshots', () => {
  it('become READY, end with their time to live, and a job can start from one', async () => {
    const id = await cloud.running();
    const [taken] = await cloud.clients.jobs.snapshotJob({
      ...where,
      jobId: id,
      ttl: { seconds: 3600 },
      description: 'before',
    });
    expect(taken).toMatchObject({ state: 'PENDING', sourceJobId: id });
    const snapshotId = taken.id ?? '';
    const from = { name: 'restored', type: 2, createdFromSnapshotId: snapshotId };
    expect((await raw('POST', `${base}/jobs`, from)).status).toBe(400);
    cloud.advance(31);
    const [ready] = await cloud.clients.snapshots.getSnapshot({ ...where, snapshotId });
    expect(ready).toMatchObject({ state: 'READY', description: 'before', region: location });
    expect((await raw('POST', `${base}/jobs`, from)).body).toMatchObject({ createdFromSnapshotId: snapshotId });
    const [listed] = await cloud.clients.snapshots.listSnapshots({ ...where, jobId: id });
    expect(listed.snapshots).toHaveLength(1);
    cloud.advance(3600);
    await expect(cloud.clients.snapshots.getSnapshot({ ...where, snapshotId })).rejects.toMatchObject({ code: 404 });
  });

  it('can be deleted, and are not taken of jobs that do not run', async () => {
    const id = await cloud.launch();
    await expect(cloud.clients.jobs.snapshotJob({ ...where, jobId: id })).rejects.toMatchObject({ code: 400 });
    cloud.advance(71);
    const [taken] = await cloud.clients.jobs.snapshotJob({ ...where, jobId: id });
    await cloud.clients.snapshots.deleteSnapshot({ ...where, snapshotId: taken.id ?? '' });
    expect((await raw('GET', `${base}/snapshots`)).body).toEqual({});
  });
});
