import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stampLabels } from '../../../src/engines/dataflow/labels.js';
import type { Run } from '../../../src/model/run.js';
import { common, launch, runIn, stamp, subject, type World, world } from './world.js';

let w: World;
let old: Run;

beforeEach(async () => {
  w = await world();
  old = await w.seen(await w.plant({ maxWorkers: 20 }));
});

afterEach(() => w.end());

const step = { ...stamp, step: 'overlap' };
const target = { ...launch.target, environment: { enableStreamingEngine: true } };
const without = { ...launch.target, environment: { enableStreamingEngine: false } };
const call = () => ({
  ...launch,
  target,
  stamp: { ...step, predecessor: old.id },
  predecessor: old,
  backstopSeconds: 3600,
  drainTimeoutSeconds: 1800,
});

describe('overlap', () => {
  it('runs both under one name; we drain the old one long before the backstop', async () => {
    const id = runIn(await w.drive(w.session.can.overlap, call()));
    expect(await w.states()).toEqual({ [old.id]: 'JOB_STATE_RUNNING', [id]: 'JOB_STATE_RUNNING' });
    const runs = await w.session.look(subject);
    expect(runs.map(({ name }) => name)).toEqual(['orders', 'orders']);
    expect(runIn(await w.drive(w.session.can.drain, { ...common, run: old }))).toBe(old.id);
    expect(await w.states()).toEqual({ [old.id]: 'JOB_STATE_DRAINED', [id]: 'JOB_STATE_RUNNING' });
    expect(await w.session.messages?.(await w.seen(id))).toEqual([]);
  });

  it('waits two minutes after the last start of the name, and launches once', async () => {
    const young = await w.plant({ name: 'young', startedSecondsAgo: 10 });
    const of = { ...subject, names: ['young'], target: { ...target, name: 'young' } };
    const run = await w.seen(young, of);
    const first = await w.session.can.overlap?.({ ...call(), subject: of, target: of.target, predecessor: run });
    expect(first).toMatchObject({ state: 'running' });
    expect((first as { retryAfterSeconds: number }).retryAfterSeconds).toBeGreaterThanOrEqual(110);
    expect(await w.writes()).toEqual([]);
    const id = runIn(
      await w.drive(w.session.can.overlap, { ...call(), subject: of, target: of.target, predecessor: run }),
    );
    expect((await w.seen(id, of)).state).toBe('running');
    expect(await w.writes()).toEqual(['launchFlexTemplate']);
  });

  it('carries the text of a refusal that comes with the call', async () => {
    await w.settings({ flexRejections: 'synchronous' });
    expect(await w.drive(w.session.can.overlap, { ...call(), target: without })).toMatchObject({
      state: 'failed',
      code: 'dataflow-parallel-refused',
      message: expect.stringContaining('only supported for Streaming Engine'),
    });
  });

  it('carries the text of a refusal that comes after the launch was accepted', async () => {
    expect(await w.drive(w.session.can.overlap, { ...call(), target: without })).toMatchObject({
      state: 'failed',
      code: 'dataflow-parallel-refused',
      message: expect.stringContaining('only supported for Streaming Engine'),
    });
    expect((await w.states())[old.id]).toBe('JOB_STATE_RUNNING');
  });

  it('refuses a backstop above 744 hours before anything is sent', async () => {
    expect(await w.drive(w.session.can.overlap, { ...call(), backstopSeconds: 744 * 3600 + 1 })).toMatchObject({
      state: 'failed',
      code: 'dataflow-backstop-too-long',
    });
    expect(await w.operations()).not.toContain('launchFlexTemplate');
  });

  it('is left by a drain of the service’s own at the backstop: told among the messages of the new run', async () => {
    const id = runIn(await w.drive(w.session.can.overlap, call()));
    w.advance(3700);
    const run = await w.seen(id);
    expect(await w.session.messages?.(run)).toMatchObject([
      { level: 'warning', text: expect.stringContaining('dataflow-overlap-drained-early') },
    ]);
    expect(w.lines).toHaveLength(1);
  });

  it.each([
    ['JOB_STATE_UPDATED', 'dataflow-overlap-in-place'],
    ['JOB_STATE_FAILED', 'dataflow-overlap-old-ended'],
  ])('reads back that the old run is %s', async (state, code) => {
    const running = await w.session.can.overlap?.(call());
    if (running?.state !== 'running') throw new Error('not launched');
    await w.change(old.id, { state });
    const id = runIn(await w.drive(w.session.can.overlap, { ...call(), memo: running.memo }));
    expect(await w.session.messages?.(await w.seen(id))).toMatchObject([{ text: expect.stringContaining(code) }]);
  });

  it('goes on polling a run that another process launched', async () => {
    const id = await w.plant({ labels: stampLabels(call().stamp) });
    expect(runIn(await w.drive(w.session.can.overlap, call()))).toBe(id);
    expect(await w.writes()).toEqual([]);
  });
});
