import { describe, expect } from '@jest/globals';
import { alone, drive, isNo, prepareCall, refusedOrUnknown, runOf, verbOf } from '../calls.js';
import type { Field } from '../ground.js';
import type { Stage } from '../stage.js';
import { writesIn } from './observe.js';

export function prepareSuite({ ground, rule, emulated }: Stage): void {
  if (ground.prepareAdds) additionSuite({ emulated });

  const prepare = (field: Field, target = field.targets.first) =>
    drive(field, verbOf(field.session, 'prepare'), prepareCall(field, target));
  const done = { state: 'succeeded', snapshot: null };

  describe('prepare', () => {
    rule('touches no run', async (field) => {
      const run = await alone(field);
      expect(await prepare(field, field.targets.second)).toMatchObject(done);
      await field.wait(60);
      expect(await runOf(field, run.id)).toEqual(run);
      expect(await prepare(field)).toMatchObject(done);
    });

    emulated('writes nothing where nothing differs', async (field) => {
      await prepare(field, field.targets.second);
      await field.outside.forget();
      expect(await prepare(field, field.targets.second)).toMatchObject(done);
      expect(writesIn(await field.outside.heard())).toEqual([]);
    });

    if (!ground.prepareAdds)
      emulated('of the old target undoes it', async (field) => {
        await prepare(field);
        const before = await field.outside.definition();
        await prepare(field, field.targets.second);
        expect(await field.outside.definition()).not.toBe(before);
        await prepare(field);
        expect(await field.outside.definition()).toBe(before);
      });

    for (const when of ground.prepareAdds ? [] : (['before', 'after'] as const)) {
      emulated(`whose answer is lost ${when} the effect is made up for by the next call`, async (field) => {
        await prepare(field, field.targets.second);
        const wanted = await field.outside.definition();
        await prepare(field);
        await field.outside.breaks('prepare', when, 'error');
        await refusedOrUnknown(prepare(field, field.targets.second));
        expect(await prepare(field, field.targets.second)).toMatchObject(done);
        expect(await field.outside.definition()).toBe(wanted);
      });
    }

    rule('that cannot be made is a definite no', async (field) => {
      isNo(await prepare(field, field.targets.refused));
    });
  });
}

/** What is named by its content: it is brought once, and the old set-up stays beside it. */
function additionSuite({ emulated }: Pick<Stage, 'emulated'>): void {
  const prepare = (field: Field, target = field.targets.first) =>
    drive(field, verbOf(field.session, 'prepare'), prepareCall(field, target));
  const done = { state: 'succeeded', snapshot: null };

  describe('prepare of what stays', () => {
    emulated('adds to what is there, and adds nothing twice', async (field) => {
      await prepare(field);
      const before = await field.outside.definition();
      expect(await prepare(field, field.targets.second)).toMatchObject(done);
      const after = await field.outside.definition();
      expect(after).not.toBe(before);
      expect(await prepare(field)).toMatchObject(done);
      expect(await field.outside.definition()).toBe(after);
    });

    for (const when of ['before', 'after'] as const) {
      emulated(`whose answer is lost ${when} the effect is made up for by the next call`, async (field) => {
        await prepare(field, field.targets.second);
        await field.outside.rewrite(field.targets.second);
        const before = await field.outside.definition();
        await field.outside.breaks('prepare', when, 'error');
        await refusedOrUnknown(prepare(field, field.targets.second));
        expect(await prepare(field, field.targets.second)).toMatchObject(done);
        const after = await field.outside.definition();
        expect(after).not.toBe(before);
        expect(await prepare(field, field.targets.second)).toMatchObject(done);
        expect(await field.outside.definition()).toBe(after);
      });
    }
  });
}
