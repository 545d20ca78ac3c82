import { describe, expect, it } from '@jest/globals';
import { duplicates, type Effect } from '../../src/model/impact.js';
import { type Job, type StrategyName, strategyNames } from '../../src/model/job.js';
import { type Consent, planJobs } from '../../src/plan/index.js';
import { strategies } from '../../src/strategies/index.js';
import { input, job, snappy, upgrade } from './world.js';

const changing = strategyNames.filter((name) => strategies[name].handles.includes('upgrade') && name !== 'rolling');
const sinks = ['append', 'transactional', 'idempotent'] as const;
const states = ['kept', 'unknown', 'flushed', 'lost', 'none'] as const;
const slots = [{ name: 'a', artifact: 'x' }, { name: 'b' }];

/** One strategy, named, on an engine that can do everything and expects exactly this effect. */
function planned(strategy: StrategyName, effect: Effect, more: Partial<Job>, accept: readonly Consent[] = []) {
  const of = job('orders', { engine: 'all', strategy: [strategy], parallel: { overlapSeconds: 600, slots }, ...more });
  const engine = {
    ...snappy,
    id: 'all',
    verbs: () => ['prepare', 'scale', 'replace', 'start', 'stop', 'drain', 'snapshot', 'stopWithSnapshot'] as const,
    expect: () => effect,
  };
  const made = input([upgrade(of)], { accept: new Set(accept) });
  const runs = new Map([
    [
      'orders',
      made.observed?.get('orders')?.map((run) => ({ ...run, name: 'a', stamp: { ...run.stamp!, slot: 0 } })) ?? [],
    ],
  ]);
  const [plan] = planJobs({ ...made, observed: runs, engines: new Map([['all', engine]]) }).jobs;
  return plan!;
}

describe('every strategy against every tolerance', () => {
  for (const strategy of changing) {
    it.each(sinks.flatMap((sink) => duplicates.map((made) => [sink, made] as const)))(
      `${strategy}: sink %s, duplicates %s`,
      (sink, made) => {
        const effect: Effect = { gapSeconds: 0, duplicates: made, state: 'kept' };
        const tolerated = made !== 'overlap' || sink === 'idempotent';
        const plain = planned(strategy, effect, { sink });
        expect(plain.strategy).toBe(tolerated ? strategy : null);
        expect(plain.action).toBe(tolerated ? 'roll-out' : 'refuse');
        if (!tolerated)
          expect(plain.findings).toMatchObject([{ code: 'no-strategy', next: expect.stringContaining('duplicates') }]);
        const accepted = planned(strategy, effect, { sink }, ['duplicates', 'state-loss', 'shared-input']);
        expect(accepted.strategy).toBe(strategy);
        expect(accepted.accepted).toEqual(tolerated ? [] : ['duplicates']);
      },
    );

    it.each(states.flatMap((state) => [true, false].map((stateful) => [state, stateful] as const)))(
      `${strategy}: state %s, stateful %s`,
      (state, stateful) => {
        const effect: Effect = { gapSeconds: 0, duplicates: 'none', state };
        const tolerated = !stateful || (state !== 'flushed' && state !== 'lost');
        expect(planned(strategy, effect, { stateful }).strategy).toBe(tolerated ? strategy : null);
        const accepted = planned(strategy, effect, { stateful }, ['state-loss']);
        expect(accepted.strategy).toBe(strategy);
        expect(accepted.accepted).toEqual(tolerated ? [] : ['state-loss']);
      },
    );

    it.each<[number | null, number | null, boolean]>([
      [60, null, true],
      [60, 60, true],
      [61, 60, false],
      [null, null, true],
    ])(`${strategy}: gap %d, max-gap %d`, (gapSeconds, maxGapSeconds, fits) => {
      const plan = planned(strategy, { gapSeconds, duplicates: 'none', state: 'kept' }, { maxGapSeconds }, [
        'duplicates',
        'state-loss',
      ]);
      expect(plan.strategy).toBe(fits ? strategy : null);
      expect(plan.findings.map((finding) => finding.code)).toEqual(fits ? [] : ['no-strategy']);
      // No consent covers a gap, so none is offered.
      if (!fits) expect(plan.findings[0]?.next).toBeUndefined();
    });

    it(`${strategy}: a gap that is not known is told where max-gap is declared`, () => {
      const plan = planned(strategy, { gapSeconds: null, duplicates: 'none', state: 'kept' }, { maxGapSeconds: 60 });
      expect(plan).toMatchObject({ strategy, findings: [{ code: 'gap-unknown', level: 'warning' }] });
    });
  }
});
