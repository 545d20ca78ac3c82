import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../src/modes/apply.js';
import { removeTemporaries } from '../changes/repo.js';
import { type Call, jobOf, outcomesOf, type World, world } from './world.js';

afterAll(removeTemporaries);

const roll = async (here: World, call: Call = {}) => (await apply(here.bench(call), async () => {})).report;
const starts = (here: World) => here.log().filter((line) => line.startsWith('start'));

it('a run of this very job that is taken over counts as what its stamp says: what is declared rolls out afterwards', async () => {
  const here = world();
  const file = here.runsFile('a-production');
  here.declare({ a: { v: 1 } });
  await roll(here);
  const shown = readFileSync(file, 'utf8');
  const first = (await here.held()).get('a')?.record;
  here.declare({ a: { v: 2 } });
  await roll(here);
  // The older run is back, and the recorded one is gone.
  writeFileSync(file, shown);
  expect(jobOf(await roll(here), 'a')).toMatchObject({ outcome: 'refused', code: 'stray-run' });
  const adopted = jobOf(await roll(here, { raw: { 'on-drift': 'adopt' } }), 'a');
  expect(adopted).toMatchObject({ outcome: 'adopted', revision: first?.revision });
  expect((await here.held()).get('a')?.record).toMatchObject({
    ...{ revision: first?.revision, commit: first?.commit },
    good: { revision: first?.revision, settingsDigest: null },
  });
  expect(outcomesOf(await roll(here))).toEqual({ a: 'succeeded' });
  expect(starts(here)).toEqual(['start a-production 1', 'start a-production 2', 'start a-production 2']);
});

describe('a ledger that was lost', () => {
  it('is settled for before anything is planned: a late look would take a run of a newer rollout for a stranger', async () => {
    const here = world();
    const file = here.runsFile('a-production');
    const shown: string[] = [];
    for (const v of [1, 2, 3]) {
      here.declare({ a: { v } });
      expect(outcomesOf(await roll(here))).toEqual({ a: 'succeeded' });
      shown.push(readFileSync(file, 'utf8'));
    }
    here.lose();
    // Lists are late: the run of version 3 does not show until somebody has settled.
    writeFileSync(file, shown[0] ?? '');
    const settled = (line: string) => {
      if (line.includes('settling for')) writeFileSync(file, shown[2] ?? '');
      return false;
    };
    const report = await roll(here, { cancel: settled });
    expect(jobOf(report, 'a')).toMatchObject({ outcome: 'succeeded', code: null });
    expect(starts(here)).toHaveLength(3);
    expect(outcomesOf(await roll(here))).toEqual({ a: 'unchanged' });
  });

  it('has an equal run verified, and its scale set as declared in the same call', async () => {
    const here = world();
    here.declare({ a: { v: 1 } });
    await roll(here);
    here.lose();
    here.declare({ a: { v: 1, replicas: 3 } });
    expect(outcomesOf(await roll(here))).toEqual({ a: 'succeeded' });
    expect(here.log()).toEqual(['start a-production 1', 'scale a-production 3']);
  });

  describe('while two runs overlap', () => {
    const slots = ['a', 'b'].map((group) => ({ settings: { group } }));
    const more = { strategy: 'parallel', stateful: false, sink: 'idempotent', parallel: { overlap: '10s', slots } };

    async function cutOff(): Promise<World> {
      const here = world();
      here.declare({ a: { v: 1, more } });
      await roll(here);
      here.declare({ a: { v: 2, more } });
      const cut = await roll(here, { cancel: (line) => line.includes('a verdict is due') });
      expect(outcomesOf(cut)).toEqual({ a: 'interrupted' });
      expect(starts(here)).toHaveLength(2);
      here.lose();
      return here;
    }

    it('is rebuilt from the stamps for the same revision: the rollout goes on under its own number', async () => {
      const here = await cutOff();
      expect(outcomesOf(await roll(here))).toEqual({ a: 'succeeded' });
      expect(here.log().slice(1)).toEqual(['start a-production 2', 'stop a-production']);
      expect((await here.held()).get('a')?.record.n).toBe(2);
    });

    it('leaves it to a person for another revision', async () => {
      const here = await cutOff();
      here.declare({ a: { v: 3, more } });
      expect(jobOf(await roll(here), 'a')).toMatchObject({ outcome: 'refused', code: 'several-runs' });
      expect(starts(here)).toHaveLength(2);
    });
  });
});
