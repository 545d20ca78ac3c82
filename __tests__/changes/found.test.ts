import { describe, expect, it } from '@jest/globals';
import { type Asked, type Found, find } from '../../src/changes/found.js';
import { environment, job, name, place, record, recorded, revision, rolloutPlan, run, stamp } from '../plan/world.js';

const orders = job('orders');
const [old, now] = [revision(orders, 'old'), revision(orders)];

function ask(more: Partial<Asked>): Found {
  return find({ job: orders, names: ['orders'], name, environment, place, record: null, runs: [], ...more });
}

const ours = (id: string, at: string, n: number, more = {}) =>
  run(id, 'orders', { stamp: stamp(orders, at, n), ...more });
const byHand = (id: string, more = {}) => run(id, 'orders', more);
const foreign = (id: string, more = {}) => run(id, 'orders', { stamp: stamp({ key: 'other' }, old), ...more });
const closed = (
  outcome: 'succeeded' | 'failed' | 'stuck' | 'refused' | 'superseded' | 'rolled-back' | 'adopted' | 'skipped',
  runs: string[] = [],
) => ({
  closed: { outcome, code: null, message: '', at: '2026-01-01T00:10:00Z', runs },
});
const stoppedByUs = record(orders, { plan: rolloutPlan(orders, { strategy: 'stop' }), ...closed('succeeded') });

describe('declared against found', () => {
  it.each<[string, Partial<Asked>, object]>([
    ['no run and no history', {}, { kind: 'none', since: 'never', last: null }],
    [
      'as recorded, by stamp',
      { record: record(orders), runs: [recorded(orders)] },
      { kind: 'recorded', revision: old, proof: 'yes', strays: [] },
    ],
    [
      'as recorded, by the adopted run id',
      {
        record: record(orders, { plan: null, revision: now, good: null, ...closed('adopted', ['hand-1']) }),
        runs: [byHand('hand-1')],
      },
      { kind: 'recorded', revision: now, proof: 'yes' },
    ],
    [
      'as recorded, by a restart of the engine itself',
      {
        record: record(orders),
        runs: [recorded(orders, { state: 'failed' }), byHand('run-1_restart_1', { continues: 'run-1' })],
      },
      { kind: 'recorded', revision: old, proof: 'yes', run: { id: 'run-1_restart_1' } },
    ],
    ['exact name, no stamp, no record', { runs: [byHand('hand-1')] }, { kind: 'adoptable', run: { id: 'hand-1' } }],
    [
      'exact name beside a draining one by hand',
      { runs: [byHand('hand-1', { state: 'draining' }), byHand('hand-2')] },
      { kind: 'adoptable', run: { id: 'hand-2' } },
    ],
    [
      'no stamp, though a record is there',
      { record: record(orders), runs: [recorded(orders, { state: 'stopped' }), byHand('hand-1')] },
      { kind: 'drift', why: 'by-hand' },
    ],
    [
      'our stamp of a newer rollout than the record',
      { record: record(orders), runs: [ours('run-9', now, 9)] },
      { kind: 'drift', why: 'newer' },
    ],
    ['a foreign stamp, no record', { runs: [foreign('run-x')] }, { kind: 'foreign', run: { id: 'run-x' } }],
    ['a foreign stamp, with a record', { record: record(orders), runs: [foreign('run-x')] }, { kind: 'foreign' }],
    ['a stamp of another environment', { environment: 'staging', runs: [ours('run-1', old, 1)] }, { kind: 'foreign' }],
    [
      'none active, with a record',
      { record: record(orders), runs: [recorded(orders, { state: 'stopped' })] },
      { kind: 'down', last: { id: 'run-1' } },
    ],
    ['none active and forgotten, with a record', { record: record(orders) }, { kind: 'down', last: null }],
    ['none active, history by hand, no record', { runs: [byHand('hand-1', { state: 'stopped' })] }, { kind: 'down' }],
    [
      'none active, history of ours, no record',
      { runs: [ours('run-1', old, 1, { state: 'stopped' })] },
      { kind: 'lost', last: { id: 'run-1' } },
    ],
    ['active, ours, no record', { runs: [ours('run-1', old, 3)] }, { kind: 'unrecorded', revision: old }],
    [
      'two active of ours, no record, the newer one started beside the older one',
      {
        runs: [
          ours('run-1', old, 3),
          run('run-2', 'orders', { stamp: { ...stamp(orders, now, 4), predecessor: 'run-1' } }),
        ],
      },
      { kind: 'overlapping', run: { id: 'run-1' }, fresh: { id: 'run-2' } },
    ],
    ['two active of ours, no record', { runs: [ours('run-1', old, 3), ours('run-2', now, 4)] }, { kind: 'ambiguous' }],
    [
      'declared as stopped, recorded run',
      { job: { ...orders, desired: 'stopped' }, record: record(orders), runs: [recorded(orders)] },
      { kind: 'stopped', run: { id: 'run-1' } },
    ],
    [
      'declared as stopped, first contact',
      { job: { ...orders, desired: 'stopped' }, runs: [byHand('hand-1')] },
      { kind: 'stopped', run: { id: 'hand-1' } },
    ],
    [
      'declared as stopped, nothing active',
      { job: { ...orders, desired: 'stopped' }, record: record(orders) },
      { kind: 'stopped', run: null },
    ],
    [
      'declared as stopped, already on its way out',
      {
        job: { ...orders, desired: 'stopped' },
        record: record(orders),
        runs: [recorded(orders, { state: 'draining' })],
      },
      { kind: 'stopped', run: null },
    ],
    [
      'declared as stopped, foreign',
      { job: { ...orders, desired: 'stopped' }, runs: [foreign('run-x')] },
      { kind: 'foreign' },
    ],
    [
      'stopped by us before',
      { record: stoppedByUs, runs: [recorded(orders, { state: 'drained' })] },
      { kind: 'none', since: 'stopped' },
    ],
    [
      'left down by a failed rollout',
      { record: record(orders, closed('stuck')), runs: [recorded(orders, { state: 'failed' })] },
      { kind: 'none', since: 'failed' },
    ],
    [
      'another place',
      { place: 'acme-prod/us-east1', record: record(orders) },
      { kind: 'elsewhere', place, run: 'run-1' },
    ],
    [
      'another engine',
      { job: { ...orders, engine: 'batchy' }, record: record(orders) },
      { kind: 'elsewhere', engine: 'flow' },
    ],
    [
      'another place by name only: the run is there',
      { place: 'europe-west1', record: record(orders), runs: [recorded(orders)] },
      { kind: 'recorded' },
    ],
    [
      'another place after a create that failed there',
      { place: 'acme-prod/us-east1', record: record(orders, { good: null, ...closed('failed') }) },
      { kind: 'none' },
    ],
    [
      'an open rollout',
      { record: record(orders, { closed: null }), runs: [recorded(orders)] },
      { kind: 'open-rollout', revision: old, run: { id: 'run-1' } },
    ],
    [
      'an open rollout in its gap',
      { record: record(orders, { closed: null }), runs: [recorded(orders, { state: 'stopped' })] },
      { kind: 'open-rollout', run: null },
    ],
    ['a batch job, active', { runs: [byHand('hand-1', { streaming: false })] }, { kind: 'not-streaming' }],
    [
      'a batch job, ended',
      { runs: [byHand('hand-1', { streaming: false, state: 'finished' })] },
      { kind: 'not-streaming' },
    ],
    [
      'two active by hand',
      { runs: [byHand('hand-1'), byHand('hand-2')] },
      { kind: 'ambiguous', runs: [{ id: 'hand-1' }, { id: 'hand-2' }] },
    ],
    [
      'the recorded one and one by hand',
      { record: record(orders), runs: [recorded(orders), byHand('hand-1')] },
      { kind: 'ambiguous' },
    ],
    [
      'the recorded one on its way out by itself',
      { record: record(orders), runs: [recorded(orders, { state: 'stopping' })] },
      { kind: 'ending' },
    ],
    ['by hand, on its way out', { runs: [byHand('hand-1', { state: 'draining' })] }, { kind: 'ending' }],
  ])('%s', (_, asked, expected) => {
    expect(ask(asked)).toMatchObject(expected);
  });

  it('tells a stray of an older rollout from the recorded run', () => {
    const third = record(orders, {
      n: 3,
      rollout: stamp(orders, now, 3).rollout,
      revision: now,
      ...closed('succeeded', ['run-3']),
    });
    const stray = ours('run-2', old, 2);
    expect(ask({ record: third, runs: [ours('run-3', now, 3), stray] })).toMatchObject({
      kind: 'recorded',
      revision: now,
      strays: [{ id: 'run-2' }],
    });
    expect(ask({ record: third, runs: [ours('run-3', now, 3, { state: 'failed' }), stray] })).toMatchObject({
      kind: 'drift',
      why: 'stray',
    });
  });

  it('ignores a trailing run, and a run of an older rollout that is on its way out', () => {
    const trailing = record(orders, { trailing: [{ run: 'run-0', since: '', deadline: '' }] });
    const leaving = ours('run-00', old, 1, { state: 'draining', stamp: { ...stamp(orders, now, 1), step: 'start' } });
    expect(ask({ record: trailing, runs: [recorded(orders), byHand('run-0', { state: 'draining' })] })).toMatchObject({
      kind: 'recorded',
    });
    expect(ask({ record: record(orders, { n: 2 }), runs: [recorded(orders), leaving] })).toMatchObject({
      kind: 'recorded',
    });
  });

  it('never takes a run by another name for the job', () => {
    const sibling = run('run-s', 'orders-returns');
    expect(ask({ runs: [sibling] })).toMatchObject({ kind: 'none', since: 'never' });
    expect(ask({ record: record(orders), runs: [recorded(orders), sibling] })).toMatchObject({ kind: 'recorded' });
  });

  it('does not count as recorded what else was active when a rollout was refused or stuck', () => {
    for (const outcome of ['refused', 'stuck'] as const) {
      const left = record(orders, closed(outcome, ['run-1', 'hand-1']));
      expect(ask({ record: left, runs: [recorded(orders, { state: 'stopped' }), byHand('hand-1')] })).toMatchObject({
        kind: 'drift',
        why: 'by-hand',
      });
    }
  });

  it.each<[string, 'yes' | 'left' | 'no', Parameters<typeof record>[1]]>([
    ['a new run that was left by stuck', 'left', closed('stuck', ['run-2'])],
    ['a new run that was superseded before it was verified', 'no', closed('superseded', ['run-2'])],
    ['a new run that succeeded', 'yes', closed('succeeded', ['run-2'])],
  ])('%s is proved: %s', (_, proof, more) => {
    const second = record(orders, { n: 2, rollout: stamp(orders, now, 2).rollout, revision: now, ...more });
    expect(
      ask({ record: second, runs: [recorded(orders, { state: 'stopped' }), ours('run-2', now, 2)] }),
    ).toMatchObject({ kind: 'recorded', revision: now, proof });
  });

  it('knows the run that an undo started: this rollout, with the old revision', () => {
    const { rollout } = stamp(orders, now, 2);
    const undone = ours('run-3', old, 2, { stamp: stamp(orders, old, 2, { step: 'undo-start' }) });
    const left = record(orders, { n: 2, rollout, revision: now, good: null, ...closed('stuck', ['run-3']) });
    expect(ask({ record: left, runs: [undone] })).toMatchObject({ kind: 'recorded', revision: old });
    const is = record(orders).good;
    const back = record(orders, {
      n: 2,
      rollout,
      revision: now,
      good: is === null ? null : { ...is, runId: 'run-3' },
      ...closed('rolled-back', ['run-3']),
    });
    expect(ask({ record: back, runs: [undone] })).toMatchObject({ kind: 'recorded', revision: old, proof: 'yes' });
  });

  it('takes the stamp of the old key for ours where the job was renamed', () => {
    const renamed = { ...job('purchases'), was: 'orders' };
    const found = ask({ job: renamed, names: ['purchases'], record: record(orders), runs: [recorded(orders)] });
    expect(found).toMatchObject({ kind: 'recorded', revision: old });
    expect(ask({ job: renamed, names: ['purchases', 'orders'], runs: [recorded(orders)] })).toMatchObject({
      kind: 'unrecorded',
    });
  });
});
