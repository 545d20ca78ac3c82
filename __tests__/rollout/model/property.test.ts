import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Given, scheduleOf } from './arbitrary.js';
import { historyOf } from './history.js';
import { invariants } from './invariants.js';
import { harms } from './rules.js';
import { type Rule, rules } from './schedule.js';

/** More by hand: `RUNS=100000 SEED=7 npm run jest -- __tests__/rollout/model/property`. */
const runs = Number(process.env['RUNS'] ?? 3_000);
const seed = Number(process.env['SEED'] ?? 20_260_101);

/** A failure names its seed and path, the shortest schedule, what was broken and the trace. */
async function allKept(given: Given, numRuns: number): Promise<ReadonlyMap<string, number>> {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(scheduleOf(given), async (schedule) => {
      const { violations, trace, outcome } = await historyOf(schedule);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (violations.length > 0) {
        const told = violations.map(({ invariant, what }) => `${invariant} (${invariants[invariant]}): ${what}`);
        throw new Error([...told, ...trace].join('\n'));
      }
    }),
    { numRuns, seed },
  );
  return outcomes;
}

it('keeps its promises in every history of crashes, lost answers, late lists, failing runs, lost ledgers and newer commits', async () => {
  const outcomes = await allKept({}, runs);
  // Histories in which nothing ever goes wrong, or never goes well, would prove nothing.
  for (const outcome of ['succeeded', 'rolled-back', 'failed', 'stuck', 'superseded', 'refused'])
    expect(outcomes.get(outcome) ?? 0).toBeGreaterThan(0);
}, 300_000);

it('survives a process that stands still between its check and its call, where the fence makes that harmless', async () => {
  const scenarios = ['create', 'in-place-update', 'restart', 'savepoint-upgrade', 'drain-and-resubmit'] as const;
  const outcomes = await allKept({ scenarios, fences: ['F1'], zombies: true }, Math.ceil(runs / 5));
  expect(outcomes.get('succeeded') ?? 0).toBeGreaterThan(0);
}, 120_000);

it.each(rules)(
  'does harm without the rule %s',
  async (rule: Rule) => {
    const { given, breaks } = harms[rule];
    const unharmed = fc.asyncProperty(scheduleOf(given), async (schedule) => {
      const { violations } = await historyOf(schedule, [rule]);
      return !violations.some(({ invariant }) => breaks.includes(invariant));
    });
    expect((await fc.check(unharmed, { numRuns: 5_000, seed, endOnFailure: true })).failed).toBe(true);
  },
  120_000,
);

it('gives the same history for the same schedule', async () => {
  for (const schedule of fc.sample(scheduleOf({}), { numRuns: 25, seed })) {
    expect((await historyOf(schedule)).trace).toEqual((await historyOf(schedule)).trace);
  }
});
