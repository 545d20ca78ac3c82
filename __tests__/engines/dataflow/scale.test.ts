import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Run } from '../../../src/model/run.js';
import { common, runIn, type World, world } from './world.js';

let w: World;
let run: Run;

beforeEach(async () => {
  w = await world();
  run = await w.seen(await w.plant({ maxWorkers: 20 }));
  await w.forget();
});

afterEach(() => w.end());

const call = (workers: { min?: number; max?: number; 'utilization-hint'?: number }) => ({
  ...common,
  run,
  scale: { workers },
});

describe('scale', () => {
  it('changes the bounds of the running job and reads them back', async () => {
    expect(runIn(await w.drive(w.session.can.scale, call({ min: 2, max: 40, 'utilization-hint': 0.6 })))).toBe(run.id);
    expect(await w.seen(run.id)).toMatchObject({
      state: 'running',
      scale: { workers: { min: 2, max: 40, 'utilization-hint': 0.6 } },
    });
    expect(await w.writes()).toEqual(['updateJob']);
  });

  it('leaves what is not given as it is', async () => {
    runIn(await w.drive(w.session.can.scale, call({ min: 2 })));
    runIn(await w.drive(w.session.can.scale, call({ max: 30 })));
    expect((await w.seen(run.id)).scale).toEqual({ workers: { min: 2, max: 30 } });
  });

  it('writes nothing where the run shows the bounds already', async () => {
    runIn(await w.drive(w.session.can.scale, call({ max: 20 })));
    expect(await w.writes()).toEqual([]);
  });

  it('waits until a new run runs', async () => {
    const young = await w.seen(await w.plant({ name: 'young', state: 'JOB_STATE_PENDING' }), {
      ...common.subject,
      names: ['young'],
    });
    runIn(await w.drive(w.session.can.scale, { ...call({ min: 2 }), run: young }));
    expect(await w.writes()).toEqual(['updateJob']);
  });

  it('says that Streaming Engine is needed', async () => {
    const old = await w.seen(await w.plant({ name: 'old', streamingEngine: false }), {
      ...common.subject,
      names: ['old'],
    });
    expect(await w.drive(w.session.can.scale, { ...call({ min: 2 }), run: old })).toMatchObject({
      state: 'failed',
      code: 'dataflow-streaming-engine-needed',
    });
  });

  it('says so where accepted bounds never show', async () => {
    const memo = { sentAt: w.ambient.clock.now() };
    expect(await w.drive(w.session.can.scale, { ...call({ min: 7 }), memo })).toMatchObject({
      state: 'failed',
      code: 'dataflow-scale-not-shown',
      message: expect.stringContaining('{"min":7}'),
    });
    expect(await w.writes()).toEqual([]);
  });

  it('fails on a run that has ended', async () => {
    await w.change(run.id, { state: 'JOB_STATE_CANCELLED' });
    expect(await w.drive(w.session.can.scale, call({ min: 2 }))).toMatchObject({
      state: 'failed',
      code: 'dataflow-run-ended',
    });
  });

  it('carries the text of a refusal', async () => {
    expect(await w.drive(w.session.can.scale, call({ min: 50, max: 40 }))).toMatchObject({
      state: 'failed',
      code: 'dataflow-invalid-argument',
      message: expect.stringContaining('must not be greater'),
    });
  });
});
