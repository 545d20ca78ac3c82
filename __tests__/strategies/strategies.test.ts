import { describe, expect, it } from '@jest/globals';
import { strategyNames } from '../../src/model/job.js';
import {
  type Capability,
  parallelForm,
  preference,
  type StrategyInput,
  strategies,
} from '../../src/strategies/index.js';

function input(verbs: readonly Capability[], more: Partial<StrategyInput> = {}): StrategyInput {
  return { verbs: new Set(verbs), slots: 0, slotNames: false, scales: false, state: 'kept', ...more };
}

/** `prepare↩undo-prepare · drain‖`: the table of the design as text. */
function text(name: keyof typeof strategies, of: StrategyInput): string {
  return strategies[name]
    .steps(of)
    .map(
      ({ id, verb, undo, final }) =>
        `${id}${id === verb ? '' : `(${verb})`}${undo === null ? '' : `↩${undo}`}${final ? '‖' : ''}`,
    )
    .join(' · ');
}

const everything: readonly Capability[] = [
  'prepare',
  'scale',
  'replace',
  'roll',
  'overlap',
  'start',
  'drain',
  'stop',
  'snapshot',
  'stopWithSnapshot',
];

describe('steps', () => {
  it.each<[keyof typeof strategies, readonly Capability[], Partial<StrategyInput>, string]>([
    ['create', ['start'], {}, 'start↩undo-stop · verify'],
    [
      'create',
      ['start', 'prepare', 'scale'],
      { scales: true },
      'prepare↩undo-prepare · start↩undo-stop · scale · verify',
    ],
    ['in-flight-update', ['scale', 'prepare'], { scales: true }, 'scale↩undo-scale · verify'],
    ['in-place-update', ['replace'], {}, 'replace↩undo-replace · verify'],
    ['in-place-update', ['replace', 'scale'], { scales: true }, 'replace↩undo-replace · scale · verify'],
    ['in-place-update', ['replace', 'scale'], { scales: false }, 'replace↩undo-replace · verify'],
    ['rolling', ['roll'], {}, 'roll↩undo-roll · verify'],
    [
      'savepoint-upgrade',
      ['stopWithSnapshot', 'start', 'prepare'],
      {},
      'prepare↩undo-prepare · stop-with-snapshot(snapshot)↩undo-start · start↩undo-stop · verify',
    ],
    ['restart', ['stop', 'start', 'prepare'], {}, 'prepare↩undo-prepare · stop↩undo-start · start↩undo-stop · verify'],
    ['drain-and-resubmit', ['drain', 'start'], {}, 'drain↩undo-start · start↩undo-stop · verify'],
    ['stop', ['drain', 'stop', 'stopWithSnapshot'], {}, 'stop-with-snapshot(snapshot)'],
    ['stop', ['drain', 'stop'], {}, 'drain'],
    ['stop', ['stop'], {}, 'stop'],
    ['parallel', ['overlap', 'drain', 'stop'], { state: 'flushed' }, 'overlap↩undo-stop · verify · wait · drain‖'],
    ['parallel', ['start', 'stop'], { slots: 2, state: 'kept' }, 'start↩undo-stop · verify · wait · stop‖'],
    [
      'parallel',
      ['start', 'drain', 'stop', 'snapshot'],
      { slots: 2, state: 'kept' },
      'snapshot · start↩undo-stop · verify · wait · stop‖',
    ],
    [
      'parallel',
      ['start', 'drain', 'stop', 'snapshot'],
      { slots: 2, state: 'flushed' },
      'start↩undo-stop · verify · wait · drain‖',
    ],
    [
      'parallel',
      ['start', 'drain', 'snapshot'],
      { slots: 2, state: 'kept' },
      'snapshot · start↩undo-stop · verify · wait · drain‖',
    ],
    [
      'parallel',
      ['start', 'drain', 'prepare', 'scale'],
      { slots: 2, scales: true, state: 'none' },
      'prepare↩undo-prepare · start↩undo-stop · scale · verify · wait · drain‖',
    ],
  ])('%s with %j %j', (name, verbs, more, expected) => {
    const of = input(verbs, more);
    expect(strategies[name].needs(of)).toBeNull();
    expect(text(name, of)).toBe(expected);
  });

  it('undoes every step before the point of no return that ends or launches a run', () => {
    for (const name of strategyNames.filter((candidate) => candidate !== 'stop')) {
      for (const step of strategies[name].steps(input(everything, { slots: 2 }))) {
        const touches =
          ['start', 'overlap', 'replace', 'stop', 'drain', 'roll'].includes(step.verb) ||
          step.id === 'stop-with-snapshot';
        if (touches && !step.final) expect(`${name} ${step.id} ${step.undo}`).toMatch(/ undo-/);
      }
    }
  });

  it('has one point of no return, in parallel only, as the last step', () => {
    for (const name of strategyNames) {
      const steps = strategies[name].steps(input(everything, { slots: 2 }));
      expect(steps.filter((step) => step.final)).toEqual(name === 'parallel' ? steps.slice(-1) : []);
    }
  });

  it('prepares before anything else', () => {
    for (const name of strategyNames) {
      const steps = strategies[name].steps(input(everything, { slots: 2 })).map((step) => step.id);
      expect(steps.indexOf('prepare')).toBeLessThanOrEqual(0);
    }
  });
});

describe('needs', () => {
  it.each<[keyof typeof strategies, readonly Capability[], RegExp]>([
    ['create', ['replace'], /verb start/],
    ['in-flight-update', ['start'], /verb scale/],
    ['in-place-update', ['start', 'stop'], /verb replace/],
    ['rolling', everything.filter((verb) => verb !== 'roll'), /verb roll/],
    ['savepoint-upgrade', ['snapshot', 'stop', 'start'], /verb stop-with-snapshot/],
    ['savepoint-upgrade', ['stopWithSnapshot'], /verb start/],
    ['parallel', ['drain'], /verb start/],
    ['parallel', ['start'], /drain or stop/],
    ['restart', ['start'], /verb stop/],
    ['drain-and-resubmit', ['start', 'stop'], /verb drain/],
    ['stop', ['start'], /verb stop, drain or stop-with-snapshot/],
  ])('%s is not possible with %j', (name, verbs, reason) => {
    expect(strategies[name].needs(input(verbs))).toMatch(reason);
  });
});

describe('parallel', () => {
  it.each<[readonly Capability[], number, boolean, string]>([
    [['overlap', 'start'], 0, false, 'overlap'],
    [['overlap', 'start'], 2, false, 'overlap'],
    [['overlap', 'start'], 2, true, 'start'],
    [['start'], 2, true, 'start'],
    [['start'], 0, false, 'start'],
  ])('with %j, %d slots, names of their own: %s → %s', (verbs, slots, slotNames, form) => {
    expect(parallelForm(input(verbs, { slots, slotNames }))).toBe(form);
  });
});

describe('registry', () => {
  it('has each strategy under its own name, in order of preference', () => {
    expect(Object.entries(strategies).map(([key, { name }]) => key === name)).not.toContain(false);
    expect([...preference].sort()).toEqual([...strategyNames].sort());
    expect(preference.slice(0, 8)).toEqual([
      'create',
      'in-flight-update',
      'in-place-update',
      'rolling',
      'savepoint-upgrade',
      'parallel',
      'restart',
      'drain-and-resubmit',
    ]);
  });
});
