import { describe, expect, it } from '@jest/globals';
import { RolloutError } from '../../src/model/error.js';
import type { Job } from '../../src/model/job.js';
import type { Plan } from '../../src/model/plan.js';
import { planJobs } from '../../src/plan/index.js';
import {
  type Case,
  change,
  good,
  input,
  job,
  planOf,
  record,
  recorded,
  revision,
  settled,
  untouched,
  upgrade,
} from './world.js';

const waves = (plan: Plan) => Object.fromEntries(plan.jobs.map((entry) => [entry.job, entry.wave]));
const actions = (plan: Plan) => Object.fromEntries(plan.jobs.map((entry) => [entry.job, entry.action]));

describe('waves', () => {
  it('wait for changed needs only, also through an unchanged job between', () => {
    const plan = planOf([
      upgrade(job('sink', { needs: ['middle'] })),
      settled(job('middle', { needs: ['source'] })),
      upgrade(job('source')),
      upgrade(job('alone', { needs: ['calm'] })),
      settled(job('calm')),
    ]);
    expect(waves(plan)).toEqual({ sink: 1, middle: 0, source: 0, alone: 0, calm: 0 });
  });

  it('put a job behind a need that is refused, so that it is skipped and not rolled out first', () => {
    const refused = upgrade(job('source', { strategy: ['restart'] }));
    expect(waves(planOf([refused, upgrade(job('sink', { needs: ['source'] }))]))).toEqual({ source: 0, sink: 1 });
  });

  it('tell where a changed need is left out by the input', () => {
    const cases = [upgrade(job('source')), upgrade(job('sink', { needs: ['source'] }))];
    const { jobs } = planOf(cases, { jobs: ['sink'] });
    expect(jobs).toMatchObject([
      { job: 'sink', wave: 0, action: 'roll-out', findings: [{ code: 'need-not-selected', level: 'warning' }] },
    ]);
    expect(
      planOf([settled(job('source')), upgrade(job('sink', { needs: ['source'] }))], { jobs: ['sink'] }).jobs[0]
        ?.findings,
    ).toEqual([]);
  });
});

describe('for-each', () => {
  const tenant = (key: string, more: Partial<Job> = {}) =>
    job(`sync-${key}`, { instance: { of: 'sync', key, first: key === 'a' }, ...more });

  it('lets the first changed instance go alone, and the rest after it', () => {
    const plan = planOf([
      settled(tenant('a')),
      upgrade(tenant('b')),
      upgrade(tenant('c')),
      upgrade(tenant('d', { needs: ['other'] })),
      upgrade(job('other')),
    ]);
    expect(waves(plan)).toEqual({ 'sync-a': 0, 'sync-b': 0, 'sync-c': 1, 'sync-d': 1, other: 0 });
    expect(plan.jobs.map((entry) => entry.needs)).toEqual([[], [], ['sync-b'], ['other', 'sync-b'], []]);
  });

  it('does not count an adoption, a refusal or a mere verification as the first', () => {
    const adopted: Case = { job: tenant('a'), runs: [{ ...recorded(tenant('a')), stamp: null }] };
    const verified: Case = { job: tenant('b'), change: change(tenant('b'), 'old'), runs: [recorded(tenant('b'))] };
    const plan = planOf([adopted, verified, upgrade(tenant('c')), upgrade(tenant('d'))]);
    expect(waves(plan)).toEqual({ 'sync-a': 0, 'sync-b': 0, 'sync-c': 0, 'sync-d': 1 });
  });

  const failed = (of: Job): Case => {
    const reason = {
      revision: revision(of),
      rollout: 'x',
      reason: 'the new run ended',
      at: '2026-01-02T00:00:00Z',
      scale: null,
    };
    return { ...upgrade(of), change: change(of, 'new', untouched), record: record(of, { quarantined: [reason] }) };
  };
  const pending = (of: Job): Case => ({ ...upgrade(of), change: change(of, 'new', untouched) });

  it('does not try on one more instance with each commit what failed on the first', () => {
    const plan = planOf([failed(tenant('a')), pending(tenant('b')), pending(tenant('c'))]);
    expect(actions(plan)).toEqual({ 'sync-a': 'leave', 'sync-b': 'leave', 'sync-c': 'leave' });
    expect(plan.jobs[1]).toMatchObject({
      changed: false,
      steps: [],
      reasons: [{ kind: 'quarantined', message: expect.stringContaining('sync-a') }],
    });
    const forced = planOf([failed(tenant('a')), pending(tenant('b'))], { force: true });
    expect(actions(forced)).toEqual({ 'sync-a': 'roll-out', 'sync-b': 'roll-out' });
  });

  it('holds nothing back from an instance whose change is another one', () => {
    const own = tenant('b', { target: { ...tenant('b').target, topic: 'b-2' } });
    const before = { ...own, target: tenant('b').target };
    const settings: Case = {
      job: own,
      change: change(own, 'new', { touched: true, files: [], fields: [{ field: 'topic', at: null }] }),
      runs: [recorded(own)],
      record: record(before, { good: good(before, 'new', { runId: 'run-1' }), revision: revision(before) }),
    };
    const plan = planOf([failed(tenant('a')), settings, pending(tenant('c'))]);
    expect(actions(plan)).toEqual({ 'sync-a': 'leave', 'sync-b': 'roll-out', 'sync-c': 'leave' });
  });
});

describe('max-changed-jobs', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => upgrade(job(`job-${i}`)));

  it('refuses all where more would be rolled out', () => {
    const plan = planOf([...many(4), settled(job('calm'))], { maxChangedJobs: 3 });
    expect(plan.jobs.map((entry) => entry.action)).toEqual(['refuse', 'refuse', 'refuse', 'refuse', 'none']);
    expect(plan.jobs[0]?.findings).toMatchObject([
      {
        code: 'too-many-changed-jobs',
        level: 'error',
        next: 'if it is meant: stream-rollout apply --environment production --max-changed-jobs 4',
      },
    ]);
    // What would have been done stays readable.
    expect(plan.jobs[0]?.strategy).toBe('in-place-update');
  });

  it('counts rollouts only: not adoptions, verifications of a lost ledger, or jobs that are left out', () => {
    const adopted = many(3).map(
      (of): Case => ({ ...of, change: change(of.job), record: null, runs: [{ ...recorded(of.job), stamp: null }] }),
    );
    expect(planOf(adopted, { maxChangedJobs: 0 }).jobs.map((entry) => entry.action)).toEqual([
      'adopt',
      'adopt',
      'adopt',
    ]);
    const lost = many(3).map((of): Case => ({ job: of.job, change: change(of.job, 'old'), runs: [recorded(of.job)] }));
    expect(planOf(lost, { maxChangedJobs: 0 }).jobs.map((entry) => entry.action)).toEqual([
      'roll-out',
      'roll-out',
      'roll-out',
    ]);
    expect(planOf(many(4), { maxChangedJobs: 1, jobs: ['job-2'] }).jobs).toMatchObject([
      { job: 'job-2', action: 'roll-out' },
    ]);
  });
});

describe('jobs', () => {
  const cases = [
    settled(job('orders')),
    settled(job('orders-returns')),
    settled(job('sync-a', { instance: { of: 'sync', key: 'a', first: true } })),
    settled(job('sync-b', { instance: { of: 'sync', key: 'b', first: false } })),
  ];
  const keys = (jobs: string[]) => planOf(cases, { jobs }).jobs.map((entry) => entry.job);

  it.each<[string[], string[]]>([
    [['orders'], ['orders']],
    [['orders*'], ['orders', 'orders-returns']],
    [['sync'], ['sync-a', 'sync-b']],
    [
      ['sync-b', 'orders'],
      ['orders', 'sync-b'],
    ],
  ])('%j selects %j', (jobs, expected) => {
    expect(keys(jobs)).toEqual(expected);
  });

  it('refuses a name that fits nothing, with the nearest one', () => {
    const wrong = () => keys(['orders', 'order-returns']);
    expect(wrong).toThrow(RolloutError);
    expect(wrong).toThrow(
      'jobs: `order-returns` fits no job of .github/streaming-jobs.yml; did you mean `orders-returns`?',
    );
    expect(() => keys(['billing-*'])).toThrow(/fits no job/);
  });
});

describe('detect', () => {
  const blind = (of: Case) => planJobs({ ...input([of]), observed: null }).jobs[0];

  it.each<[string, Case, object]>([
    ['touched', upgrade(job('orders')), { changed: true, impact: 'upgrade', reasons: [{ kind: 'file' }] }],
    ['untouched', settled(job('orders')), { changed: false, impact: 'none', reasons: [{ kind: 'unchanged' }] }],
    [
      'base unknown',
      { job: job('orders'), change: change(job('orders'), 'new', { touched: null, files: [], fields: [] }) },
      { changed: true, impact: 'upgrade', reasons: [{ kind: 'unknown-base' }] },
    ],
    [
      'scale only',
      {
        job: job('orders'),
        change: change(job('orders'), 'new', {
          touched: true,
          files: [],
          fields: [{ field: 'workers.max', at: null }],
        }),
      },
      { changed: true, impact: 'scale' },
    ],
    [
      'recreate',
      {
        job: job('orders'),
        change: change(job('orders'), 'new', { touched: true, files: [], fields: [{ field: 'region', at: null }] }),
      },
      { impact: 'recreate' },
    ],
  ])('%s: the engine’s part is null', (_, of, expected) => {
    expect(blind(of)).toMatchObject({ ...expected, current: null, strategy: null, expected: null, steps: [] });
  });
});

describe('a place that can not be read', () => {
  it('refuses its jobs and plans the others', () => {
    const made = input([upgrade(job('orders')), upgrade(job('lake'))]);
    const seen = new Map([...(made.observed ?? [])].filter(([key]) => key !== 'lake'));
    const unseen = new Map([['lake', { code: 'look-failed', level: 'error', message: 'no credentials' } as const]]);
    const plan = planJobs({ ...made, observed: seen, unseen });
    expect(actions(plan)).toEqual({ orders: 'roll-out', lake: 'refuse' });
    expect(plan.jobs[1]).toMatchObject({ changed: false, findings: [{ code: 'look-failed' }] });
    expect(() => planJobs({ ...made, observed: seen })).toThrow(/without the look at job lake/);
  });
});
