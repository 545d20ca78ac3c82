import { describe, expect, it } from '@jest/globals';
import type { JobPlan } from '../../src/model/plan.js';
import { type PlanOptions, planJobs } from '../../src/plan/index.js';
import {
  type Case,
  change,
  environment,
  good,
  input,
  job,
  name,
  plan,
  planOf,
  record,
  recorded,
  revision,
  rolloutPlan,
  run,
  settled,
  stamp,
  touchedBy,
  unknown,
  upgrade,
} from './world.js';

const orders = job('orders');
const snaps = job('snaps', { engine: 'snappy' });
const stopped = job('orders', { desired: 'stopped', stateful: false });
const [old, now] = [revision(orders, 'old'), revision(orders)];
const byHand = run('hand-1', 'orders');
const foreign = run('run-x', 'orders', { stamp: stamp({ key: 'other' }, old) });
const closed = (outcome: 'failed' | 'stuck' | 'superseded' | 'skipped', runs: string[] = []) => ({
  closed: { outcome, code: null, message: 'the new run ended', at: '2026-01-02T00:00:00Z', runs },
});
const quarantine = {
  revision: now,
  rollout: record(orders).rollout,
  reason: 'the new run ended',
  at: '2026-01-02T00:00:00Z',
  scale: null,
};

type Row = [what: string, of: Case, options: Partial<PlanOptions>, expected: Partial<JobPlan> | object];

const rows: readonly Row[] = [
  [
    'never ran',
    { job: orders },
    {},
    { action: 'roll-out', strategy: 'create', current: null, reasons: [{ kind: 'first-contact' }] },
  ],
  [
    'as recorded and equal',
    settled(orders),
    {},
    { action: 'none', changed: false, impact: 'none', strategy: null, reasons: [{ kind: 'unchanged' }] },
  ],
  [
    'as recorded and equal, forced',
    settled(orders),
    { force: true },
    { action: 'roll-out', strategy: 'in-place-update', impact: 'upgrade', reasons: [{ kind: 'forced' }] },
  ],
  [
    'as recorded and other',
    upgrade(orders),
    {},
    { action: 'roll-out', strategy: 'in-place-update', reasons: [{ kind: 'file', path: 'orders.py' }] },
  ],
  [
    'first contact',
    { job: orders, runs: [byHand] },
    {},
    { action: 'adopt', changed: false, strategy: null, steps: [], reasons: [{ kind: 'first-contact' }] },
  ],
  [
    'first contact, base unknown',
    { job: orders, change: change(orders, 'new', unknown), runs: [byHand] },
    {},
    { action: 'adopt' },
  ],
  [
    'first contact, changed by this commit',
    { job: orders, change: change(orders, 'new', touchedBy('orders.py')), runs: [byHand] },
    {},
    { action: 'roll-out', strategy: 'in-place-update', reasons: [{ kind: 'first-contact' }, { kind: 'file' }] },
  ],
  [
    'first contact, forced',
    { job: orders, runs: [byHand] },
    { force: true },
    { action: 'roll-out', reasons: [{ kind: 'first-contact' }, { kind: 'forced' }] },
  ],
  [
    'by hand beside a record',
    { job: orders, record: record(orders), runs: [byHand] },
    {},
    { action: 'refuse', findings: [{ code: 'run-by-hand', level: 'error' }], reasons: [{ kind: 'drift' }] },
  ],
  [
    'by hand beside a record, adopt',
    { job: orders, record: record(orders), runs: [byHand] },
    { onDrift: 'adopt' },
    { action: 'adopt', current: { run: 'hand-1' } },
  ],
  [
    'by hand beside a record, overwrite',
    { job: orders, record: record(orders), runs: [byHand] },
    { onDrift: 'overwrite' },
    { action: 'roll-out', current: { run: 'hand-1' } },
  ],
  [
    'by hand beside a record, forced: force is no word on drift',
    { job: orders, record: record(orders), runs: [byHand] },
    { force: true },
    { action: 'refuse' },
  ],
  ['foreign', { job: orders, runs: [foreign] }, {}, { action: 'refuse', findings: [{ code: 'run-foreign' }] }],
  ['foreign, adopt', { job: orders, runs: [foreign] }, { onDrift: 'adopt' }, { action: 'adopt' }],
  ['foreign, overwrite', { job: orders, runs: [foreign] }, { onDrift: 'overwrite' }, { action: 'roll-out' }],
  [
    'newer than the ledger',
    { job: orders, record: record(orders), runs: [run('run-9', 'orders', { stamp: stamp(orders, now, 9) })] },
    {},
    { action: 'refuse', findings: [{ code: 'run-newer' }] },
  ],
  [
    'down',
    { job: orders, record: record(orders), runs: [recorded(orders, { state: 'stopped' })] },
    {},
    { action: 'refuse', findings: [{ code: 'job-down' }], reasons: [{ kind: 'down' }] },
  ],
  [
    'down, adopt: there is nothing to adopt',
    { job: orders, record: record(orders) },
    { onDrift: 'adopt' },
    { action: 'refuse' },
  ],
  [
    'down, forced',
    { job: orders, record: record(orders), runs: [recorded(orders, { state: 'stopped' })] },
    { force: true },
    { action: 'roll-out', strategy: 'create', current: { run: 'run-1' } },
  ],
  [
    'down, forced, where a run ends with a snapshot: its last run is asked for it',
    { job: snaps, record: record(snaps), runs: [recorded(snaps, { state: 'failed' })] },
    { force: true },
    {
      action: 'roll-out',
      strategy: 'savepoint-upgrade',
      current: { run: 'run-1' },
      steps: [{ verb: 'prepare' }, { verb: 'snapshot' }, { verb: 'start' }, { verb: 'verify' }],
    },
  ],
  [
    'down, forced, where the ledger knows the snapshot: it is started from that',
    {
      job: snaps,
      record: { ...record(snaps), good: good(snaps, 'old', { snapshot: 's3://chk/1' }) },
      runs: [recorded(snaps, { state: 'failed' })],
    },
    { force: true },
    { action: 'roll-out', strategy: 'create' },
  ],
  [
    'down, forced, the loss of its state accepted',
    { job: snaps, record: record(snaps), runs: [recorded(snaps, { state: 'failed' })] },
    { force: true, accept: new Set(['state-loss'] as const) },
    { action: 'roll-out', strategy: 'create' },
  ],
  [
    'down, forced, without state',
    { job: { ...snaps, stateful: false }, record: record(snaps), runs: [recorded(snaps, { state: 'failed' })] },
    { force: true },
    { action: 'roll-out', strategy: 'create' },
  ],
  [
    'left down by a rollout that did not find the snapshot: its last good run is asked again',
    { job: snaps, record: record(snaps, closed('stuck')), runs: [recorded(snaps, { state: 'stopped' })] },
    {},
    { action: 'roll-out', strategy: 'savepoint-upgrade', current: { run: 'run-1' } },
  ],
  [
    'left down by a new run that never was good: it is asked for nothing',
    {
      job: snaps,
      record: record(snaps, closed('failed')),
      runs: [run('run-2', 'snaps', { state: 'failed', stamp: stamp(snaps, revision(snaps), 2) })],
    },
    { force: true },
    { action: 'roll-out', strategy: 'create' },
  ],
  [
    'down, overwrite',
    { job: orders, record: record(orders) },
    { onDrift: 'overwrite' },
    { action: 'roll-out', strategy: 'create' },
  ],
  [
    'down, none of the runs ours',
    { job: orders, runs: [run('hand-1', 'orders', { state: 'stopped' })] },
    {},
    { action: 'refuse', findings: [{ code: 'job-down' }] },
  ],
  [
    'down, the ledger is lost',
    { job: orders, runs: [recorded(orders, { state: 'stopped' })] },
    {},
    { action: 'roll-out', strategy: 'create', findings: [{ code: 'record-lost', level: 'warning' }] },
  ],
  [
    'ledger lost, equal',
    { job: orders, change: change(orders, 'old'), runs: [recorded(orders)] },
    {},
    { action: 'roll-out', changed: false, impact: 'none', steps: [{ id: 'verify' }], scale: {} },
  ],
  [
    'ledger lost, other',
    { job: orders, runs: [recorded(orders)] },
    {},
    { action: 'roll-out', changed: true, strategy: 'in-place-update' },
  ],
  [
    'declared as stopped',
    { job: stopped, change: change(stopped, 'old'), record: record(stopped), runs: [recorded(stopped)] },
    {},
    { action: 'roll-out', strategy: 'stop', steps: [{ id: 'drain' }], reasons: [{ kind: 'stopped' }] },
  ],
  [
    'declared as stopped, and it is',
    { job: stopped, record: record(stopped), runs: [] },
    {},
    { action: 'none', changed: false, reasons: [{ kind: 'stopped' }] },
  ],
  [
    'back to running',
    {
      job: orders,
      record: record(orders, {
        plan: rolloutPlan(orders, { strategy: 'stop' }),
        closed: { outcome: 'succeeded', code: null, message: '', at: '', runs: [] },
      }),
      runs: [recorded(orders, { state: 'drained' })],
    },
    {},
    { action: 'roll-out', strategy: 'create', reasons: [{ kind: 'stopped' }] },
  ],
  [
    'elsewhere',
    { job: orders, record: record(orders, { place: 'acme-prod/us-east1' }), runs: [] },
    {},
    { action: 'refuse', findings: [{ code: 'job-elsewhere' }] },
  ],
  [
    'elsewhere, forced',
    { job: orders, record: record(orders, { place: 'acme-prod/us-east1' }), runs: [] },
    { force: true, onDrift: 'overwrite' },
    { action: 'refuse' },
  ],
  [
    'a batch job',
    { job: orders, runs: [run('hand-1', 'orders', { streaming: false })] },
    { force: true },
    { action: 'refuse', findings: [{ code: 'not-streaming' }] },
  ],
  [
    'several',
    { job: orders, runs: [byHand, run('hand-2', 'orders')] },
    { onDrift: 'overwrite', force: true },
    { action: 'refuse', findings: [{ code: 'several-runs' }] },
  ],
  [
    'on its way out',
    { job: orders, record: record(orders), runs: [recorded(orders, { state: 'draining' })] },
    {},
    { action: 'refuse', findings: [{ code: 'run-ending' }] },
  ],
  [
    'an open rollout of the declared revision',
    { job: orders, record: record(orders, { closed: null, revision: now }), runs: [recorded(orders)] },
    {},
    { action: 'resume', changed: true, reasons: [{ kind: 'open-rollout' }] },
  ],
  [
    'an open rollout of another revision',
    upgrade(orders, { record: record(orders, { closed: null, revision: 'r1-0000000000000000' }) }),
    {},
    { action: 'resume', strategy: 'in-place-update', reasons: [{ kind: 'open-rollout' }, { kind: 'file' }] },
  ],
  [
    'superseded before it was verified, equal',
    settled(orders, { record: record(orders, { good: null, ...closed('superseded', ['run-1']) }) }),
    {},
    { action: 'roll-out', changed: false, steps: [{ id: 'verify' }] },
  ],
  [
    'left by stuck, equal',
    settled(orders, { record: record(orders, { good: null, ...closed('stuck', ['run-1']) }) }),
    {},
    { action: 'leave', changed: false, findings: [{ code: 'revision-quarantined', level: 'warning' }] },
  ],
  [
    'left by stuck, forced',
    settled(orders, { record: record(orders, { good: null, ...closed('stuck', ['run-1']) }) }),
    { force: true },
    { action: 'roll-out' },
  ],
  [
    'left by stuck, the workflow run again',
    settled(orders, { record: record(orders, { good: null, ...closed('stuck', ['run-1']) }) }),
    { rerunOf: '77' },
    { action: 'roll-out' },
  ],
  [
    'left down by a rollout of another revision',
    { job: orders, record: record(orders, closed('stuck')), runs: [recorded(orders, { state: 'failed' })] },
    {},
    { action: 'roll-out', strategy: 'create', reasons: [{ kind: 'down' }] },
  ],
  [
    'left down by a rollout of this revision',
    { job: orders, record: record(orders, { ...closed('stuck'), quarantined: [quarantine] }), runs: [] },
    {},
    { action: 'refuse', reasons: [{ kind: 'down' }], findings: [{ code: 'job-down', level: 'error' }] },
  ],
  [
    'left down by a rollout of this revision, before it ever ran',
    { job: orders, record: record(orders, { ...closed('failed'), good: null, quarantined: [quarantine] }), runs: [] },
    {},
    { action: 'leave', reasons: [{ kind: 'quarantined' }] },
  ],
  [
    'skipped before, so still to be done',
    upgrade(orders, { record: record(orders, closed('skipped')) }),
    {},
    { action: 'roll-out' },
  ],
  [
    'quarantined',
    upgrade(orders, { record: record(orders, { quarantined: [quarantine] }) }),
    {},
    { action: 'leave', changed: false, steps: [], reasons: [{ kind: 'quarantined' }] },
  ],
  [
    'quarantined, forced',
    upgrade(orders, { record: record(orders, { quarantined: [quarantine] }) }),
    { force: true },
    { action: 'roll-out' },
  ],
  [
    'quarantined, the workflow run again',
    upgrade(orders, { record: record(orders, { quarantined: [quarantine] }) }),
    { rerunOf: '77' },
    { action: 'roll-out' },
  ],
  [
    'quarantined, another workflow run again',
    upgrade(orders, { record: record(orders, { quarantined: [quarantine] }) }),
    { rerunOf: '78' },
    { action: 'leave' },
  ],
  [
    'quarantined, but proved since',
    upgrade(orders, {
      record: record(orders, {
        quarantined: [quarantine],
        goods: [good(orders, 'new', { runId: 'run-0', at: '2026-02-01T00:00:00Z' })],
      }),
    }),
    {},
    { action: 'roll-out' },
  ],
  [
    'quarantined, and good only before (a requested rollback)',
    upgrade(orders, {
      record: record(orders, { quarantined: [quarantine], goods: [good(orders, 'new', { runId: 'run-0' })] }),
    }),
    {},
    { action: 'leave' },
  ],
];

describe('what apply does with what is found', () => {
  it.each(rows)('%s', (_, of, options, expected) => {
    expect(plan(of, options)).toMatchObject(expected);
  });

  it('gives every job at least one reason, and no unchanged one a step', () => {
    for (const [, of, options] of rows) {
      const made = plan(of, options);
      expect(made.reasons.length).toBeGreaterThan(0);
      if (!made.changed && made.action !== 'roll-out') expect(made.steps).toEqual([]);
    }
  });
});

describe('a stray of ours', () => {
  const third = record(orders, {
    n: 3,
    rollout: stamp(orders, old, 3).rollout,
    closed: { outcome: 'succeeded', code: null, message: '', at: '', runs: ['run-3'] },
    good: good(orders, 'old', { runId: 'run-3', n: 3 }),
  });
  const runs = [
    run('run-3', 'orders', { stamp: stamp(orders, old, 3) }),
    run('run-2', 'orders', { stamp: stamp(orders, now, 2) }),
  ];

  it('beside an equal run refuses, with force as the next command', () => {
    const made = plan({ job: orders, change: change(orders, 'old'), runs, record: third });
    expect(made).toMatchObject({
      action: 'refuse',
      findings: [{ code: 'stray-run', next: 'stream-rollout apply --environment production --jobs orders --force' }],
    });
    expect(plan({ job: orders, change: change(orders, 'old'), runs, record: third }, { force: true })).toMatchObject({
      action: 'roll-out',
    });
  });

  it('beside another one is told, and does not stop the rollout', () => {
    expect(plan({ job: orders, runs, record: third })).toMatchObject({
      action: 'roll-out',
      current: { run: 'run-3' },
      findings: [{ code: 'stray-run', level: 'warning' }],
    });
  });

  it('alone refuses, unless forced', () => {
    const alone = { job: orders, runs: runs.slice(1), record: third };
    expect(plan(alone)).toMatchObject({ action: 'refuse', findings: [{ code: 'stray-run' }] });
    expect(plan(alone, { force: true })).toMatchObject({ action: 'roll-out', current: { run: 'run-2' } });
  });
});

describe('renamed', () => {
  const purchases = job('purchases', { was: 'orders', target: { ...orders.target } });

  it('takes run and history over by a write to the ledger, and lists no orphan', () => {
    const { jobs } = planOf([
      { job: purchases, change: change(purchases, 'old'), runs: [recorded(orders)], record: record(orders) },
    ]);
    expect(jobs).toMatchObject([{ job: 'purchases', action: 'adopt', reasons: [{ kind: 'renamed' }] }]);
  });

  it('rolls out over the old run where the revision differs', () => {
    const made = plan({
      job: purchases,
      change: change(purchases, 'new', touchedBy('orders.py')),
      runs: [recorded(orders)],
      record: record(orders),
    });
    expect(made).toMatchObject({
      action: 'roll-out',
      current: { run: 'run-1' },
      reasons: [{ kind: 'renamed' }, { kind: 'file' }],
    });
  });
});

describe('a name on the engine', () => {
  const named = (key: string, of: string, more: object = {}) =>
    job(key, { target: { ...orders.target, name: of }, ...more });
  const first = named('orders', 'orders');

  it('that stays with a renamed job is told, unless it is written down', () => {
    const renamed = named('purchases', 'orders', { was: 'orders' });
    const case_ = { change: change(renamed, 'old'), runs: [recorded(first)], record: record(first) };
    expect(plan({ ...case_, job: renamed }).findings).toMatchObject([{ code: 'name-kept', level: 'notice' }]);
    const written = { ...renamed, positions: { 'target.name': { file: 'jobs.yml', line: 3, column: 5 } } };
    expect(plan({ ...case_, job: written }).findings).toEqual([]);
  });

  it('that is declared anew starts the job again: it is told how to keep the run, in a refusal first', () => {
    const moved = named('orders', 'purchases');
    const case_ = { job: moved, change: change(moved, 'old'), runs: [recorded(first)], record: record(first) };
    const refused = plan(case_);
    expect(refused).toMatchObject({ action: 'refuse', impact: 'recreate' });
    const next = refused.findings.find(({ code }) => code === 'no-strategy')?.next;
    expect(next).toMatch(/^to keep the run, declare `target.name: orders`; or if that is what you want: .* --accept /);
    const made = plan(case_, { accept: new Set(['state-loss']) });
    expect(made).toMatchObject({ action: 'roll-out', strategy: 'drain-and-resubmit' });
    expect(made.findings).toContainEqual(expect.objectContaining({ code: 'name-changes', level: 'warning' }));
  });

  it('that a renamed job has taken over makes no orphan of its old record', () => {
    const after = named('purchases', 'orders');
    const made = input([
      {
        job: after,
        change: change(after, 'old'),
        runs: [recorded(first)],
        record: record(after, { names: ['orders'] }),
      },
    ]);
    const records = new Map([...made.records, ['orders', record(first)]]);
    expect(planJobs({ ...made, records }).jobs.map((one) => one.job)).toEqual(['purchases']);
  });
});

describe('a run that is taken over by the commit that also changes its code', () => {
  it('is told with the files and the way to roll them out', () => {
    const explanation = { ...touchedBy('orders.py', 'lib/io.py'), touched: false, added: true };
    const made = plan({ job: orders, change: change(orders, 'new', explanation), runs: [byHand] });
    expect(made).toMatchObject({ action: 'adopt', findings: [{ code: 'adopted-without-change', level: 'warning' }] });
    expect(made.findings[0]?.message).toContain('orders.py and lib/io.py');
    expect(made.findings[0]?.next).toContain(`--environment ${environment} --jobs orders --force`);
    const alone = plan({ job: orders, change: change(orders, 'new', { ...explanation, files: [] }), runs: [byHand] });
    expect(alone.findings).toEqual([]);
  });
});

describe('orphans', () => {
  const gone = job('gone');
  const beside = (left: ReturnType<typeof record>) => {
    const made = input([settled(orders)]);
    return planJobs({ ...made, records: new Map([...made.records, ['gone', left]]) }).jobs.slice(1);
  };

  it('are listed with what runs, and never touched', () => {
    expect(beside(record(gone))).toMatchObject([
      {
        job: 'gone',
        action: 'list',
        changed: false,
        current: { run: 'run-1' },
        reasons: [{ kind: 'orphan' }],
        steps: [],
      },
    ]);
  });

  it('are history once they were stopped', () => {
    expect(
      beside(record(gone, { closed: { outcome: 'succeeded', code: null, message: '', at: '', runs: [] } })),
    ).toEqual([]);
  });
});

describe('first contact', () => {
  it('lists what differs from the manifest, as far as the engine shows it, and restarts nothing', () => {
    const shown = run('hand-1', 'orders', {
      shows: { region: 'europe-west4', artifact: 'gs://acme/orders-1.json' },
      scale: { workers: { max: 5 } },
    });
    const scaled = job('orders', { target: { ...orders.target, workers: { max: 20 } } });
    const made = plan({ job: scaled, runs: [shown] });
    expect(made.action).toBe('adopt');
    expect(made.findings.map((finding) => finding.message)).toEqual([
      'run hand-1 (RUNNING) differs from the manifest: region is "europe-west4", declared "europe-west1" and workers.max is 5, declared 20',
    ]);
  });

  it('says which undo is not possible, unless the engine shows what the run was launched with', () => {
    const changed = change(orders, 'new', touchedBy('orders.py'));
    const codes = (shows: Case['runs']) =>
      plan({ job: orders, change: changed, runs: shows ?? [] }).findings.map((finding) => finding.code);
    expect(codes([byHand])).toContain('undo-limited');
    expect(codes([{ ...byHand, shows: { artifact: 'gs://acme/orders-0.json' } }])).not.toContain('undo-limited');
  });
});

it('keeps the words of the protocol for the identity of a stamp', () => {
  expect(stamp(orders, old).rollout).toBe(record(orders).rollout);
  expect([name, environment]).toEqual(['acme/streams', 'production']);
});
