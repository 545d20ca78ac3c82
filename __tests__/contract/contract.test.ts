import { existsSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type EngineId, engineIds } from '../../src/engines/index.js';
import { nothing } from './calls.js';
import type { Ground } from './ground.js';
import { stageOn } from './stage.js';
import { contract } from './suites/index.js';

/** Engines whose client is a program that has to be installed: the same contract runs in a suite of its own. */
const elsewhere: { readonly [id in EngineId]?: string } = { 'flink-operator': 'suites/kubectl/contract.test.ts' };
const here = engineIds.filter((id) => elsewhere[id] === undefined);

/** A ground for each engine of the registry: README.md says what must hold, docs/adding-an-engine.md how to add one. */
for (const id of here) {
  const { ground } = (await import(`./grounds/${id}.ts`)) as { ground: Ground };
  describe(`${id}: ${ground.where}`, () => {
    contract(stageOn(ground));
    // Nothing that costs money is left behind.
    if (ground.real) afterAll(() => endAll(ground), ground.limitSeconds * 1000);
  });
}

async function endAll(ground: Ground): Promise<void> {
  const field = await ground.open({});
  try {
    await nothing(field);
  } finally {
    await field.end();
  }
}

it('has a ground for every engine', () => {
  const files = readdirSync(`${import.meta.dirname}/grounds`);
  expect(here.filter((id) => !files.includes(`${id}.ts`))).toEqual([]);
  expect(Object.values(elsewhere).filter((suite) => !existsSync(suite))).toEqual([]);
});
