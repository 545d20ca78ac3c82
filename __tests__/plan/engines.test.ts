import { describe, expect, it } from '@jest/globals';
import { type EngineId, engineIds, engines } from '../../src/engines/index.js';
import type { Job } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';
import { type Consent, consents, type PlanOptions, planJobs, planSchema } from '../../src/plan/index.js';
import { strategies } from '../../src/strategies/index.js';
import {
  type Case,
  good,
  input,
  job,
  record,
  recorded,
  revision,
  settled,
  stamp,
  upgrade,
  engines as world,
} from './world.js';

const loaded = new Map(await Promise.all(engineIds.map(async (id) => [id, await engines[id]()] as const)));
// The world computes revisions by the engines' own tables.
for (const [id, engine] of loaded) world.set(id, engine);

const targets: { readonly [id in EngineId]: JsonObject } = {
  dataflow: {
    project: 'acme-prod',
    region: 'europe-west1',
    name: 'orders',
    template: 'gs://acme/orders.json',
    workers: { min: 2, max: 20 },
  },
  'managed-flink': {
    name: 'orders',
    region: 'eu-west-1',
    code: 's3://acme/orders.jar',
  },
  glue: {
    name: 'orders',
    region: 'eu-west-1',
    script: 's3://acme/orders.py',
    arguments: { '--checkpoint': 's3://acme/ckpt' },
    'checkpoint-argument': '--checkpoint',
    workers: 5,
  },
  flink: {
    url: 'http://flink.internal:8081',
    name: 'orders',
    jar: 's3://acme/orders.jar',
    arguments: ['--topic', 'orders'],
    'savepoint-directory': 's3://acme/savepoints',
  },
  'flink-operator': {
    name: 'orders',
    spec: { image: 'acme/orders@sha256:0123456789abcdef', job: { upgradeMode: 'savepoint' } },
  },
  command: { name: 'orders', observe: './observe', start: './start', stop: './stop' },
};

function planned(
  id: EngineId,
  of: (declared: Job) => Case,
  more: Partial<Job> = {},
  options: Partial<PlanOptions> = {},
) {
  const declared = job('orders', { engine: id, target: targets[id], ...more });
  const [plan] = planJobs({ ...input([of(declared)], options), engines: loaded }).jobs;
  return plan!;
}

const all = new Set<Consent>(consents);

describe('the engines of the registry', () => {
  it.each<[EngineId, string, string[]]>([
    ['dataflow', 'in-place-update', ['replace', 'scale', 'verify']],
    ['glue', 'restart', ['prepare', 'stop', 'start', 'verify']],
    ['flink', 'savepoint-upgrade', ['prepare', 'stop-with-snapshot', 'start', 'verify']],
    ['managed-flink', 'in-place-update', ['replace', 'verify']],
    ['flink-operator', 'in-place-update', ['replace', 'verify']],
    ['command', 'restart', ['stop', 'start', 'verify']],
  ])('%s: an upgrade is a %s', (id, strategy, steps) => {
    const plan = planned(id, upgrade);
    expect(plan).toMatchObject({ action: 'roll-out', strategy, accepted: [] });
    expect(plan.steps.map((step) => step.id)).toEqual(steps);
  });

  it.each(engineIds)('%s: targets of this test are what the schema takes', (id) => {
    expect(loaded.get(id)?.target.safeParse(targets[id]).error?.issues ?? []).toEqual([]);
  });

  it.each(engineIds)('%s: is unchanged where it is as declared', (id) => {
    const shown = (of: Job) =>
      settled(of, { runs: [recorded(of, { scale: id === 'dataflow' ? { workers: { min: 2, max: 20 } } : null })] });
    expect(planned(id, shown)).toMatchObject({ action: 'none', changed: false, steps: [] });
  });

  describe('glue: a checkpoint at another place', () => {
    const had = { ...targets.glue, arguments: { '--checkpoint': 's3://acme/old' } };
    const elsewhere = (of: Job) => upgrade(of, { record: record({ ...of, target: had }) });

    it('is a loss of state, which needs a consent', () => {
      const refused = planned('glue', elsewhere);
      expect(refused).toMatchObject({ action: 'refuse', findings: [{ code: 'no-strategy' }] });
      expect(refused.findings[0]?.next).toContain('--accept state-loss');
      const accepted = planned('glue', elsewhere, {}, { accept: new Set<Consent>(['state-loss']) });
      expect(accepted).toMatchObject({ strategy: 'restart', expected: { state: 'lost' }, accepted: ['state-loss'] });
      expect(planned('glue', elsewhere, { stateful: false })).toMatchObject({ action: 'roll-out', accepted: [] });
    });

    it('is told of by what the run shows where the ledger knows nothing better', () => {
      const shown = { script: 's3://acme/old.py', arguments: { '--checkpoint': 's3://acme/ckpt' } };
      const shows = (of: Job) => ({ ...elsewhere(of), runs: [recorded(of, { shows: shown })] });
      expect(planned('glue', shows)).toMatchObject({ strategy: 'restart', expected: { state: 'kept' } });
    });

    it('is told of where an adopted run is down, and the engine shows it no more', () => {
      const artifact = { kind: 'observed', digest: null, mutable: true } as const;
      const down = (of: Job) =>
        upgrade(of, {
          runs: [],
          record: record(of, { plan: null, good: good({ ...of, target: had }, 'old', { artifact }) }),
        });
      const overwrite = { onDrift: 'overwrite' } as const;
      expect(planned('glue', down, {}, overwrite)).toMatchObject({
        action: 'refuse',
        findings: [{ code: 'no-strategy' }],
      });
      const accept = new Set<Consent>(['state-loss']);
      expect(planned('glue', down, {}, { ...overwrite, accept })).toMatchObject({
        strategy: 'create',
        expected: { state: 'lost' },
      });
    });

    it('of a slot is compared with that of the slot', () => {
      const slots = [
        { arguments: { '--checkpoint': 's3://acme/a' } },
        { arguments: { '--checkpoint': 's3://acme/b' } },
      ];
      const more = { parallel: { overlapSeconds: 600, slots }, strategy: ['restart'] } as const;
      const inSecond = (of: Job) =>
        upgrade(of, {
          record: record(of, { good: good(of, 'old', { slot: 1, target: { ...of.target, ...slots[1] } }) }),
        });
      expect(planned('glue', inSecond, more)).toMatchObject({ slot: 1, expected: { state: 'kept' } });
    });
  });

  it('dataflow: workers change in flight', () => {
    const of = (declared: Job) =>
      settled(declared, { runs: [recorded(declared, { scale: { workers: { min: 2, max: 10 } } })] });
    expect(planned('dataflow', of)).toMatchObject({ impact: 'scale', strategy: 'in-flight-update' });
  });

  it('dataflow: parallel under one name has a backstop, by slots with names of their own it has none', () => {
    const more = { sink: 'idempotent', stateful: false, strategy: ['parallel'] } as const;
    const overlap = planned('dataflow', upgrade, more, { accept: all });
    expect(overlap).toMatchObject({ strategy: 'parallel', accepted: ['shared-input'] });
    // Running within 15 min, the bake of 10 or a default gate that takes longer, and 6 on top, twice.
    expect(overlap.backstopSeconds).toBeGreaterThanOrEqual(2 * (900 + 600 + 360));
    expect(overlap.steps.map((step) => step.id)).toEqual(['overlap', 'scale', 'verify', 'wait', 'drain']);
    const slots = [{ name: 'orders-a' }, { name: 'orders-b' }];
    const inSlot = (of: Job) =>
      upgrade(of, {
        runs: [recorded(of, { name: 'orders-b', stamp: stamp(of, revision(of, 'old'), 1, { slot: 1 }) })],
      });
    const named = planned('dataflow', inSlot, { ...more, parallel: { overlapSeconds: 600, slots } });
    expect(named).toMatchObject({ strategy: 'parallel', backstopSeconds: null, slot: 0, accepted: [] });
    expect(named.steps.map((step) => step.id)).toEqual(['start', 'scale', 'verify', 'wait', 'drain']);
  });

  it('glue: two runs on one checkpoint are rejected, whatever the consents', () => {
    const plan = planned('glue', upgrade, { sink: 'idempotent', strategy: ['parallel', 'restart'] }, { accept: all });
    expect(plan).toMatchObject({
      strategy: 'restart',
      rejected: [{ strategy: 'parallel', reason: expect.stringContaining('s3://acme/ckpt') }],
    });
  });

  it.each(engineIds.flatMap((id) => Object.values(strategies).map(({ name }) => [id, name] as const)))(
    '%s, %s: fits with every consent, or says why not',
    (id, name) => {
      const plan = planned(id, upgrade, { strategy: [name], stateful: true }, { accept: all });
      const fits = plan.strategy === name;
      expect(fits || plan.rejected.some((entry) => entry.strategy === name && entry.reason.length > 10)).toBe(true);
      if (fits) expect(plan.expected).not.toBeNull();
    },
  );

  it.each(engineIds)('%s: makes documents that fit the schema', (id) => {
    for (const found of [upgrade, settled]) {
      const declared = job('orders', { engine: id, target: targets[id] });
      const made = planJobs({ ...input([found(declared)]), engines: loaded });
      expect(planSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
    }
  });
});
