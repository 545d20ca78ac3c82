import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Local, spec, startDataflow, where } from './dataflow-local.js';

let cloud: Local;

beforeEach(async () => {
  cloud = await startDataflow();
  cloud.template();
});

afterEach(async () => {
  await cloud.end();
  expect(cloud.serviceErrors).toEqual([]);
});

const duration = (value: string) => `parallel_replace_job_min_parallel_pipelines_duration=${value}`;
const maxStop = (value: string) => `parallel_replace_job_max_stop_duration=${value}`;
const strategy = 'update_strategy_parallel_job_update';
const next = 'gs://acme-templates/next.json';

/** Launches and goes on until the service has looked at the job: refusals of flex templates come late. */
const checked = async (call: Parameters<Local['launch']>[0]) => {
  const id = await cloud.launch(call);
  cloud.advance(16);
  return { id, state: await cloud.state(id), errors: await cloud.errors(id) };
};

/** A job that runs for so long that the two-minute rule is no matter. */
const settled = async (call: Parameters<Local['launch']>[0] = {}) => {
  const id = await cloud.running(call);
  cloud.advance(120);
  return id;
};

describe('an in-place update', () => {
  it('keeps the old job running until the new one starts, then links both', async () => {
    const old = await cloud.running();
    const id = await cloud.launch({ update: true });
    expect(id).not.toBe(old);
    cloud.advance(65);
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_PENDING']);
    cloud.advance(6);
    expect(await cloud.get(old)).toMatchObject({ currentState: 'JOB_STATE_UPDATED', replacedByJobId: id });
    expect(await cloud.get(id)).toMatchObject({ currentState: 'JOB_STATE_RUNNING', replaceJobId: old });
  });

  it('without an active job of the name is 404', async () => {
    await expect(cloud.launch({ update: true })).rejects.toMatchObject({
      code: 404,
      message: expect.stringContaining('no active job named orders'),
    });
    const ended = await cloud.running();
    await cloud.request('JOB_STATE_CANCELLED', ended);
    cloud.advance(11);
    await expect(cloud.launch({ update: true })).rejects.toMatchObject({ code: 404 });
  });

  it('of a job that does not run yet, of one that is being updated, and of a batch job is refused', async () => {
    const old = await cloud.launch();
    await expect(cloud.launch({ update: true })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('not running yet'),
    });
    cloud.advance(71);
    await cloud.launch({ update: true });
    await expect(cloud.launch({ update: true })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining(`update of the job ${old} is already in progress`),
    });
    cloud.template(next, { behaviour: 'batch' });
    await cloud.running({ name: 'batch', template: next });
    await expect(cloud.launch({ name: 'batch', template: next, update: true })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('Only streaming jobs'),
    });
  });

  it('rescues a job whose drain never ends', async () => {
    cloud.template(spec, { behaviour: 'drain-never-ends' });
    const old = await cloud.running();
    await cloud.request('JOB_STATE_DRAINED', old);
    cloud.advance(100_000);
    expect(await cloud.state(old)).toBe('JOB_STATE_DRAINING');
    const id = await cloud.running({ update: true });
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_UPDATED', 'JOB_STATE_RUNNING']);
  });

  it('to an incompatible artifact fails the new job and leaves the old one alone', async () => {
    const old = await cloud.running();
    cloud.template(next, { behaviour: 'incompatible', message: 'The coder of Enrich has changed.' });
    const id = await cloud.running({ template: next, update: true });
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_FAILED']);
    expect(await cloud.errors(id)).toEqual([
      `Workflow failed. Causes: The new job is not compatible with ${old}. The original job has not been aborted., The coder of Enrich has changed.`,
    ]);
    expect((await cloud.get(old)).replacedByJobId).toBe('');
    expect(await cloud.running({ update: true })).not.toBe('');
  });

  it.each([
    ['without a mapping', {}, 'JOB_STATE_FAILED'],
    ['with the mapping', { Enrich: 'EnrichV2' }, 'JOB_STATE_RUNNING'],
    ['with the step mapped to nothing', { Enrich: '' }, 'JOB_STATE_RUNNING'],
  ])('that renames a step %s: %j, %s', async (_, mapping, state) => {
    cloud.template(spec, { steps: ['Read', 'Enrich'] });
    await cloud.running();
    cloud.template(next, { steps: ['Read', 'EnrichV2'] });
    const id = await cloud.running({ template: next, update: true, mapping });
    expect(await cloud.state(id)).toBe(state);
    expect(await cloud.errors(id)).toEqual(
      state === 'JOB_STATE_RUNNING' ? [] : [expect.stringContaining('missing steps Enrich.')],
    );
  });

  it('fails when the old job ends before the new one is ready', async () => {
    const old = await cloud.running();
    const id = await cloud.launch({ update: true });
    await cloud.request('JOB_STATE_CANCELLED', old);
    cloud.advance(71);
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_CANCELLED', 'JOB_STATE_FAILED']);
  });

  it('is what create_or_update_job does where the name is active; else it creates', async () => {
    const first = await cloud.running({ options: ['create_or_update_job'] });
    const second = await cloud.running({ options: ['create_or_update_job', 'update_strategy_in_place_update'] });
    expect([await cloud.state(first), await cloud.state(second)]).toEqual(['JOB_STATE_UPDATED', 'JOB_STATE_RUNNING']);
  });

  it('takes no place of the quota', async () => {
    await cloud.control('/settings', { service: 'dataflow', concurrentJobs: 1 });
    const old = await settled();
    const refused = cloud.launch({ update: true, options: [strategy, duration('10m')] });
    await expect(refused).rejects.toMatchObject({ code: 429 });
    await cloud.running({ update: true });
    expect(await cloud.state(old)).toBe('JOB_STATE_UPDATED');
  });
});

describe('a parallel update under the same name', () => {
  it.each([
    ['the update flag', { update: true }, []],
    ['create_or_update_job', {}, ['create_or_update_job']],
  ])('by %s runs both, then drains the old one', async (_, call, more) => {
    const old = await settled();
    const id = await cloud.running({ ...call, options: [strategy, duration('10m'), ...more] });
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_RUNNING']);
    cloud.advance(590);
    expect(await cloud.state(old)).toBe('JOB_STATE_RUNNING');
    cloud.advance(11);
    expect(await cloud.state(old)).toBe('JOB_STATE_DRAINING');
    cloud.advance(60);
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_DRAINED', 'JOB_STATE_RUNNING']);
    expect(await cloud.get(id)).toMatchObject({ replaceJobId: '' });
  });

  it('links the jobs where that is set', async () => {
    await cloud.control('/settings', { service: 'dataflow', parallelLinks: true });
    const old = await settled();
    const id = await cloud.running({ update: true, options: [strategy, duration('10m')] });
    expect(await cloud.get(id)).toMatchObject({ replaceJobId: old });
    expect(await cloud.get(old)).toMatchObject({ replacedByJobId: id });
  });

  it('within two minutes of the old job’s start is refused', async () => {
    const old = await cloud.running();
    const refused = await checked({ update: true, options: [strategy, duration('10m')] });
    expect(refused).toMatchObject({
      state: 'JOB_STATE_FAILED',
      errors: [expect.stringContaining('less than 2 minutes ago')],
    });
    cloud.advance(50);
    expect((await checked({ update: true, options: [strategy, duration('10m')] })).state).toBe('JOB_STATE_PENDING');
    expect(await cloud.state(old)).toBe('JOB_STATE_RUNNING');
  });

  it('leaves the old job alone when the new one fails within the overlap, unless set otherwise', async () => {
    cloud.template(next, { behaviour: 'fail-after', seconds: 5 });
    const old = await settled();
    await cloud.running({ template: next, update: true, options: [strategy, duration('10m')] });
    cloud.advance(1000);
    expect(await cloud.state(old)).toBe('JOB_STATE_RUNNING');
    await cloud.control('/settings', { service: 'dataflow', drainsAfterNewEnded: true });
    await cloud.running({ template: next, update: true, options: [strategy, duration('10m')] });
    cloud.advance(1000);
    expect(await cloud.state(old)).toBe('JOB_STATE_DRAINED');
  });

  it('without the flag or create_or_update_job is refused for want of a job to replace', async () => {
    const old = await settled();
    const refused = await checked({ options: [strategy, duration('10m')] });
    expect(refused.errors).toEqual([
      expect.stringContaining(
        'The parallel replace job requires you to set either the parallel_replace_job_id field or the parallel_replace_job_name field.',
      ),
    ]);
    expect(await cloud.state(old)).toBe('JOB_STATE_RUNNING');
  });

  it('as a first deployment: create_or_update_job creates, the flag alone does not', async () => {
    const created = await checked({ options: [strategy, duration('10m'), 'create_or_update_job'] });
    expect(created.state).toBe('JOB_STATE_PENDING');
    const refused = await checked({ name: 'other', update: true, options: [strategy, duration('10m')] });
    expect(refused.errors).toEqual([expect.stringContaining('The parallel replace job name other was not found.')]);
  });

  it('needs room in the quota', async () => {
    await settled();
    await cloud.control('/settings', { service: 'dataflow', concurrentJobs: 1 });
    await expect(cloud.launch({ update: true, options: [strategy, duration('10m')] })).rejects.toMatchObject({
      code: 429,
    });
  });
});

describe('a parallel update under another name', () => {
  it.each(['name', 'id', 'both'])('by %s runs both, then drains the old one', async (by) => {
    const old = await cloud.running({ name: 'orders-a' });
    const name = 'parallel_replace_job_name=orders-a';
    const targets =
      { name: [name], id: [`parallel_replace_job_id=${old}`], both: [name, `parallel_replace_job_id=${old}`] }[by] ??
      [];
    const id = await cloud.running({ name: 'orders-b', options: [...targets, duration('10m')] });
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_RUNNING', 'JOB_STATE_RUNNING']);
    cloud.advance(661);
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_DRAINED', 'JOB_STATE_RUNNING']);
  });

  const replace = 'parallel_replace_job_name=orders-a';
  it.each([
    [
      'no duration',
      [replace],
      'The parallel replace job requires you to set the parallel_replace_job_min_parallel_pipelines_duration field.',
    ],
    [
      'a bad duration',
      [replace, duration('ten')],
      'An invalid duration string ten is set for `parallel_replace_job_min_parallel_pipelines_duration`. Set a valid duration string, such as 10s, 1m, or 1h. but not longer than 31 days.',
    ],
    ['a duration over 31 days', [replace, duration('745h')], 'An invalid duration string 745h is set for'],
    [
      'a bad drain time',
      [replace, maxStop('1x')],
      'An invalid duration string 1x is set for `parallel_replace_job_max_stop_duration`.',
    ],
    [
      'an unknown name',
      ['parallel_replace_job_name=none', duration('1m')],
      'The parallel replace job name none was not found.',
    ],
    [
      'an unknown id',
      ['parallel_replace_job_id=none', duration('1m')],
      'The parallel replace job id none was not found.',
    ],
    ['an ended job', ['parallel_replace_job_name=ended', duration('1m')], 'is not in a active state.'],
    [
      'a batch job',
      ['parallel_replace_job_name=batch', duration('1m')],
      'The parallel replace job must be a streaming job.',
    ],
    [
      'an id of another name',
      ['parallel_replace_job_id=$ID', 'parallel_replace_job_name=other', duration('1m')],
      'must point to a job with name other.',
    ],
  ])('with %s is refused in the service’s words, and the old job goes on', async (_, options, text) => {
    const old = await cloud.running({ name: 'orders-a' });
    const ended = await cloud.running({ name: 'ended' });
    await cloud.request('JOB_STATE_CANCELLED', ended);
    cloud.template(next, { behaviour: 'batch', seconds: 100_000 });
    await cloud.running({ name: 'batch', template: next });
    const refused = await checked({ name: 'orders-b', options: options.map((option) => option.replace('$ID', old)) });
    expect(refused).toMatchObject({ state: 'JOB_STATE_FAILED', errors: [expect.stringContaining(text)] });
    cloud.advance(100_000);
    expect(await cloud.state(old)).toBe('JOB_STATE_RUNNING');
  });

  it('is refused for a job without Streaming Engine', async () => {
    await cloud.running({ name: 'orders-a' });
    cloud.template(next, null, { sdkInfo: { language: 'JAVA' } });
    const options = [replace, duration('10m')];
    const refused = await checked({
      name: 'orders-b',
      template: next,
      options,
      environment: { enableStreamingEngine: false },
    });
    expect(refused.errors).toEqual([
      expect.stringContaining('Parallel replace job is only supported for Streaming Engine.'),
    ]);
    const accepted = await checked({
      name: 'orders-c',
      template: next,
      options,
      environment: { enableStreamingEngine: true },
    });
    expect(accepted.state).toBe('JOB_STATE_PENDING');
  });

  it('is refused by the call itself where that is set', async () => {
    await cloud.control('/settings', { service: 'dataflow', flexRejections: 'synchronous' });
    await expect(cloud.launch({ options: ['parallel_replace_job_name=none', duration('1m')] })).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('name none was not found'),
    });
    expect(await cloud.list('ALL')).toEqual([]);
  });

  it('with both strategies is refused by the call itself', async () => {
    await expect(
      cloud.launch({ update: true, options: [strategy, 'update_strategy_in_place_update'] }),
    ).rejects.toMatchObject({ code: 400, message: expect.stringContaining('mutually exclusive') });
  });

  it('to a name that another job holds is 409', async () => {
    await cloud.running({ name: 'orders-a' });
    await cloud.running({ name: 'orders-b' });
    await expect(cloud.launch({ name: 'orders-b', options: [replace, duration('1m')] })).rejects.toMatchObject({
      code: 409,
    });
  });
});

describe('a drain that does not end in time', () => {
  beforeEach(() => {
    cloud.template(spec, { behaviour: 'drain-never-ends' });
  });

  it('is cancelled by default, and not where that is switched off', async () => {
    for (const [name, more, state] of [
      ['one', [], 'JOB_STATE_CANCELLED'],
      ['two', ['parallel_replace_job_cancel_on_drain_timeout=false'], 'JOB_STATE_DRAINING'],
    ] as const) {
      const old = await settled({ name });
      await cloud.running({ name, update: true, options: [strategy, duration('1m'), maxStop('5m'), ...more] });
      cloud.advance(61 + 290);
      expect(await cloud.state(old)).toBe('JOB_STATE_DRAINING');
      cloud.advance(30);
      expect(await cloud.state(old)).toBe(state);
    }
  });

  it('goes on for ever without a time', async () => {
    const old = await settled();
    await cloud.running({ update: true, options: [strategy, duration('1m')] });
    cloud.advance(10_000_000);
    expect(await cloud.state(old)).toBe('JOB_STATE_DRAINING');
  });
});

describe('stop and replace', () => {
  it('starts the new job when the old one has drained', async () => {
    cloud.template(spec, { drainSeconds: 300 });
    const old = await settled();
    const id = await cloud.running({ update: true, options: [strategy, maxStop('30m')] });
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_DRAINING', 'JOB_STATE_PENDING']);
    cloud.advance(300);
    expect([await cloud.state(old), await cloud.state(id)]).toEqual(['JOB_STATE_DRAINED', 'JOB_STATE_RUNNING']);
  });

  it.each([
    ['cancels', [], 'JOB_STATE_CANCELLED'],
    ['keeps', ['parallel_replace_job_cancel_on_drain_timeout=false'], 'JOB_STATE_DRAINING'],
  ])('%s an old job whose drain takes too long', async (_, more, state) => {
    cloud.template(spec, { behaviour: 'drain-never-ends' });
    const old = await settled();
    const id = await cloud.running({ update: true, options: [strategy, maxStop('30m'), ...more] });
    cloud.advance(1700);
    expect(await cloud.state(id)).toBe('JOB_STATE_PENDING');
    cloud.advance(200);
    expect([await cloud.state(old), await cloud.state(id)]).toEqual([state, 'JOB_STATE_RUNNING']);
  });
});

describe('graph_validate_only', () => {
  it('ends DONE or FAILED and never touches the running job', async () => {
    const old = await cloud.running();
    const good = await cloud.running({ update: true, options: ['graph_validate_only'] });
    cloud.template(next, { behaviour: 'incompatible' });
    const bad = await cloud.running({ template: next, update: true, options: ['graph_validate_only'] });
    cloud.advance(1000);
    expect([await cloud.state(good), await cloud.state(bad), await cloud.state(old)]).toEqual([
      'JOB_STATE_DONE',
      'JOB_STATE_FAILED',
      'JOB_STATE_RUNNING',
    ]);
    const [messages] = await cloud.clients.messages.listJobMessages({ ...where, jobId: good });
    expect(messages.map(({ messageText }) => messageText)).toEqual([
      `Workflow job: ${good} succeeded validation. Marking graph_validate_only job as Done.`,
    ]);
    expect((await cloud.get(old)).replacedByJobId).toBe('');
  });

  it('needs a running job', async () => {
    await expect(cloud.launch({ update: true, options: ['graph_validate_only'] })).rejects.toMatchObject({ code: 404 });
  });
});

it('two active jobs of one name: a third update takes the newest that runs', async () => {
  const first = await settled();
  const second = await settled({ update: true, options: [strategy, duration('10h')] });
  const third = await cloud.running({ update: true });
  expect([await cloud.state(first), await cloud.state(second), await cloud.state(third)]).toEqual([
    'JOB_STATE_RUNNING',
    'JOB_STATE_UPDATED',
    'JOB_STATE_RUNNING',
  ]);
  expect(await cloud.list('ACTIVE', 'orders')).toHaveLength(2);
});
