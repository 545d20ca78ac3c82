import { describe, expect, it } from '@jest/globals';
import { approvedOnly, planHash, staleJobs } from '../../src/plan/index.js';
import { type Case, change, job, planOf, recorded, revision, settled, stamp, touchedBy, upgrade } from './world.js';

const orders = job('orders');
const calm = settled(job('calm'));
const stored = planOf([upgrade(orders), calm]);

describe('a stored plan', () => {
  it('holds where nothing moved', () => {
    expect(staleJobs(stored, planOf([upgrade(orders), calm]))).toEqual([]);
    expect(planOf([upgrade(orders), calm]).hash).toBe(stored.hash);
  });

  it.each<[string, Case, object]>([
    [
      'another run',
      upgrade(orders, { runs: [recorded(orders, { id: 'run-2' })] }),
      { what: 'run', message: 'orders: the run was run-1, and is run-2 now' },
    ],
    [
      'another desired revision',
      upgrade(orders, { change: change(orders, 'newer', touchedBy('a.py')) }),
      { what: 'desired' },
    ],
    ['another scale', upgrade({ ...orders, target: { ...orders.target, workers: 3 } }), { what: 'scale' }],
    [
      'nothing to do any more',
      {
        ...upgrade(orders),
        runs: [recorded(orders, { id: 'run-1', stamp: stamp(orders, revision(orders)) })],
        record: null,
      },
      { what: 'running' },
    ],
    [
      'another strategy',
      upgrade({ ...orders, strategy: ['drain-and-resubmit'], stateful: false }),
      { what: 'strategy' },
    ],
  ])('is stale with %s', (_, of, expected) => {
    const fresh = planOf([of, calm]);
    expect(staleJobs(stored, fresh)).toMatchObject([{ job: 'orders', ...expected }]);
    expect(fresh.hash).not.toBe(stored.hash);
  });

  it('is stale where a job of it is gone, and only jobs that it acts on count', () => {
    expect(staleJobs(stored, planOf([calm]))).toMatchObject([{ job: 'orders', what: 'missing' }]);
    expect(staleJobs(stored, planOf([upgrade(orders)]))).toEqual([]);
    expect(staleJobs(stored, planOf([upgrade(orders), { ...calm, runs: [] }]))).toEqual([]);
  });

  it('can be checked shard by shard', () => {
    const fresh = planOf([calm]);
    expect(staleJobs(stored, fresh, new Set(['calm']))).toEqual([]);
    expect(staleJobs(stored, fresh, new Set(['orders']))).toHaveLength(1);
  });
});

describe('what a stored plan did not ask for', () => {
  it('is left for the next plan', () => {
    const fresh = planOf([upgrade(orders), upgrade(job('calm'))]);
    const carried = approvedOnly(fresh, stored);
    expect(carried.jobs).toMatchObject([
      { action: 'roll-out' },
      { job: 'calm', action: 'none', changed: false, steps: [] },
    ]);
    expect(carried.hash).toBe(planHash(carried));
    expect(approvedOnly(planOf([upgrade(orders), calm]), stored)).toEqual(stored);
  });
});

describe('the hash', () => {
  it('does not depend on the order of jobs or keys, on findings or on words', () => {
    const reordered = {
      ...stored,
      jobs: [...stored.jobs]
        .reverse()
        .map((entry) => Object.fromEntries(Object.entries(entry).reverse()) as typeof entry),
    };
    expect(planHash(reordered)).toBe(stored.hash);
    expect(planHash({ ...stored, jobs: stored.jobs.map((entry) => ({ ...entry, findings: [], reasons: [] })) })).toBe(
      stored.hash,
    );
  });

  it('depends on the environment and the manifest’s name', () => {
    expect(planHash({ ...stored, environment: 'staging' })).not.toBe(stored.hash);
    expect(planHash({ ...stored, name: 'other' })).not.toBe(stored.hash);
  });
});
