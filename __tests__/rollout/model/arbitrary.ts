import fc from 'fast-check';
import { type Actor, callFaults, type Fault, type Gate, ledgerFaults, type Schedule, strategies } from './schedule.js';

/** What of a schedule is given; the rest is drawn. */
export interface Given {
  readonly scenarios?: readonly Schedule['scenario'][];
  readonly fences?: readonly Schedule['fence'][];
  readonly zombies?: boolean;
}

const gate: fc.Arbitrary<Gate> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Gate>('good') },
  { weight: 1, arbitrary: fc.constantFrom<Gate>('batch', 'ends', 'hangs') },
);

const minutes = fc.oneof(
  { weight: 3, arbitrary: fc.constant(60) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
);

/** Moments at which something happens, in seconds: most rollouts take three to ten minutes. */
const moment = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 150 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 700 }) },
);

/** Events of one process until it is struck; early ones are where plans and locks are made. */
const event = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 140 }) },
);

export function scheduleOf(given: Given): fc.Arbitrary<Schedule> {
  const first: fc.Arbitrary<Actor> = minutes.map((of) => ({
    does: 'apply',
    revision: 2,
    at: 0,
    force: false,
    byForce: false,
    minutes: of,
  }));
  const later: fc.Arbitrary<Actor> = fc.record({
    does: fc.constantFrom<Actor['does']>('apply', 'apply', 'resume', 'post'),
    revision: fc.constantFrom<Actor['revision']>(2, 3),
    at: moment,
    force: fc.boolean(),
    byForce: fc.boolean(),
    minutes,
  });
  return fc
    .record({
      scenario: fc.constantFrom(...(given.scenarios ?? strategies)),
      fence: fc.constantFrom(...(given.fences ?? (['F1', 'F2', 'F3', 'F4'] as const))),
      replaceBy:
        given.zombies === true ? fc.constant('id' as const) : fc.constantFrom<Schedule['replaceBy']>('id', 'name'),
      verbs: fc.constantFrom<Schedule['verbs']>('accept', 'poll'),
      callSeconds: fc.constantFrom(10, 30),
      lagSeconds: fc.constantFrom(0, 10, 30),
      gates: fc.record({ 2: gate, 3: gate }),
      onFailure: fc.oneof(
        { weight: 5, arbitrary: fc.constant('rollback' as const) },
        { weight: 1, arbitrary: fc.constant('pause' as const) },
      ),
      onTimeout: fc.constantFrom<Schedule['onTimeout']>('fail', 'cancel'),
      endless: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      holders: fc.constantFrom<Schedule['holders']>('workflow', 'process'),
      actors: fc.tuple(first, fc.array(later, { maxLength: 3, size: 'max' })).map(([one, more]) => [one, ...more]),
      faults: fc.array(faultOf(given.zombies === true), { maxLength: 7, size: 'max' }),
      seed: fc.nat(),
    })
    .map((schedule) => sensible(schedule, given));
}

function faultOf(zombies: boolean): fc.Arbitrary<Fault> {
  const actor = fc.integer({ min: 0, max: 3 });
  const calls = callFaults.filter((how) => how !== 'zombie' && how !== 'no');
  return fc.oneof(
    { weight: 24, arbitrary: fc.record({ kind: fc.constant('crash' as const), actor, event }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('cancel' as const), actor, event }) },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('freeze' as const),
        actor,
        event,
        seconds: fc.integer({ min: 5, max: 1500 }),
        suspended: fc.boolean(),
      }),
    },
    {
      weight: 24,
      arbitrary: fc.record({
        kind: fc.constant('call' as const),
        call: fc.integer({ min: 1, max: 8 }),
        how: fc.constantFrom(...calls, ...(zombies ? (['zombie'] as const) : [])),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('call' as const),
        call: fc.integer({ min: 1, max: 8 }),
        how: fc.constant('no' as const),
      }),
    },
    {
      weight: 16,
      arbitrary: fc.record({
        kind: fc.constant('ledger' as const),
        operation: fc.integer({ min: 1, max: 60 }),
        how: fc.constantFrom(...ledgerFaults),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('look' as const), look: fc.integer({ min: 1, max: 100 }) }) },
    {
      weight: 12,
      arbitrary: fc.record({
        kind: fc.constant('run-fails' as const),
        run: fc.integer({ min: 2, max: 5 }),
        after: fc.integer({ min: 1, max: 400 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('ledger-lost' as const), at: moment }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('foreign' as const), at: moment }) },
    { weight: 4, arbitrary: fc.constant<Fault>({ kind: 'host-unknown' }) },
  );
}

/** Draws that make no sense together are brought to ones that do. */
function sensible(drawn: Schedule, given: Given): Schedule {
  const { scenario } = drawn;
  // Scaling has no second revision: it is about one set of values.
  const actors =
    scenario === 'in-flight-update' ? drawn.actors.map((actor) => ({ ...actor, revision: 2 as const })) : drawn.actors;
  const once = new Set<string>();
  const faults = drawn.faults.filter((fault) => {
    if (fault.kind !== 'ledger-lost' && fault.kind !== 'foreign') return true;
    const first = !once.has(fault.kind);
    once.add(fault.kind);
    return first && given.zombies !== true;
  });
  // By name, whoever runs is replaced: a stranger's run too.
  const replaceBy = once.has('foreign') ? 'id' : drawn.replaceBy;
  return { ...drawn, replaceBy, actors, faults };
}
