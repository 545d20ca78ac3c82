import { describe, expect, it } from '@jest/globals';
import { goesOn, renderPlan, waitingFor, withStale } from '../../src/plan/index.js';
import { step, stopWithSnapshot, verify } from '../../src/strategies/steps.js';
import {
  change,
  job,
  planOf,
  record,
  recorded,
  revision,
  rolloutPlan,
  run,
  settled,
  stamp,
  touchedBy,
  upgrade,
} from './world.js';

const orders = job('orders');

describe('a later round of a stored plan', () => {
  const stored = planOf([upgrade(orders), settled(job('calm'))]);
  const moved = planOf([upgrade(orders, { runs: [recorded(orders, { id: 'run-2' })] }), settled(job('calm'))]);
  const newer = planOf([upgrade(orders, { change: change(orders, 'newer', touchedBy('a.py')) })]);
  const codes = (plan: ReturnType<typeof withStale>) =>
    plan.jobs.map(({ action, findings }) => [action, findings.at(-1)?.code]);

  it('refuses a job that runs something else by then', () => {
    expect(codes(withStale(moved, stored, new Set()))).toEqual([
      ['refuse', 'plan-stale'],
      ['none', undefined],
    ]);
    expect(withStale(planOf([upgrade(orders)]), stored, new Set()).jobs[0]?.action).toBe('roll-out');
  });

  it('takes another run where an older rollout was closed first, but no other revision', () => {
    expect(withStale(moved, stored, new Set(['orders'])).jobs[0]?.action).toBe('roll-out');
    expect(codes(withStale(newer, stored, new Set(['orders'])))).toEqual([['refuse', 'plan-stale']]);
  });
});

it('a job waits for what acts, also beyond a job that has nothing to do', () => {
  const plan = planOf([
    upgrade(job('sink', { needs: ['middle', 'calm'] })),
    settled(job('middle', { needs: ['source'] })),
    settled(job('calm')),
    upgrade(job('source')),
  ]);
  const needs = waitingFor(plan.jobs);
  expect([needs('sink'), needs('source'), needs('unknown')]).toEqual([['source'], [], []]);
  // Another selection: what is not in the plan is not waited for.
  expect(waitingFor(plan.jobs.filter(({ job: key }) => key !== 'source'))('sink')).toEqual([]);
});

describe('an open rollout', () => {
  const left = { revision: 'r1-left', rollout: 'x', reason: 'a person rolled back from it', at: '', scale: null };
  const base = record(orders, { closed: null, quarantined: [left] });
  const back = { ...base, plan: { requestedRollback: true } } as unknown as typeof base;
  const calm = { force: false, rerunOf: null };

  it('goes on for its own revision, and is closed for another one', () => {
    expect(goesOn(base, base.revision, calm)).toBe(true);
    expect(goesOn(base, 'r1-left', calm)).toBe(false);
  });

  it('goes on where it is a rollback and the revision that it leaves is still declared', () => {
    expect(goesOn(back, 'r1-left', calm)).toBe(true);
    expect(goesOn(back, 'r1-fix', calm)).toBe(false);
    expect(goesOn(back, 'r1-left', { ...calm, force: true })).toBe(false);
  });
});

describe('the text of an open rollout', () => {
  const sessions = job('sessions', { engine: 'snappy' });
  const now = revision(sessions, 'new');
  const steps = [step('prepare'), stopWithSnapshot, step('start', 'stop'), verify];
  const open = record(sessions, {
    closed: null,
    n: 2,
    revision: now,
    rollout: stamp(sessions, now, 2).rollout,
    plan: rolloutPlan(sessions, { strategy: 'savepoint-upgrade', steps }),
  });
  const fresh = run('run-2', 'sessions', { stamp: stamp(sessions, now, 2) });
  const text = (more: Partial<typeof open>, runs: readonly ReturnType<typeof run>[]) =>
    renderPlan(planOf([{ job: sessions, record: { ...open, ...more }, runs }]));

  it('says that nothing is started a second time where its new run is up', () => {
    const shown = text({}, [recorded(sessions, { state: 'stopped' }), fresh]);
    expect(shown).toContain('open rollout by savepoint-upgrade is resumed');
    expect(shown).toContain('its new run run-2 (RUNNING) is up, so nothing is started a second time');
    expect(shown).toContain(
      'Steps of the open rollout: prepare, stop-with-snapshot, start, verify. Those that are done',
    );
  });

  it('says no such thing before the start, or of an older run, or of an undo', () => {
    expect(text({}, [recorded(sessions)])).toContain('is resumed where it stands.');
    expect(text({}, [recorded(sessions, { state: 'stopped' }), { ...fresh, state: 'failed' }])).toContain(
      'is resumed where it stands.',
    );
    expect(text({ direction: 'undo' }, [fresh])).toContain('is resumed: its undo goes on.');
  });

  it('tells it from one that is closed first', () => {
    const shown = text({ revision: 'r1-0000000000000000' }, [recorded(sessions)]);
    expect(shown).toContain('open rollout is closed, then upgrade by savepoint-upgrade');
    expect(shown).toMatch(/\n {2}Steps: prepare/);
  });
});

it('an instance that needs another one is never the first', () => {
  const tenant = (key: string, needs: readonly string[] = []) =>
    job(`sync-${key}`, { instance: { of: 'sync', key, first: key === 'a' }, needs });
  const plan = planOf([
    upgrade(tenant('a', ['between'])),
    upgrade(job('between', { needs: ['sync-b'] })),
    upgrade(tenant('b')),
    upgrade(tenant('c')),
  ]);
  expect(Object.fromEntries(plan.jobs.map(({ job: key, needs }) => [key, needs]))).toEqual({
    'sync-a': ['between', 'sync-b'],
    between: ['sync-b'],
    'sync-b': [],
    'sync-c': ['sync-b'],
  });
});
