import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scheduleOf } from './arbitrary.js';
import { historyOf } from './history.js';

const runs = Number(process.env['RUNS'] ?? 300);
it('smoke', async () => {
  const outcomes = new Map<string, number>();
  let events = 0;
  await fc.assert(
    fc.asyncProperty(scheduleOf({}), async (schedule) => {
      const history = await historyOf(schedule);
      outcomes.set(history.outcome, (outcomes.get(history.outcome) ?? 0) + 1);
      events += history.events;
      if (history.violations.length > 0)
        throw new Error(`${JSON.stringify(history.violations, null, 1)}\n${history.trace.join('\n')}`);
    }),
    {
      numRuns: runs,
      ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}),
      endOnFailure: process.env['END'] === '1',
    },
  );
  console.log(events, [...outcomes]);
  expect(1).toBe(1);
}, 600_000);
