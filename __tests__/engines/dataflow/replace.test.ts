import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stampLabels } from '../../../src/engines/dataflow/labels.js';
import type { Run } from '../../../src/model/run.js';
import { launch, runIn, spec, stamp, type World, world } from './world.js';

let w: World;
let old: Run;

beforeEach(async () => {
  w = await world();
  old = await w.seen(await w.plant({ maxWorkers: 20 }));
});

afterEach(() => w.end());

const call = () => ({ ...launch, stamp: { ...stamp, step: 'replace', predecessor: old.id }, predecessor: old });

describe('replace', () => {
  it('updates in place: the new run takes over, the old one is marked as replaced', async () => {
    const id = runIn(await w.drive(w.session.can.replace, call()));
    expect(await w.states()).toEqual({ [old.id]: 'JOB_STATE_UPDATED', [id]: 'JOB_STATE_RUNNING' });
    expect(await w.seen(old.id)).toMatchObject({ state: 'replaced', replacedBy: id });
    expect(await w.writes()).toEqual(['launchFlexTemplate']);
  });

  it('never touches a sibling with the same beginning', async () => {
    const sibling = await w.plant({ name: 'orders-returns' });
    runIn(await w.drive(w.session.can.replace, call()));
    expect((await w.states())[sibling]).toBe('JOB_STATE_RUNNING');
    expect((await w.requests()).filter(({ path }) => path.includes(sibling))).toEqual([]);
  });

  it('leaves the old run alone where the new one is not compatible', async () => {
    w.template(spec, { behaviour: 'incompatible', message: 'The new job is missing steps Enrich.' });
    expect(await w.drive(w.session.can.replace, call())).toMatchObject({
      state: 'failed',
      code: 'dataflow-launch-rejected',
      message: expect.stringContaining('Enrich'),
    });
    expect((await w.states())[old.id]).toBe('JOB_STATE_RUNNING');
  });

  it('sends nothing where another run is active under the name, since an update goes by name', async () => {
    await w.plant({ state: 'JOB_STATE_DRAINING' });
    expect(await w.drive(w.session.can.replace, call())).toMatchObject({
      state: 'failed',
      code: 'dataflow-name-shared',
    });
    expect(await w.writes()).toEqual([]);
  });

  it('sends nothing where the predecessor has ended', async () => {
    await w.change(old.id, { state: 'JOB_STATE_FAILED' });
    expect(await w.drive(w.session.can.replace, call())).toMatchObject({ state: 'failed', code: 'dataflow-run-ended' });
    expect(await w.writes()).toEqual([]);
  });

  it('survives a lost answer without a second launch', async () => {
    await w.fault({ operation: 'launchFlexTemplate', when: 'after', effect: 'status', status: 503 });
    await expect(w.session.can.replace?.(call())).rejects.toMatchObject({ code: 'dataflow-answer-unknown' });
    w.advance(200);
    runIn(await w.drive(w.session.can.replace, call()));
    expect(await w.writes()).toEqual(['launchFlexTemplate']);
  });

  it('says so where the new run runs and the old one goes on, after minutes', async () => {
    const run = await w.plant({ labels: stampLabels(call().stamp) });
    expect(await w.drive(w.session.can.replace, { ...call(), memo: { run } })).toMatchObject({
      state: 'failed',
      code: 'dataflow-replace-not-linked',
      message: expect.stringContaining(old.id),
    });
  });

  it('says so where the new run does not carry its labels', async () => {
    const run = await w.plant({ labels: { team: 'ods' } });
    expect(await w.drive(w.session.can.replace, { ...call(), memo: { run } })).toMatchObject({
      state: 'failed',
      code: 'dataflow-stamp-missing',
    });
  });
});
