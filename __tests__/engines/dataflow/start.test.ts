import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stampLabels } from '../../../src/engines/dataflow/labels.js';
import { launch, runIn, spec, stamp, subject, target, type World, world } from './world.js';

let w: World;

beforeEach(async () => {
  w = await world();
});

afterEach(() => w.end());

describe('start', () => {
  it('launches once, with its stamp, and is over when the run shows', async () => {
    const id = runIn(await w.drive(w.session.can.start, launch));
    expect(await w.writes()).toEqual(['launchFlexTemplate']);
    expect(await w.seen(id)).toMatchObject({
      name: 'orders',
      stamp,
      state: 'starting',
      scale: { workers: { max: 20 } },
    });
  });

  it('launches nothing where the look at the lock has grown too old meanwhile', async () => {
    expect(await w.session.can.start?.({ ...launch, isLate: () => true })).toMatchObject({ state: 'running' });
    expect(await w.writes()).toEqual([]);
  });

  it('finds its own run by the stamp, and launches nothing', async () => {
    const id = runIn(await w.drive(w.session.can.start, launch));
    await w.forget();
    expect(runIn(await w.drive(w.session.can.start, launch))).toBe(id);
    expect(await w.writes()).toEqual([]);
  });

  it('does not take another step’s run for its own', async () => {
    runIn(await w.drive(w.session.can.start, launch));
    const undo = { ...launch, stamp: { ...stamp, step: 'undo-start' } };
    expect(await w.drive(w.session.can.start, undo)).toMatchObject({ state: 'failed', code: 'dataflow-name-shared' });
  });

  it('launches a classic template', async () => {
    w.storage.write('gs://acme-templates/classic', JSON.stringify({ steps: [{ name: 's1' }] }));
    const classic = { ...target, 'template-type': 'classic', template: 'gs://acme-templates/classic' };
    const id = runIn(await w.drive(w.session.can.start, { ...launch, target: classic }));
    expect(await w.writes()).toEqual(['launchTemplate']);
    expect((await w.seen(id)).stamp).toEqual(stamp);
  });

  it('fills secrets in only for the call', async () => {
    const secret = { ...target, parameters: { token: '${secret.TOKEN}' } };
    const id = runIn(await w.drive(w.session.can.start, { ...launch, target: secret }));
    expect(JSON.stringify(await w.seen(id, { ...subject, target: secret }))).not.toContain('value-of-TOKEN');
    const shown = await w.seen(id, { ...subject, target: { ...target, parameters: { token: 'x' } } });
    expect(shown.shows).toMatchObject({ parameters: { token: 'value-of-TOKEN' } });
    expect(w.lines.join()).not.toContain('value-of-TOKEN');
  });

  it('waits for a run that drains and still holds the name, and refuses to start beside one that runs', async () => {
    const old = await w.plant({ state: 'JOB_STATE_DRAINING' });
    runIn(await w.drive(w.session.can.start, launch));
    expect((await w.states())[old]).toBe('JOB_STATE_DRAINED');
    const other = { ...launch, stamp: { ...stamp, n: 5 } };
    await w.forget();
    expect(await w.drive(w.session.can.start, other)).toMatchObject({ state: 'failed', code: 'dataflow-name-shared' });
    expect(await w.writes()).toEqual([]);
  });

  it('sends nothing after the process was cancelled', async () => {
    const signal = AbortSignal.abort();
    expect(await w.session.can.start?.({ ...launch, signal })).toMatchObject({ state: 'running', memo: {} });
    expect(await w.writes()).toEqual([]);
  });
});

describe('an answer that is not known', () => {
  it.each([
    ['503', { effect: 'status', status: 503 }],
    ['an HTML page', { effect: 'status', status: 502, html: true }],
    ['a reset', { effect: 'reset' }],
  ])('%s after the effect is thrown; the run is then found by its stamp', async (_, fault) => {
    await w.fault({ operation: 'launchFlexTemplate', when: 'after', ...fault });
    await expect(w.session.can.start?.(launch)).rejects.toMatchObject({
      code: 'dataflow-answer-unknown',
      class: 'transient',
    });
    expect(await w.writes()).toEqual(['launchFlexTemplate']);
    const id = runIn(await w.drive(w.session.can.start, launch));
    expect(Object.keys(await w.states())).toEqual([id]);
    expect(await w.writes()).toEqual(['launchFlexTemplate']);
  });

  it('409 is one: the name may be held by our own launch', async () => {
    await w.fault({ operation: 'launchFlexTemplate', when: 'before', effect: 'status', status: 409 });
    await expect(w.session.can.start?.(launch)).rejects.toMatchObject({ code: 'dataflow-answer-unknown' });
  });
});

describe('a definite no', () => {
  it.each([
    [400, 'dataflow-invalid-argument'],
    [404, 'dataflow-not-found'],
    [405, 'dataflow-refused'],
  ])('%i is failed', async (status, code) => {
    await w.fault({ operation: 'launchFlexTemplate', when: 'before', effect: 'status', status });
    expect(await w.drive(w.session.can.start, launch)).toMatchObject({ state: 'failed', code });
    expect(await w.writes()).toEqual(['launchFlexTemplate']);
  });

  it('401 is thrown: credentials that ended are no verdict on the rollout', async () => {
    await w.fault({ operation: 'launchFlexTemplate', when: 'before', effect: 'status', status: 401 });
    await expect(w.session.can.start?.(launch)).rejects.toMatchObject({ code: 'dataflow-not-authenticated' });
    runIn(await w.drive(w.session.can.start, launch));
  });

  it('403 names the permission', async () => {
    await w.fault({ operation: 'launchFlexTemplate', when: 'before', effect: 'status', status: 403 });
    expect(await w.drive(w.session.can.start, launch)).toMatchObject({
      state: 'failed',
      code: 'dataflow-permission-denied',
      next: expect.stringContaining('dataflow.jobs.create'),
    });
  });

  it('carries the text of the service', async () => {
    w.template(spec, {}, { metadata: { name: 'orders', parameters: [{ name: 'topic', isOptional: false }] } });
    expect(await w.drive(w.session.can.start, launch)).toMatchObject({
      state: 'failed',
      code: 'dataflow-invalid-argument',
      message: expect.stringContaining('parameters are invalid'),
    });
  });
});

describe('a quota', () => {
  it('that is free again soon only delays the launch', async () => {
    await w.fault({ operation: 'launchFlexTemplate', when: 'before', effect: 'status', status: 429, times: 2 });
    const first = await w.session.can.start?.(launch);
    expect(first).toMatchObject({ state: 'running', retryAfterSeconds: 20 });
    if (first?.state !== 'running') throw new Error('unreachable');
    // A poll that comes too early sends nothing.
    expect(await w.session.can.start?.({ ...launch, memo: first.memo })).toMatchObject({ state: 'running' });
    expect(await w.writes()).toHaveLength(1);
    runIn(await w.drive(w.session.can.start, { ...launch, memo: first.memo }));
    expect(await w.writes()).toHaveLength(3);
  });

  it('that stays used up is failed, and nothing runs', async () => {
    await w.settings({ concurrentJobs: 0 });
    expect(await w.drive(w.session.can.start, launch)).toMatchObject({ state: 'failed', code: 'dataflow-quota' });
    expect(await w.states()).toEqual({});
  });
});

describe('an accepted launch', () => {
  it('that named no run is looked for, and failed when none shows; it is not sent again', async () => {
    const memo = { sentAt: w.ambient.clock.now() };
    expect(await w.drive(w.session.can.start, { ...launch, memo })).toMatchObject({
      state: 'failed',
      code: 'dataflow-launch-without-run',
    });
    expect(await w.writes()).toEqual([]);
  });

  it('whose run never shows is failed', async () => {
    const memo = { run: '2026-01-01_00_00_00-1', sentAt: w.ambient.clock.now() };
    expect(await w.drive(w.session.can.start, { ...launch, memo })).toMatchObject({
      state: 'failed',
      code: 'dataflow-launch-without-run',
    });
  });

  it('whose run was cancelled by somebody is failed', async () => {
    const run = await w.plant({ labels: stampLabels(stamp), state: 'JOB_STATE_CANCELLED' });
    expect(await w.session.can.start?.({ ...launch, memo: { run } })).toMatchObject({
      state: 'failed',
      code: 'dataflow-ended-otherwise',
    });
  });
});

describe('a late rejection', () => {
  it('shows as a failed run with the first error, and fails the step that still polls', async () => {
    w.template(spec, { behaviour: 'late-rejection', message: 'The subscription does not exist.' });
    const id = runIn(await w.drive(w.session.can.start, launch));
    w.advance(60);
    expect(await w.seen(id)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('The subscription does not exist.'),
    });
    expect(await w.session.can.start?.({ ...launch, memo: { run: id } })).toMatchObject({
      state: 'failed',
      code: 'dataflow-launch-rejected',
      message: expect.stringContaining('The subscription does not exist.'),
    });
  });
});
