import { afterAll, expect, it } from '@jest/globals';
import type { Engine, Intended } from '../../src/engines/engine.js';
import type { Finding } from '../../src/model/finding.js';
import { apply } from '../../src/modes/apply.js';
import type { Bench } from '../../src/modes/bench.js';
import { gather } from '../../src/modes/gather.js';
import { preflighted } from '../../src/modes/preflight.js';
import { removeTemporaries } from '../changes/repo.js';
import { outcomesOf, world } from './world.js';

afterAll(removeTemporaries);

/** Engines whose checks are asked, and heard, before the rollout. */
function hearing(heard: Intended[]) {
  const over = (engine: Engine): Engine => ({
    ...engine,
    connect: async (...at) => ({
      ...(await engine.connect(...at)),
      preflight: async (intended): Promise<readonly Finding[]> => {
        heard.push(intended);
        return [];
      },
    }),
  });
  return (bench: Bench): Partial<Bench> => ({ engine: async (id) => over(await bench.engine(id)) });
}

it('the checks before a rollout are told what its undo would start, in plan and in apply', async () => {
  const here = world();
  const heard: Intended[] = [];
  const bench = () => here.bench({ over: hearing(heard) });
  here.declare({ a: { v: 1 } });
  expect(outcomesOf((await apply(bench(), async () => {})).report)).toEqual({ a: 'succeeded' });
  here.declare({ a: { v: 2 } });
  await preflighted(await gather(bench(), { jobs: null }));
  expect(outcomesOf((await apply(bench(), async () => {})).report)).toEqual({ a: 'succeeded' });
  // Nothing is uploaded or built for such a job: what the plan checks is what will be sent.
  expect(heard.map(({ target }) => target?.['settings'])).toEqual([{ v: 1 }, { v: 2 }, { v: 2 }]);
  const told = heard.map(({ strategy, undo }) => [strategy, undo?.['settings'] ?? null]);
  expect(told).toEqual([
    ['create', null],
    ['restart', { v: 1 }],
    ['restart', { v: 1 }],
  ]);
});
