import { afterAll, expect, it } from '@jest/globals';
import type { Inputs } from '../../src/inputs/inputs.js';
import type { Plan } from '../../src/model/plan.js';
import { run } from '../../src/modes/run.js';
import { removeTemporaries } from '../changes/repo.js';
import { type Call, type World, world } from './world.js';

afterAll(removeTemporaries);

/** What is told of job `a`, in the plan that is shown first and in what the call ends with. */
async function nextOf(here: World, mode: 'plan' | 'apply' | 'rollback', raw: Call['raw']) {
  const bench = here.bench({ raw: { mode, ...raw } });
  let shown: Plan | null = null;
  const result = await run(bench, mode, async (plan) => {
    shown = plan;
  });
  const nexts = (plan: Plan | null) => plan?.jobs.flatMap(({ findings }) => findings.map(({ next }) => next)) ?? [];
  const reported = result.kind === 'report' ? result.report.jobs.map(({ next }) => next) : [];
  return {
    inputs: bench.inputs as Inputs,
    texts: [...nexts(shown), ...nexts(result.kind === 'status' ? null : result.plan), ...reported],
  };
}

it('the next command asks for the same, of the same ledger and manifest, with the consents of this call', async () => {
  const here = world();
  here.declare({ a: { v: 1 } });
  await run(here.bench({ raw: { mode: 'apply' } }), 'apply', async () => {});
  here.declare({ a: { v: 2, more: { strategy: 'parallel', parallel: { overlap: '10s' } } } });
  const manifest = '.github/*.yml';
  const { inputs, texts } = await nextOf(here, 'apply', { manifest, accept: 'downgrade', force: 'true', jobs: 'a' });
  expect(texts).toHaveLength(3);
  for (const text of texts)
    expect(text).toContain(
      `stream-rollout apply --environment production --jobs a --accept downgrade,shared-input,state-loss --manifest '${manifest}' --ledger ${inputs.ledger} --force`,
    );
});

it('a rollback says what it goes back to, and an error the ledger that it is about', async () => {
  const here = world();
  for (const v of [1, 2]) {
    here.declare({ a: { v } });
    await run(here.bench({ raw: { mode: 'apply' } }), 'apply', async () => {});
  }
  const rollout = (await here.held()).get('a')?.record.goods[0]?.rollout ?? '';
  const { inputs, texts } = await nextOf(here, 'rollback', { jobs: 'a', 'rollback-to': rollout });
  expect(texts.length).toBeGreaterThan(1);
  for (const text of texts) expect(text).toMatch(new RegExp(`rollback .*--rollback-to ${rollout}`));
  for (const text of texts) expect(text).toContain(`--ledger ${inputs.ledger}`);
  await expect(nextOf(here, 'rollback', { jobs: 'unknown' })).rejects.toMatchObject({
    next: expect.stringContaining(`\`stream-rollout status --ledger ${inputs.ledger}\``),
  });
});
