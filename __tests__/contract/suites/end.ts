import { describe, expect } from '@jest/globals';
import { isActive, type Run } from '../../../src/model/run.js';
import {
  alone,
  drive,
  freshStamp,
  isNo,
  launchCall,
  launched,
  runCall,
  runOf,
  thrown,
  until,
  verbOf,
} from '../calls.js';
import type { Field } from '../ground.js';
import type { Stage } from '../stage.js';
import { siblingsOf, writesIn } from './observe.js';

const ends = {
  stop: { state: 'stopped', endless: 'unstopped' },
  drain: { state: 'drained', endless: 'undrained' },
} as const;

/** Rules for what ends one run, by its id. */
export function endSuite({ ground, rule, emulated }: Stage, verb: keyof typeof ends): void {
  const { state, endless } = ends[verb];
  const end = (field: Field, run: Run) => drive(field, verbOf(field.session, verb), runCall(field, run));

  describe(verb, () => {
    rule('ends the run, and may be asked for again', async (field) => {
      const run = await alone(field);
      expect(await end(field, run)).toEqual({ state: 'succeeded', run: run.id, snapshot: null });
      expect(await runOf(field, run.id)).toMatchObject({ state, stamp: run.stamp, endedAt: expect.any(String) });
      expect(await end(field, run)).toMatchObject({ state: 'succeeded', run: run.id });
      expect(await end(field, await runOf(field, run.id))).toMatchObject({ state: 'succeeded', run: run.id });
    });

    emulated('ends that run only: not another of the same name, of another slot, or of a sibling', async (field) => {
      const [name = '', other = ''] = field.names;
      const others = [
        await field.outside.plant(name),
        await field.outside.plant(other),
        await field.outside.plant(siblingsOf(name)[0] ?? ''),
      ];
      const id = await field.outside.plant(name);
      const before = await Promise.all(others.map(field.outside.picture));
      await field.outside.forget();
      expect(await end(field, await runOf(field, id))).toMatchObject({ state: 'succeeded', run: id });
      const writes = writesIn(await field.outside.heard());
      expect(writes).toHaveLength(1);
      const named = ground.namedBy ?? ((run: string) => run);
      expect(writes[0]?.text).toContain(named(id));
      const elsewhere = others.map(named).filter((word) => word !== named(id));
      for (const untouched of elsewhere) expect(writes[0]?.text).not.toContain(untouched);
      expect(await Promise.all(others.map(field.outside.picture))).toEqual(before);
    });

    emulated('whose answer is lost is not known, and made up for by the next call', async (field) => {
      const run = await runOf(field, await field.outside.plant(field.names[0] ?? ''));
      await field.outside.forget();
      await field.outside.breaks(verb, 'after', 'error');
      expect((await thrown(end(field, run))).class).toBe('transient');
      expect(writesIn(await field.outside.heard())).toHaveLength(1);
      expect(await end(field, run)).toMatchObject({ state: 'succeeded' });
      expect(await runOf(field, run.id)).toMatchObject({ state });
    });

    emulated('that does not arrive leaves the run alone', async (field) => {
      const run = await runOf(field, await field.outside.plant(field.names[0] ?? ''));
      const before = await field.outside.picture(run.id);
      await field.outside.breaks(verb, 'before', 'cut');
      await thrown(end(field, run));
      expect(await field.outside.picture(run.id)).toBe(before);
    });

    const target = ground.targets[endless];
    if (target !== null)
      emulated('that takes for ever goes on to say running: the deadline is the rollout’s', async (field) => {
        const id = await launched(field, 'start', launchCall(field, freshStamp(), { target }));
        const run = await until(field, id, ({ state: word }) => word === 'running');
        let call = runCall(field, run);
        for (let hours = 0; hours < 12; hours += 1) {
          const progress = await verbOf(field.session, verb)(call);
          if (progress.state !== 'running') throw new Error(JSON.stringify(progress));
          call = { ...call, memo: progress.memo };
          await field.wait(3600);
        }
        const { state: word } = await runOf(field, id);
        expect(word).toBe(verb === 'drain' ? 'draining' : 'stopping');
      });

    rule('of a run that does not exist is a definite no', async (field) => {
      const run = await alone(field);
      isNo(await end(field, { ...run, id: field.unknownId }));
      expect(isActive(await runOf(field, run.id))).toBe(true);
    });
  });
}
