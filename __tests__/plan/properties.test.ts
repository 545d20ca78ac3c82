import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Effect } from '../../src/model/impact.js';
import { type Job, strategyNames } from '../../src/model/job.js';
import type { Plan } from '../../src/model/plan.js';
import type { Run } from '../../src/model/run.js';
import {
  type Consent,
  consents,
  driftPolicies,
  planHash,
  planJobs,
  planSchema,
  renderPlan,
  staleJobs,
} from '../../src/plan/index.js';
import {
  type Case,
  change,
  engines,
  input,
  job,
  planOf,
  record,
  recorded,
  revision,
  run,
  settled,
  snappy,
  stamp,
  touchedBy,
  unknown,
  untouched,
  upgrade,
} from './world.js';

const effects: fc.Arbitrary<Effect> = fc.record({
  gapSeconds: fc.option(fc.nat(5000), { nil: null }),
  duplicates: fc.constantFrom('none', 'replay', 'overlap'),
  state: fc.constantFrom('kept', 'unknown', 'flushed', 'lost', 'none'),
});
const verbs = fc.subarray([
  'prepare',
  'scale',
  'replace',
  'overlap',
  'start',
  'drain',
  'stop',
  'snapshot',
  'stopWithSnapshot',
] as const);
const accept = fc.subarray([...consents]).map((given) => new Set<Consent>(given));

const jobs: fc.Arbitrary<Job> = fc
  .record({
    sink: fc.constantFrom('append', 'transactional', 'idempotent'),
    stateful: fc.boolean(),
    strategy: fc.oneof(fc.constant('auto' as const), fc.subarray([...strategyNames], { minLength: 1 })),
    maxGapSeconds: fc.option(fc.nat(5000), { nil: null }),
    desired: fc.constantFrom('running', 'stopped'),
    slots: fc.constantFrom([], [{ name: 'a' }, { name: 'b' }], [{ input: 'a' }, { input: 'b' }]),
    workers: fc.option(fc.nat(9), { nil: null }),
  })
  .map(({ slots, workers, ...more }) => {
    const target = { ...job('orders').target, ...(workers === null ? {} : { workers }) };
    return job('orders', { engine: 'any', target, parallel: { overlapSeconds: 600, slots }, ...more } as Partial<Job>);
  });

const runs = (of: Job): fc.Arbitrary<readonly Run[]> =>
  fc
    .array(
      fc
        .record({
          id: fc.constantFrom('run-1', 'run-2', 'hand-1'),
          name: fc.constantFrom('orders', 'a', 'b', 'orders-returns'),
          state: fc.constantFrom('starting', 'running', 'draining', 'stopping', 'stopped', 'failed', 'replaced'),
          stamp: fc.constantFrom(
            null,
            stamp(of, revision(of, 'old')),
            stamp(of, revision(of), 2),
            stamp({ key: 'other' }, revision(of)),
            stamp(of, revision(of, 'old'), 1, { slot: 0 }),
          ),
          streaming: fc.constantFrom(true, true, true, false, null),
        })
        .map(({ id, name, ...more }) => run(id, name, more as Partial<Run>)),
      { maxLength: 3 },
    )
    .map((list) => [...new Map(list.map((entry) => [entry.id, entry])).values()]);

const cases: fc.Arbitrary<Case> = jobs.chain((of) =>
  fc.record({
    job: fc.constant(of),
    change: fc.constantFrom(
      change(of),
      change(of, 'old'),
      change(of, 'new', touchedBy('a.py')),
      change(of, 'old', unknown),
      change(of, 'new', untouched),
    ),
    runs: runs(of),
    record: fc.constantFrom(
      null,
      record(of),
      record(of, { closed: null }),
      record(of, { plan: null }),
      record(of, { place: 'elsewhere' }),
    ),
  }),
);

/** Any job, on any engine, in any state of the world, with any inputs. */
const worlds: fc.Arbitrary<Plan> = fc
  .record({
    of: cases,
    verbs,
    expected: fc.array(fc.oneof(effects, fc.constant({ rejected: 'not here' })), { minLength: 9, maxLength: 9 }),
    accept,
    force: fc.boolean(),
    onDrift: fc.constantFrom(...driftPolicies),
  })
  .map(({ of, verbs: can, expected, ...options }) => {
    const engine = {
      ...snappy,
      id: 'any',
      verbs: () => can,
      expect: (name: (typeof strategyNames)[number]) => expected[strategyNames.indexOf(name)]!,
    };
    return planJobs({ ...input([of], options), engines: new Map([...engines, ['any', engine]]) });
  });

describe('whatever the world', () => {
  it('a stateful job never loses or flushes its state without a recorded consent', () => {
    fc.assert(
      fc.property(cases, effects, verbs, accept, fc.boolean(), (of, effect, can, given, force) => {
        const engine = { ...snappy, id: 'any', verbs: () => can, expect: () => effect };
        const [made] = planJobs({
          ...input([of], { accept: given, force, onDrift: 'overwrite' }),
          engines: new Map([['any', engine]]),
        }).jobs;
        const drops = (effect.state === 'flushed' || effect.state === 'lost') && of.job.stateful;
        const touches = made?.action === 'roll-out' && made.current !== null && made.changed;
        if (!touches || !drops || made.reasons.some((reason) => reason.kind === 'open-rollout')) return;
        expect(made.accepted).toContain('state-loss');
      }),
      { numRuns: 1500 },
    );
  });

  it('a consent is recorded only where it was given, and a refused job has an error and nothing else has to be guessed', () => {
    fc.assert(
      fc.property(worlds, (plan) => {
        for (const made of plan.jobs) {
          expect(made.reasons.length).toBeGreaterThan(0);
          expect(made.action === 'refuse').toBe(made.findings.some((finding) => finding.level === 'error'));
          if (made.action === 'roll-out')
            expect(made.steps.some((step) => step.id === 'verify') || made.strategy === 'stop').toBe(true);
          if (made.action === 'none' || made.action === 'adopt' || made.action === 'leave')
            expect(made.steps).toEqual([]);
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('the plan fits its schema, can be read as text, and is not stale against itself', () => {
    fc.assert(
      fc.property(worlds, (plan) => {
        expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
        expect(renderPlan(plan)).toContain(plan.hash);
        expect(staleJobs(plan, plan)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('a run by another name, without our stamp and unknown to the ledger, is never what a plan acts on', () => {
    fc.assert(
      fc.property(cases, (of) => {
        const made = planOf(
          [
            {
              ...of,
              job: { ...of.job, engine: 'flow', parallel: { overlapSeconds: 600, slots: [] } },
              runs: [run('other', 'orders-returns')],
              record: null,
            },
          ],
          { force: true, onDrift: 'overwrite' },
        ).jobs[0];
        expect(made?.current?.run ?? null).toBeNull();
      }),
    );
  });
});

describe('the hash', () => {
  it('is the same whatever the order of keys', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, shuffled(item)]),
      );
    };
    fc.assert(
      fc.property(worlds, (plan) => expect(planHash(shuffled(plan) as Plan)).toBe(plan.hash)),
      { numRuns: 300 },
    );
  });
});

describe('waves', () => {
  /** Jobs in which each may need earlier ones, so that there are no circles. */
  const graphs = fc.array(
    fc.record({
      changed: fc.boolean(),
      needs: fc.array(fc.nat(20), { maxLength: 4 }),
      of: fc.option(fc.constantFrom('x', 'y'), { nil: null }),
    }),
    { minLength: 1, maxLength: 12 },
  );

  it('respect needs and canaries', () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const made = planOf(
          nodes.map(({ changed, needs, of }, i) => {
            const one = job(`job-${i}`, {
              needs: of === null ? [...new Set(needs.filter((need) => need < i).map((need) => `job-${need}`))] : [],
              instance: of === null ? null : { of, key: String(i), first: false },
            });
            return changed ? upgrade(one) : settled(one);
          }),
          { maxChangedJobs: 99 },
        );
        const byKey = new Map(made.jobs.map((entry) => [entry.job, entry]));
        for (const entry of made.jobs.filter((candidate) => candidate.changed)) {
          for (const need of entry.needs) {
            const before = byKey.get(need);
            if (before?.changed) expect(before.wave).toBeLessThan(entry.wave);
          }
        }
        for (const group of ['x', 'y']) {
          const changed = made.jobs.filter((entry, i) => nodes[i]?.of === group && entry.changed);
          const first = Math.min(...changed.map((entry) => entry.wave));
          if (changed.length > 0) expect(changed.filter((entry) => entry.wave === first)).toHaveLength(1);
        }
      }),
    );
  });
});

it('the generated worlds reach every action', () => {
  const seen = new Set(
    fc.sample(worlds, { numRuns: 3000, seed: 7 }).flatMap((plan) => plan.jobs.map((made) => made.action)),
  );
  expect([...seen].sort()).toEqual(['adopt', 'none', 'refuse', 'resume', 'roll-out'].sort());
  expect(recorded(job('orders')).id).toBe('run-1');
});
