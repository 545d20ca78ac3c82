import fc from 'fast-check';
import { scheduleOf } from '../__tests__/rollout/model/arbitrary.js';
import { type History, historyOf } from '../__tests__/rollout/model/history.js';
import { harms } from '../__tests__/rollout/model/rules.js';
import { type Rule, rules, type Schedule } from '../__tests__/rollout/model/schedule.js';

/**
 * Switches one rule of the rollout protocol off at a time and shows how a rollout then goes wrong: the checks of
 * `__tests__/rollout/model` must fail for each, and the shortest history that fast-check finds is printed.
 * usage: node scripts/run.mjs scripts/rules-off.ts [RULE …] [--runs N] [--seed N]
 */
const args = process.argv.slice(2);
const numRuns = option('--runs', 20_000);
const seed = option('--seed', 1);
const named = args.filter((arg): arg is Rule => (rules as readonly string[]).includes(arg));

for (const rule of named.length > 0 ? named : rules) {
  const failing = await search(rule);
  if (failing === null) {
    console.log(`${rule}: NOT MISSED in ${numRuns} histories`);
    process.exitCode = 1;
    continue;
  }
  const { schedule, history, tried } = failing;
  const told = history.violations.map((violation) => `${violation.invariant}: ${violation.what}`);
  console.log(`\nwithout ${rule}: broken after ${tried} histories (seed ${seed})`);
  for (const line of new Set(told)) console.log(`  ${line}`);
  console.log(`  ${JSON.stringify({ ...schedule, actors: undefined })}`);
  for (const line of history.trace) console.log(`    ${line}`);
}

/** The shortest history without the rule that breaks a promise, which the whole protocol keeps. */
async function search(rule: Rule): Promise<{ schedule: Schedule; history: History; tried: number } | null> {
  const { given, breaks } = harms[rule];
  const unharmed = fc.asyncProperty(scheduleOf(given), async (schedule) => {
    const { violations } = await historyOf(schedule, [rule]);
    return !violations.some(({ invariant }) => breaks.includes(invariant));
  });
  const result = await fc.check(unharmed, { numRuns, seed });
  const [schedule] = result.counterexample ?? [];
  if (schedule === undefined) return null;
  const whole = await historyOf(schedule);
  if (whole.violations.length > 0)
    throw new Error(`${rule}: this history fails with all rules: ${JSON.stringify(schedule)}`);
  return { schedule, history: await historyOf(schedule, [rule]), tried: result.numRuns };
}

function option(name: string, otherwise: number): number {
  const at = args.indexOf(name);
  return at < 0 ? otherwise : Number(args[at + 1]);
}
