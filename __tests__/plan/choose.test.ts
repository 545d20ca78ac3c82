import { describe, expect, it } from '@jest/globals';
import type { Job } from '../../src/model/job.js';
import type { Json } from '../../src/model/json.js';
import type { PlanOptions } from '../../src/plan/index.js';
import {
  type Case,
  change,
  good,
  job,
  plan,
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
const lake = job('lake', {
  engine: 'batchy',
  target: { name: 'lake', artifact: 's3://acme/lake.py', checkpoint: 's3://acme/ckpt' },
});
const sync = job('sync', { engine: 'snappy' });

/** A declared field changed since the last rollout. */
function changedField(of: Job, field: string, before: Json): Case {
  const was = { ...of, target: { ...of.target, [field]: before } };
  return upgrade(of, {
    change: change(of, 'old', {
      touched: true,
      files: [],
      fields: [{ field, at: { file: 'm.yml', line: 3, column: 1 } }],
    }),
    record: record(of, { plan: rolloutPlan(was), revision: revision(was, 'old'), good: good(was, 'old') }),
    runs: [recorded(of, { stamp: stamp(of, revision(was, 'old')) })],
  });
}

it('where none fits, what the engine has no way to do is no advice', () => {
  const hasty = job('lake', { engine: 'batchy', maxGapSeconds: 10 });
  const [finding] = plan(upgrade(hasty)).findings;
  expect(finding).toMatchObject({
    code: 'no-strategy',
    message: expect.stringMatching(/parallel: .*slots.*restart: .*gap/),
  });
  expect(finding?.message).not.toMatch(/rolling|in-place-update|savepoint-upgrade|drain/);
  expect(plan(upgrade(hasty)).rejected.map(({ strategy }) => strategy)).toContain('rolling');
  // A strategy that a person names is always told of.
  const named = plan(upgrade({ ...hasty, strategy: ['rolling', 'restart'] })).findings[0];
  expect(named?.message).toContain('rolling: one unit');
});

describe('auto', () => {
  it.each<[string, Case, Partial<PlanOptions>, object]>([
    ['in place where the engine can', upgrade(orders), {}, { strategy: 'in-place-update', rejected: [] }],
    ['a savepoint where there is one', upgrade(sync), {}, { strategy: 'savepoint-upgrade' }],
    ['a restart where nothing else is', upgrade(lake), {}, { strategy: 'restart' }],
    [
      'drained where the impact is recreate and the job has no state',
      changedField(job('orders', { stateful: false }), 'region', 'europe-west4'),
      {},
      { impact: 'recreate', strategy: 'drain-and-resubmit', rejected: [{ strategy: 'parallel' }] },
    ],
    [
      'nothing where the impact is recreate and the job is stateful',
      changedField(orders, 'region', 'europe-west4'),
      {},
      { impact: 'recreate', strategy: null, action: 'refuse' },
    ],
    [
      'what needs no consent, though one was given',
      upgrade(sync),
      { accept: new Set(['duplicates', 'state-loss']) },
      { strategy: 'savepoint-upgrade', accepted: [] },
    ],
    [
      'a consent only where it is needed',
      changedField(orders, 'region', 'europe-west4'),
      { accept: new Set(['duplicates', 'state-loss', 'shared-input']) },
      { strategy: 'drain-and-resubmit', accepted: ['state-loss'] },
    ],
    ['the input in place of the declared strategy', upgrade(sync), { strategy: ['restart'] }, { strategy: 'restart' }],
  ])('takes %s', (_, of, options, expected) => {
    expect(plan(of, options)).toMatchObject(expected);
  });

  it('says why each one before the chosen one does not fit', () => {
    expect(plan(upgrade(lake)).rejected).toEqual([
      { strategy: 'in-place-update', reason: 'a run can not be replaced' },
      { strategy: 'rolling', reason: 'one unit' },
      { strategy: 'savepoint-upgrade', reason: 'there are no snapshots' },
      {
        strategy: 'parallel',
        reason: 'without parallel.slots both runs would read one input and split it between them',
      },
    ]);
  });

  it('prefers, after an adoption, what needs no start of the old revision', () => {
    const slots = [{ name: 'sync-a' }, { name: 'sync-b' }];
    const idempotent = { ...sync, sink: 'idempotent', parallel: { overlapSeconds: 60, slots } } as const;
    const adopted = record(idempotent, { plan: null, good: good(idempotent, 'old', { target: null }) });
    expect(plan(upgrade(idempotent)).strategy).toBe('savepoint-upgrade');
    const after = plan(upgrade(idempotent, { record: adopted }));
    expect(after.strategy).toBe('parallel');
    expect(after.findings).toEqual([]);
    expect(after.rejected.find((entry) => entry.strategy === 'savepoint-upgrade')?.reason).toMatch(
      /settings are not known; parallel does without/,
    );
  });

  it('prefers a known gap where max-gap is declared', () => {
    const slots = [{ name: 'orders-a' }, { name: 'orders-b' }];
    const of = changedField(
      { ...orders, stateful: false, sink: 'idempotent', maxGapSeconds: 600, parallel: { overlapSeconds: 600, slots } },
      'region',
      'x',
    );
    expect(plan(of)).toMatchObject({ strategy: 'parallel', slot: 0, findings: [] });
  });
});

describe('a list', () => {
  it('falls back in its own order, and tells why', () => {
    const listed = job('orders', {
      strategy: ['savepoint-upgrade', 'restart', 'drain-and-resubmit', 'in-place-update'],
      stateful: false,
    });
    expect(plan(upgrade(listed))).toMatchObject({
      strategy: 'drain-and-resubmit',
      rejected: [{ strategy: 'savepoint-upgrade' }, { strategy: 'restart' }],
    });
  });

  it('is refused where nothing of it fits, with every reason in one finding', () => {
    const made = plan(upgrade(job('orders', { strategy: ['restart', 'rolling'] })));
    expect(made).toMatchObject({
      action: 'refuse',
      strategy: null,
      changed: true,
      findings: [{ code: 'no-strategy', level: 'error' }],
    });
    expect(made.findings[0]?.message).toBe(
      'no strategy fits. restart: a cancelled job loses what it buffers. rolling: one unit',
    );
  });

  it('does not stand in the way of a start, a stop or a scale step', () => {
    const strategy = ['parallel'] as const;
    expect(plan({ job: job('orders', { strategy }) }).strategy).toBe('create');
    const stopped = job('orders', { strategy, desired: 'stopped', stateful: false });
    expect(plan({ job: stopped, runs: [recorded(stopped)], record: record(stopped) }).strategy).toBe('stop');
    const scaled = job('orders', { strategy, target: { ...orders.target, workers: 9 } });
    expect(plan(settled(scaled, { runs: [recorded(scaled, { scale: { workers: 3 } })] })).strategy).toBe(
      'in-flight-update',
    );
  });
});

describe('scale', () => {
  const scaled = job('orders', { target: { ...orders.target, workers: { min: 2, max: 20 } } });
  const sized = (workers: { [name: string]: number }) => recorded(scaled, { scale: { workers } });

  it('is compared with what the run has, and needs no new run', () => {
    const made = plan(settled(scaled, { runs: [sized({ min: 2, max: 10 })] }));
    expect(made).toMatchObject({
      action: 'roll-out',
      impact: 'scale',
      strategy: 'in-flight-update',
      steps: [{ id: 'scale', undo: 'undo-scale' }, { id: 'verify' }],
    });
    expect(made.reasons).toEqual([
      {
        kind: 'scale',
        message: 'workers.max is 10, declared is 20',
        field: 'target.workers.max',
        file: '.github/streaming-jobs.yml',
        line: 14,
      },
    ]);
  });

  it('is unchanged where the run has it, and where more is shown than declared', () => {
    expect(plan(settled(scaled, { runs: [sized({ min: 2, max: 20, hint: 1 })] })).action).toBe('none');
  });

  it('is a difference where the run does not have the value yet', () => {
    expect(plan(settled(scaled, { runs: [sized({ max: 20 })] })).reasons).toMatchObject([
      { message: 'workers.min is not set, declared is 2' },
    ]);
  });

  it('comes from the record where the engine shows nothing, and is told to be unknown without one', () => {
    const plan4 = rolloutPlan(scaled, { scale: { workers: { min: 2, max: 20 } } });
    expect(plan(settled(scaled, { record: record(scaled, { plan: plan4 }) }))).toMatchObject({
      action: 'none',
      findings: [],
    });
    expect(plan(settled(scaled, { record: record(scaled, { plan: null }) }))).toMatchObject({
      action: 'none',
      findings: [{ code: 'scale-not-shown', level: 'notice' }],
    });
  });

  it('goes along with an upgrade as a step after the launch', () => {
    expect(plan(upgrade(scaled, { runs: [sized({ min: 2, max: 10 })] })).steps.map((step) => step.id)).toEqual([
      'replace',
      'scale',
      'verify',
    ]);
  });

  it('is set by a new launch where it can not be changed in flight', () => {
    const still = job('sync', { engine: 'snappy', target: { ...sync.target, workers: 4 } });
    const made = plan(settled(still, { runs: [recorded(still, { scale: { workers: 2 } })] }));
    expect(made).toMatchObject({
      impact: 'scale',
      strategy: 'savepoint-upgrade',
      rejected: [{ strategy: 'in-flight-update', reason: 'not offered' }, {}, {}],
    });
  });

  it('left in quarantine stays, until other values are declared', () => {
    const held = {
      revision: revision(scaled, 'old'),
      rollout: 'x',
      reason: 'no quota',
      at: '2026-01-02T00:00:00Z',
      scale: { workers: { max: 20, min: 2 } },
    };
    const of = settled(scaled, { runs: [sized({ min: 2, max: 10 })], record: record(scaled, { quarantined: [held] }) });
    expect(plan(of)).toMatchObject({ action: 'leave', findings: [{ code: 'revision-quarantined' }] });
    const other = job('orders', { target: { ...orders.target, workers: { min: 2, max: 15 } } });
    expect(plan({ ...of, job: other, change: change(other, 'old') })).toMatchObject({ action: 'roll-out' });
    // It says nothing against a new revision.
    expect(plan({ ...of, change: change(scaled, 'new', touchedBy('a.py')) })).toMatchObject({
      action: 'roll-out',
      strategy: 'in-place-update',
    });
  });
});

describe('impact', () => {
  it.each<[string, Case, string]>([
    ['a file', upgrade(orders), 'upgrade'],
    ['a setting', changedField(orders, 'arguments', 'old'), 'upgrade'],
    ['a setting that needs a new job', changedField(orders, 'region', 'europe-west4'), 'recreate'],
  ])('of %s', (_, of, impact) => {
    expect(plan(of).impact).toBe(impact);
  });

  it('comes from what was launched where the declaration is not recorded', () => {
    const launched = good(orders, 'older', { target: { ...orders.target, region: 'europe-west4' } });
    const made = plan(
      upgrade(orders, {
        record: record(orders, { plan: null, good: launched }),
        runs: [recorded(orders, { stamp: stamp(orders, launched.revision) })],
      }),
    );
    expect(made).toMatchObject({ impact: 'recreate' });
    expect(made.reasons).toMatchObject([{ kind: 'file' }, { kind: 'setting', field: 'target.region' }]);
  });

  it('comes from what the engine shows on first contact', () => {
    const shown = run('hand-1', 'orders', { shows: { region: 'europe-west4' } });
    expect(plan({ job: orders, runs: [shown] }, { force: true }).impact).toBe('recreate');
  });

  it('of a credential is none: it stays outside the revision', () => {
    const of = job('orders', { target: { ...orders.target, credentials: 'new' } });
    expect(plan({ ...settled(orders), job: of, change: change(of, 'old') }).action).toBe('none');
  });
});

describe('parallel', () => {
  const slots = [{ input: 'sub-a' }, { input: 'sub-b' }];
  const named = [{ name: 'orders-a' }, { name: 'orders-b' }];
  const free = { sink: 'idempotent', stateful: false, strategy: ['parallel'] } as const;
  const at = (slot: number | null, of = 'orders') => ({
    runs: [recorded(orders, { name: of, stamp: { ...stamp(orders, revision(orders, 'old')), slot } })],
  });

  it('takes the slot that the stamp of the old run does not name; other strategies keep it', () => {
    for (const [taken, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const of = job('orders', { ...free, parallel: { overlapSeconds: 60, slots } });
      expect(plan(upgrade(of, at(taken)))).toMatchObject({ strategy: 'parallel', slot: other });
      expect(plan(upgrade({ ...of, strategy: 'auto' }, at(taken)))).toMatchObject({
        strategy: 'in-place-update',
        slot: taken,
      });
    }
  });

  it('knows the slot of an adopted run by its name, or by what it shows', () => {
    const byName = job('orders', { ...free, parallel: { overlapSeconds: 60, slots: named } });
    expect(
      plan({ job: byName, change: change(byName, 'new', touchedBy('x')), runs: [run('h', 'orders-b')] }),
    ).toMatchObject({ slot: 0 });
    // The run takes neither: it was started before there were slots.
    expect(
      plan({ job: byName, change: change(byName, 'new', touchedBy('x')), runs: [run('h', 'orders')] }),
    ).toMatchObject({ slot: 0 });
    const byInput = job('orders', { ...free, parallel: { overlapSeconds: 60, slots } });
    const shown = run('h', 'orders', { shows: { input: 'sub-a' } });
    expect(plan({ job: byInput, change: change(byInput, 'new', touchedBy('x')), runs: [shown] })).toMatchObject({
      slot: 1,
    });
  });

  it('is rejected where the slot of the old run is not known', () => {
    const of = job('orders', { ...free, parallel: { overlapSeconds: 60, slots } });
    const made = plan({ job: of, change: change(of, 'new', touchedBy('x')), runs: [run('h', 'orders')] });
    expect(made.rejected).toMatchObject([{ strategy: 'parallel', reason: expect.stringContaining('is not known') }]);
  });

  it('starts under a name of its own where the slots have one, and overlaps under one name otherwise', () => {
    const steps = (of: Job) => plan(upgrade(of, at(0, 'orders-a'))).steps.map((step) => step.id);
    expect(steps(job('orders', { ...free, parallel: { overlapSeconds: 60, slots: named } }))).toEqual([
      'start',
      'verify',
      'wait',
      'drain',
    ]);
    expect(steps(job('orders', { ...free, parallel: { overlapSeconds: 60, slots } }))).toEqual([
      'overlap',
      'verify',
      'wait',
      'drain',
    ]);
  });

  it('without slots is never chosen by auto, and needs a consent where it is named', () => {
    const of = job('orders', free);
    expect(plan(upgrade(of))).toMatchObject({
      strategy: null,
      findings: [{ code: 'no-strategy', next: expect.stringContaining('shared-input') }],
    });
    expect(plan(upgrade(of), { accept: new Set(['shared-input']) })).toMatchObject({
      strategy: 'parallel',
      accepted: ['shared-input'],
      slot: null,
    });
    const auto = changedField(job('orders', { ...free, strategy: 'auto' }), 'region', 'x');
    expect(plan(auto, { accept: new Set(['shared-input']) })).toMatchObject({ strategy: 'drain-and-resubmit' });
  });

  it('is rejected, whatever the consents, where both runs would write one checkpoint', () => {
    const accept = new Set(['shared-input', 'duplicates', 'state-loss'] as const);
    const alone = { ...lake, ...free };
    expect(plan(upgrade(alone), { accept }).rejected).toMatchObject([
      { reason: expect.stringContaining('s3://acme/ckpt') },
    ]);
    const same = { ...alone, parallel: { overlapSeconds: 60, slots: [{ name: 'lake-a' }, { name: 'lake-b' }] } };
    expect(plan(upgrade(same), { accept }).strategy).toBeNull();
    const own = {
      ...alone,
      parallel: {
        overlapSeconds: 60,
        slots: [
          { name: 'lake-a', checkpoint: 'a' },
          { name: 'lake-b', checkpoint: 'b' },
        ],
      },
    };
    expect(plan(upgrade(own), { accept }).strategy).toBe('parallel');
  });

  it.each<[string, Partial<Job>, number | null]>([
    [
      'an hour at least',
      { verify: { runningWithinSeconds: 60, bakeSeconds: 60, gates: [] }, parallel: { overlapSeconds: 60, slots } },
      3600,
    ],
    [
      'twice the verification and 6 minutes',
      { verify: { runningWithinSeconds: 1800, bakeSeconds: 1800, gates: [] }, parallel: { overlapSeconds: 60, slots } },
      7920,
    ],
    ['twice the overlap', { parallel: { overlapSeconds: 86_400, slots } }, 172_800],
    ['744 h at most', { parallel: { overlapSeconds: 372 * 3600, slots } }, 744 * 3600],
    ['rejected beyond', { parallel: { overlapSeconds: 372 * 3600 + 1, slots } }, null],
  ])('has a backstop: %s', (_, more, seconds) => {
    const made = plan(upgrade(job('orders', { ...free, ...more }), at(0)));
    expect(made.backstopSeconds).toBe(seconds);
    expect(made.strategy).toBe(seconds === null ? null : 'parallel');
  });

  it('has no backstop of the service where we start the second run ourselves', () => {
    expect(
      plan(upgrade(job('orders', { ...free, parallel: { overlapSeconds: 600, slots: named } }), at(0, 'orders-a')))
        .backstopSeconds,
    ).toBeNull();
  });

  it('gives a first start the first slot', () => {
    expect(plan({ job: job('orders', { parallel: { overlapSeconds: 60, slots } }) }).slot).toBe(0);
  });
});

describe('a stop', () => {
  it('of a stateful job never drops its state without consent', () => {
    const of = job('orders', { desired: 'stopped' });
    const running = { job: of, runs: [recorded(of)], record: record(of) };
    expect(plan(running)).toMatchObject({
      action: 'refuse',
      findings: [{ code: 'no-strategy', next: expect.stringContaining('state-loss') }],
    });
    expect(plan(running, { accept: new Set(['state-loss']) })).toMatchObject({
      action: 'roll-out',
      accepted: ['state-loss'],
    });
    const kept = job('sync', { engine: 'snappy', desired: 'stopped' });
    expect(plan({ job: kept, runs: [recorded(kept)], record: record(kept) })).toMatchObject({
      action: 'roll-out',
      steps: [{ id: 'stop-with-snapshot', undo: null }],
    });
  });
});
