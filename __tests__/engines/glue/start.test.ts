import { StartJobRunCommand, UpdateJobCommand } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { updateOf } from '../../../src/engines/glue/definition.js';
import { noteArgument } from '../../../src/engines/glue/marks.js';
import type { JsonObject } from '../../../src/model/json.js';
import { launch, seen, stamp, subject, target, type World, world } from './world.js';

let local: World;
beforeEach(async () => {
  local = await world();
});
afterEach(() => local.end());

const call = (more: JsonObject = {}) => ({ ...launch, target: { ...target, ...more } });
const start = (more: JsonObject = {}) => local.drive(local.session.can.start, call(more));
const active = async () =>
  (await local.session.look(subject)).filter(({ state }) => state === 'starting' || state === 'running');

describe('a run', () => {
  it('carries its script, settings and stamp', async () => {
    await local.create();
    await local.forget();
    const progress = await start({ timeout: 0, 'extra-py-files': ['s3://b/1.zip'] });
    expect(await local.requests()).toEqual(['GetJob', 'StartJobRun', 'GetJobRun']);
    expect(progress).toEqual({ state: 'succeeded', run: expect.stringMatching(/^jr_/), snapshot: null });
    const run = await seen(local.session, progress.state === 'succeeded' ? (progress.run ?? '') : '');
    expect(run.stamp).toEqual(stamp);
    expect(run.shows).toMatchObject({
      script: target['script'],
      'extra-py-files': ['s3://b/1.zip'],
      arguments: { ...(target['arguments'] as JsonObject), '--job-language': 'python' },
      'worker-type': 'G.1X',
      workers: 3,
      timeout: 0,
    });
  });

  it('is not started where the look at the lock has grown too old meanwhile', async () => {
    await local.create();
    await local.forget();
    const late = { ...call(), isLate: () => true };
    expect(await local.session.can.start?.(late)).toMatchObject({ state: 'running' });
    expect(await local.requests()).toEqual(['GetJob']);
  });

  it.each(['merged', 'run'])(
    'has all arguments, whether Glue lays them over the defaults or not (%s)',
    async (shown) => {
      await local.set({ argumentsShown: shown });
      await local.create();
      await local.drive(local.session.can.prepare, call());
      await start();
      const [run] = await active();
      expect(run?.shows?.['arguments']).toEqual({ ...(target['arguments'] as JsonObject), '--job-language': 'python' });
      expect(JSON.stringify(run?.shows)).not.toContain(noteArgument);
    },
  );

  it('runs with `definition: leave` although the definition names another script', async () => {
    await local.create();
    const before = await local.definition();
    await start({ definition: 'leave' });
    expect(await local.definition()).toEqual(before);
    expect((await active())[0]?.shows).toMatchObject({ script: target['script'], workers: 3 });
  });

  it('is never queued behind the limit', async () => {
    await local.create({ JobRunQueuingEnabled: true });
    await local.plant({ jobName: 'clicks' });
    await expect(start()).rejects.toMatchObject({ code: 'glue-place-taken' });
    expect((await local.session.look(subject)).map(({ engineState }) => engineState)).toEqual(['RUNNING']);
  });
});

describe('what a run cannot carry', () => {
  it('is read before the start', async () => {
    await local.create();
    await local.drive(local.session.can.prepare, call({ definition: { GlueVersion: '5.0' } }));
    const job = await local.definition();
    await local.other.send(
      new UpdateJobCommand({ JobName: 'clicks', JobUpdate: { ...updateOf(job), GlueVersion: '3.0' } }),
    );
    await local.forget();
    expect(await start({ definition: { GlueVersion: '5.0' } })).toMatchObject({
      state: 'failed',
      code: 'glue-definition-moved',
      message: expect.stringContaining('GlueVersion'),
    });
    expect(await local.writes()).toEqual([]);
  });

  it('does not stop a start where it is as it should be', async () => {
    await local.create();
    await local.drive(local.session.can.prepare, call({ definition: { GlueVersion: '5.0' } }));
    expect(await start({ definition: { GlueVersion: '5.0' } })).toMatchObject({ state: 'succeeded' });
  });
});

describe('refusals', () => {
  it.each([
    ['a job that does not exist', false, {}, null, 'glue-job-missing'],
    ['settings that Glue does not take', true, { 'worker-type': 'G.99X' }, null, 'glue-run-refused'],
    ['a missing right', true, {}, 403, 'glue-access-denied'],
  ] as const)('%s', async (_, exists, more, status, code) => {
    if (exists) await local.create();
    if (status) await local.fault({ operation: 'StartJobRun', when: 'before', effect: 'status', status });
    expect(await start(more)).toMatchObject({ state: 'failed', code });
    expect(await active()).toEqual([]);
  });

  it('the limit of the account', async () => {
    await local.set({ runQuota: 1 });
    await local.create();
    await local.plant({ jobName: 'other' });
    expect(await start()).toMatchObject({ state: 'failed', code: 'glue-quota' });
  });
});

describe('lost answers', () => {
  it.each([
    ['reset', { effect: 'reset' }],
    ['503', { effect: 'status', status: 503 }],
    ['HTML page', { effect: 'status', status: 500, html: true }],
    ['time-out that Glue reports', { effect: 'status', status: 408 }],
  ])('a start is sent once and never again by itself (%s after the effect)', async (_, fault) => {
    await local.create();
    await local.forget();
    await local.fault({ operation: 'StartJobRun', when: 'after', ...fault });
    await expect(start()).rejects.toMatchObject({ code: 'glue-answer-unknown', class: 'transient' });
    expect(await local.writes()).toEqual(['StartJobRun']);
    const [run] = await active();
    expect(run?.stamp).toEqual(stamp);
  });

  it('a second start is refused by the limit, and finds the run of the first', async () => {
    await local.create();
    await local.fault({ operation: 'StartJobRun', when: 'after', effect: 'reset' });
    await expect(start()).rejects.toThrow('StartJobRun');
    const [run] = await active();
    expect(await start()).toEqual({ state: 'succeeded', run: run?.id, snapshot: null });
    expect(await active()).toHaveLength(1);
  });

  it('a start that took no effect can be made again', async () => {
    await local.create();
    await local.fault({ operation: 'StartJobRun', when: 'before', effect: 'reset' });
    await expect(start()).rejects.toThrow('StartJobRun');
    expect(await active()).toEqual([]);
    expect(await start()).toMatchObject({ state: 'succeeded' });
  });

  it('throttling is a definite no, and is waited out', async () => {
    await local.create();
    await local.fault({ operation: 'StartJobRun', when: 'before', effect: 'status', status: 429, times: 3 });
    expect(await start()).toMatchObject({ state: 'succeeded' });
    expect(await active()).toHaveLength(1);
  });
});

describe('the limit on concurrent runs', () => {
  it('is waited for while the old run is stopping', async () => {
    await local.create();
    const old = String((await local.plant({ jobName: 'clicks' }))['id']);
    await local.plant({ run: old, fate: 'stop' });
    expect(await start()).toMatchObject({ state: 'succeeded' });
    expect((await active()).map(({ stamp: of }) => of?.n)).toEqual([4]);
  });

  it('is told where another run is active', async () => {
    await local.create();
    const other = String((await local.plant({ jobName: 'clicks' }))['id']);
    await expect(start()).rejects.toMatchObject({ code: 'glue-place-taken', message: expect.stringContaining(other) });
  });

  it('is not waited for without an end', async () => {
    await local.create();
    await local.fault({ operation: 'StartJobRun', when: 'before', effect: 'status', status: 429, times: 1 });
    await local.set({ stopSeconds: 100_000 });
    const old = String((await local.plant({ jobName: 'clicks' }))['id']);
    await local.plant({ run: old, fate: 'stop' });
    expect(await start()).toMatchObject({ state: 'failed', code: 'glue-place-not-freed' });
  });

  it('lets a second run in where the definition allows it', async () => {
    await local.create({ ExecutionProperty: { MaxConcurrentRuns: 2 } });
    await local.plant({ jobName: 'clicks' });
    expect(await start()).toMatchObject({ state: 'succeeded' });
    expect(await active()).toHaveLength(2);
  });
});

it('says so where a run is not what was asked for', async () => {
  await local.create();
  const id = (await local.other.send(new StartJobRunCommand({ JobName: 'clicks' }))).JobRunId ?? '';
  const memo = { run: id };
  expect(await local.session.can.start?.({ ...call(), memo })).toMatchObject({
    state: 'failed',
    code: 'glue-run-not-as-asked',
    message: expect.stringContaining('--stream-rollout-revision'),
  });
});

it('stays certain of a start whose read-back fails', async () => {
  await local.create();
  await local.fault({ operation: 'GetJobRun', when: 'before', effect: 'status', status: 403 });
  const first = await local.session.can.start?.(call());
  expect(first).toMatchObject({ state: 'running', memo: { run: expect.stringMatching(/^jr_/) } });
  expect(
    await local.session.can.start?.({ ...call(), memo: first?.state === 'running' ? first.memo : null }),
  ).toMatchObject({
    state: 'succeeded',
  });
  expect(await active()).toHaveLength(1);
});

it('reads a run back although it shows late, and does not wait for ever', async () => {
  await local.create();
  const memo = { run: 'jr_never' };
  const poll = (of: JsonObject) => local.session.can.start?.({ ...call(), memo: of });
  expect(await poll(memo)).toMatchObject({ state: 'running', memo: { run: 'jr_never', readBacks: 1 } });
  await expect(poll({ ...memo, readBacks: 15 })).rejects.toMatchObject({
    code: 'glue-run-missing',
    class: 'transient',
  });
});

it('acts as the assumed role', async () => {
  const role = { 'assume-role': { arn: 'arn:aws:iam::210987654321:role/ci', 'external-id': '${secret.ID}' } };
  const elsewhere = await world({}, { ...target, ...role });
  try {
    await elsewhere.create();
    // The definition above is in the caller's account: the role's account has none.
    const progress = await elsewhere.drive(elsewhere.session.can.start, call(role));
    expect(progress).toMatchObject({
      state: 'failed',
      code: 'glue-job-missing',
      message: expect.stringContaining('210987654321'),
    });
  } finally {
    await elsewhere.end();
  }
});
