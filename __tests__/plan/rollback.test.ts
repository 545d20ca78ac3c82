import { describe, expect, it } from '@jest/globals';
import { planRollback, planSchema, type RollbackInput, rollbackPlan } from '../../src/plan/index.js';
import { batchy, environment, flow, good, job, name, record, recorded, revision, run, snappy, stamp } from './world.js';

const orders = job('orders');
const older = good(orders, 'older', { runId: 'run-0', n: 1, rollout: 'rollout-older', at: '2025-12-30T00:00:00Z' });
const oldest = good(orders, 'oldest', { runId: 'run-00', rollout: 'rollout-oldest', at: '2025-12-01T00:00:00Z' });

function back(more: Partial<RollbackInput> = {}) {
  const is = record(orders, { goods: [older, oldest] });
  return planRollback({
    record: is,
    to: 'previous',
    runs: [recorded(orders)],
    engine: flow,
    accept: new Set(),
    now: '2026-01-01T00:00:00Z',
    ...more,
  });
}

describe('rollback', () => {
  it('goes back to the newest good revision that is not the running one', () => {
    const { plan, good: to } = back();
    expect(to).toBe(older);
    expect(plan).toMatchObject({
      action: 'roll-out',
      strategy: 'in-place-update',
      impact: 'upgrade',
      current: { run: 'run-1', revision: revision(orders, 'old') },
      desired: { revision: older.revision },
      target: older.target,
    });
    expect(plan.reasons[0]?.message).toBe(
      `back to revision ${older.revision} of rollout rollout-older, good 2 d ago; artifact code-older; no snapshot of its own`,
    );
  });

  it('goes back to a rollout by its id', () => {
    expect(back({ to: 'rollout-oldest' }).good).toBe(oldest);
  });

  it('is refused where that revision runs already, unless it is forced', () => {
    const is = record(orders, { goods: [older] });
    const to = is.good?.rollout ?? '';
    const { plan } = back({ record: is, to });
    expect(plan).toMatchObject({
      action: 'refuse',
      changed: false,
      steps: [],
      findings: [{ code: 'rollback-already-runs' }],
    });
    expect(plan.findings[0]).toMatchObject({
      message: expect.stringMatching(/^run run-1 \(RUNNING\) already runs revision /),
      next: expect.stringContaining(`rollback --environment production --jobs orders --rollback-to ${to} --force`),
    });
    expect(back({ record: is, to, force: true }).plan).toMatchObject({ action: 'roll-out', current: { run: 'run-1' } });
    // Where its run has ended, it is what has to be started.
    expect(back({ record: is, to, runs: [], accept: new Set(['unsafe-rollback']) }).plan.action).toBe('roll-out');
  });

  it('goes back to the good revision itself where a worse one was left running', () => {
    const bad = stamp(orders, revision(orders, 'bad'), 2);
    const stuck = record(orders, {
      n: 2,
      rollout: bad.rollout,
      revision: bad.revision,
      closed: { outcome: 'stuck', code: null, message: '', at: '', runs: ['run-2'] },
    });
    const { good: to, plan } = back({ record: stuck, runs: [run('run-2', 'orders', { stamp: bad })] });
    expect(to?.revision).toBe(revision(orders, 'old'));
    expect(plan).toMatchObject({ action: 'roll-out', current: { run: 'run-2' }, findings: [{ code: 'undo-limited' }] });
  });

  it('starts it where nothing runs', () => {
    const down = record(orders, {
      goods: [older],
      closed: { outcome: 'stuck', code: null, message: '', at: '', runs: [] },
    });
    expect(back({ record: down, runs: [], accept: new Set(['unsafe-rollback']) }).plan).toMatchObject({
      action: 'roll-out',
      strategy: 'create',
      current: null,
    });
  });

  it.each<[string, Partial<RollbackInput>, string]>([
    ['a rollout that is not kept', { to: 'rollout-none' }, 'rollback-target-unknown'],
    ['nothing before', { record: record(orders) }, 'rollback-target-unknown'],
    [
      'settings that are not known',
      { record: record(orders, { goods: [{ ...older, target: null }] }) },
      'rollback-settings-unknown',
    ],
    [
      'a mutable artifact',
      { record: record(orders, { goods: [{ ...older, artifact: { ...older.artifact, mutable: true } }] }) },
      'rollback-artifact-mutable',
    ],
    ['an open rollout', { record: record(orders, { goods: [older], closed: null }) }, 'rollback-while-open'],
    ['a run that nobody knows', { runs: [run('hand-1', 'orders')] }, 'several-runs'],
    ['two runs', { runs: [recorded(orders), run('hand-1', 'orders')] }, 'several-runs'],
  ])('is refused with %s', (_, more, code) => {
    const { plan } = back(more);
    expect(plan).toMatchObject({ action: 'refuse', steps: [], findings: [{ code, level: 'error' }] });
  });

  it('needs consent where the older code would read state that the newer one wrote', () => {
    const lake = job('lake', { engine: 'batchy' });
    const is = record(lake, { goods: [good(lake, 'older', { runId: 'run-0' })] });
    const at = { record: is, runs: [recorded(lake)], engine: batchy };
    expect(back(at).plan).toMatchObject({
      action: 'refuse',
      strategy: 'restart',
      findings: [{ code: 'rollback-unsafe' }],
    });
    expect(back({ ...at, accept: new Set(['unsafe-rollback']) }).plan).toMatchObject({
      action: 'roll-out',
      accepted: ['unsafe-rollback'],
    });
    const stateless = job('lake', { engine: 'batchy', stateful: false });
    const free = record(stateless, { goods: is.goods });
    expect(back({ ...at, record: free }).plan).toMatchObject({ action: 'roll-out', accepted: [] });
  });

  it('needs no consent where the engine itself checks, or nothing of the newer state is read', () => {
    expect(back().plan.accepted).toEqual([]);
    const sync = job('sync', { engine: 'snappy' });
    const is = record(sync, {
      goods: [good(sync, 'older', { runId: 'run-0', snapshot: 's3://sp/1' })],
      closed: { outcome: 'stuck', code: null, message: '', at: '', runs: [] },
    });
    expect(back({ record: is, runs: [], engine: snappy }).plan).toMatchObject({
      action: 'roll-out',
      strategy: 'create',
      reasons: [{ message: expect.stringContaining('snapshot s3://sp/1') }],
    });
    const up = back({ record: is, runs: [recorded(sync)], engine: snappy }).plan;
    expect(up.reasons[0]?.message).toContain('no snapshot of its own');
  });

  it('makes a plan document of several jobs', () => {
    const plan = rollbackPlan({ environment, name }, [back()]);
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });
});
