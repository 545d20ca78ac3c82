import { describe, expect } from '@jest/globals';
import type { ScaleCall } from '../../../src/engines/engine.js';
import type { Run } from '../../../src/model/run.js';
import { alone, drive, isNo, nothing, runCall, runOf, thrown, verbOf } from '../calls.js';
import type { Field } from '../ground.js';
import type { Stage } from '../stage.js';
import { siblingsOf, writesIn } from './observe.js';

export function scaleSuite({ rule, emulated }: Stage): void {
  const call = (field: Field, run: Run): ScaleCall => ({ ...runCall(field, run), scale: field.targets.scale ?? {} });
  const scale = (field: Field, run: Run) => drive(field, verbOf(field.session, 'scale'), call(field, run));

  describe('scale', () => {
    rule('is over when the run shows the new values; it stays the same run', async (field) => {
      const run = await alone(field);
      expect(run.scale).not.toEqual(field.targets.scale);
      expect(await scale(field, run)).toMatchObject({ state: 'succeeded' });
      const after = await runOf(field, run.id);
      expect(after).toMatchObject({ id: run.id, state: 'running', stamp: run.stamp, scale: field.targets.scale });
      await nothing(field);
    });

    emulated('to what the run has already changes nothing', async (field) => {
      const run = await runOf(field, await field.outside.plant(field.names[0] ?? ''));
      await scale(field, run);
      await field.outside.forget();
      expect(await scale(field, run)).toMatchObject({ state: 'succeeded' });
      expect(writesIn(await field.outside.heard())).toEqual([]);
    });

    emulated('changes that run only', async (field) => {
      const [name = '', other = ''] = field.names;
      const others = [await field.outside.plant(other), await field.outside.plant(siblingsOf(name)[0] ?? '')];
      const id = await field.outside.plant(name);
      const before = await Promise.all(others.map(field.outside.picture));
      await scale(field, await runOf(field, id));
      expect(await Promise.all(others.map(field.outside.picture))).toEqual(before);
    });

    emulated('whose answer is lost is not known, and made up for by the next call', async (field) => {
      const run = await runOf(field, await field.outside.plant(field.names[0] ?? ''));
      await field.outside.breaks('scale', 'after', 'cut');
      await thrown(scale(field, run));
      expect(await scale(field, run)).toMatchObject({ state: 'succeeded' });
      expect((await runOf(field, run.id)).scale).toEqual(field.targets.scale);
    });

    rule('of a run that has ended is a definite no', async (field) => {
      const run = await alone(field);
      await nothing(field);
      isNo(await scale(field, run));
    });
  });
}
