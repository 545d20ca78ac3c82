import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { common, seen, subject, type World, world } from './world.js';

let local: World;
beforeEach(async () => {
  local = await world();
});
afterEach(() => local.end());

const planted = async () => String((await local.plant({ jobName: 'clicks' }))['id']);
const stop = async (id: string) => {
  const run = await seen(local.session, id);
  await local.forget();
  return local.drive(local.session.can.stop, { ...common, run });
};
const states = async () => new Map((await local.session.look(subject)).map(({ id, engineState }) => [id, engineState]));

it('stops a run and waits until it has ended', async () => {
  const id = await planted();
  expect(await stop(id)).toEqual({ state: 'succeeded', run: id, snapshot: null });
  expect((await states()).get(id)).toBe('STOPPED');
  expect(await local.writes()).toEqual(['BatchStopJobRun']);
});

it('only follows a run that is stopping already', async () => {
  const id = await planted();
  await local.plant({ run: id, fate: 'stop' });
  expect(await stop(id)).toMatchObject({ state: 'succeeded' });
  expect(await local.writes()).toEqual([]);
});

it('takes a run that ended meanwhile as stopped', async () => {
  const id = await planted();
  const run = await seen(local.session, id);
  await local.plant({ run: id, fate: 'fail' });
  expect(await local.drive(local.session.can.stop, { ...common, run })).toMatchObject({ state: 'succeeded', run: id });
});

it('takes a run that somebody else is stopping as being stopped', async () => {
  const id = await planted();
  const run = await seen(local.session, id);
  await local.plant({ run: id, fate: 'stop' });
  expect(await local.drive(local.session.can.stop, { ...common, run })).toMatchObject({ state: 'succeeded' });
  expect((await states()).get(id)).toBe('STOPPED');
});

it('reads the error of the run in an answer that says 200', async () => {
  const run = { ...(await seen(local.session, await planted())), id: 'jr_unknown' };
  expect(await local.drive(local.session.can.stop, { ...common, run })).toMatchObject({
    state: 'failed',
    code: 'glue-run-missing',
    message: expect.stringContaining('EntityNotFoundException'),
  });
});

it.each([0, 3600])(
  'stops the run that took over by a maintenance restart, also where lists are %i s late',
  async (listLagSeconds) => {
    const id = await planted();
    const run = await seen(local.session, id);
    await local.set({ listLagSeconds });
    await local.plant({ run: id, fate: 'expire' });
    expect(await local.drive(local.session.can.stop, { ...common, run })).toEqual({
      state: 'succeeded',
      run: `${id}_restart_1`,
      snapshot: null,
    });
    await local.set({ listLagSeconds: 0 });
    expect(await states()).toEqual(
      new Map([
        [id, 'EXPIRED'],
        [`${id}_restart_1`, 'STOPPED'],
      ]),
    );
  },
);

it('never touches another run of the job', async () => {
  await local.create({ ExecutionProperty: { MaxConcurrentRuns: 2 } });
  const id = await planted();
  const other = await planted();
  await stop(id);
  expect((await states()).get(other)).toBe('RUNNING');
});

it('throws where the answer was lost; the next call finds the run stopping', async () => {
  const id = await planted();
  await local.fault({ operation: 'BatchStopJobRun', when: 'after', effect: 'reset' });
  await expect(stop(id)).rejects.toMatchObject({ code: 'glue-answer-unknown', class: 'transient' });
  expect(await stop(id)).toMatchObject({ state: 'succeeded' });
  expect(await local.writes()).toEqual([]);
});

it('waits where it is throttled, and tells a missing right', async () => {
  const id = await planted();
  await local.fault({ operation: 'BatchStopJobRun', when: 'before', effect: 'status', status: 403 });
  expect(await stop(id)).toMatchObject({ state: 'failed', code: 'glue-access-denied' });
  await local.fault({ operation: 'BatchStopJobRun', when: 'before', effect: 'status', status: 429 });
  expect(await stop(id)).toMatchObject({ state: 'succeeded' });
});

it('asks again where a run goes on as if it had not been asked', async () => {
  const id = await planted();
  const run = await seen(local.session, id);
  const memo = { run: id, askedAt: local.clock.now() - 61_000 };
  const progress = await local.session.can.stop?.({ ...common, run, memo });
  expect(progress).toMatchObject({ state: 'running', memo: { run: id, askedAt: null } });
});
