import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Run } from '../../../src/model/run.js';
import { common, runIn, type World, world } from './world.js';

let w: World;
let run: Run;

beforeEach(async () => {
  w = await world();
  run = await w.seen(await w.plant());
  await w.forget();
});

afterEach(() => w.end());

const call = () => ({ ...common, run });

describe('drain', () => {
  it('asks once and is over when the run is drained', async () => {
    expect(runIn(await w.drive(w.session.can.drain, call()))).toBe(run.id);
    expect(await w.states()).toEqual({ [run.id]: 'JOB_STATE_DRAINED' });
    expect(await w.writes()).toEqual(['updateJob']);
  });

  it('polls a drain that somebody else asked for', async () => {
    await w.change(run.id, { state: 'JOB_STATE_DRAINING' });
    runIn(await w.drive(w.session.can.drain, call()));
    expect(await w.writes()).toEqual([]);
  });

  it('that never ends goes on saying so, and sends nothing more', async () => {
    await w.change(run.id, { behaviour: 'drain-never-ends' });
    await expect(w.drive(w.session.can.drain, call())).rejects.toThrow('still running after 500 polls');
    expect(await w.seen(run.id)).toMatchObject({ state: 'draining' });
    expect(await w.writes()).toEqual(['updateJob']);
  });

  it('that ended as a failure has lost what it buffered', async () => {
    await w.change(run.id, { state: 'JOB_STATE_DRAINING', drainSeconds: 1000 });
    const first = await w.session.can.drain?.(call());
    expect(first).toMatchObject({ state: 'running' });
    await w.change(run.id, { state: 'JOB_STATE_FAILED' });
    expect(await w.session.can.drain?.(call())).toMatchObject({ state: 'failed', code: 'dataflow-drain-incomplete' });
  });

  it('with a lost answer is thrown, and is not asked for again', async () => {
    await w.fault({ operation: 'updateJob', when: 'after', effect: 'reset' });
    await expect(w.session.can.drain?.(call())).rejects.toMatchObject({ code: 'dataflow-answer-unknown' });
    runIn(await w.drive(w.session.can.drain, call()));
    expect(await w.writes()).toEqual(['updateJob']);
  });

  it('that is accepted and never shows is asked for three times in all', async () => {
    const memo = { sent: 3, sentAt: w.ambient.clock.now() };
    expect(await w.drive(w.session.can.drain, { ...call(), memo })).toMatchObject({
      state: 'failed',
      code: 'dataflow-change-ignored',
    });
    expect(await w.writes()).toEqual([]);
    runIn(await w.drive(w.session.can.drain, { ...call(), memo: { ...memo, sent: 2 } }));
    expect(await w.writes()).toEqual(['updateJob']);
  });

  it('of a run that is gone is failed', async () => {
    const gone = { ...run, id: '2020-01-01_00_00_00-1' };
    expect(await w.session.can.drain?.({ ...common, run: gone })).toMatchObject({
      state: 'failed',
      code: 'dataflow-not-found',
    });
  });

  it('names the permission that it lacks', async () => {
    await w.fault({ operation: 'updateJob', when: 'before', effect: 'status', status: 403 });
    expect(await w.session.can.drain?.(call())).toMatchObject({
      state: 'failed',
      code: 'dataflow-permission-denied',
      next: expect.stringContaining('dataflow.jobs.cancel'),
    });
  });
});

describe('stop', () => {
  it('cancels, and never by force', async () => {
    await w.change(run.id, { behaviour: 'cancel-never-ends' });
    await expect(w.drive(w.session.can.stop, call())).rejects.toThrow('still running');
    // Hours later: still one plain cancel.
    expect(await w.writes()).toEqual(['updateJob']);
    expect(await w.states()).toEqual({ [run.id]: 'JOB_STATE_CANCELLING' });
  });

  it('cancels a run that drains', async () => {
    await w.change(run.id, { state: 'JOB_STATE_DRAINING', drainSeconds: 100_000 });
    runIn(await w.drive(w.session.can.stop, call()));
    expect(await w.states()).toEqual({ [run.id]: 'JOB_STATE_CANCELLED' });
  });

  it('is over at once where the run has ended', async () => {
    await w.change(run.id, { state: 'JOB_STATE_FAILED' });
    expect(runIn(await w.drive(w.session.can.stop, call()))).toBe(run.id);
    expect(await w.writes()).toEqual([]);
  });

  it('asks a young run again after a pause', async () => {
    const young = await w.seen(await w.plant({ name: 'young', startedSecondsAgo: 1 }), {
      ...common.subject,
      names: ['young'],
    });
    runIn(await w.drive(w.session.can.stop, { ...common, run: young }));
    expect((await w.states())[young.id]).toBe('JOB_STATE_CANCELLED');
    expect((await w.writes()).length).toBeGreaterThan(1);
  });
});
