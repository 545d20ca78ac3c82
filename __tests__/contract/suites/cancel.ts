import { describe, expect } from '@jest/globals';
import type { Progress } from '../../../src/engines/engine.js';
import type { Run } from '../../../src/model/run.js';
import { freshStamp, launchCall, prepareCall, runCall, runOf, verbOf } from '../calls.js';
import type { Field, Verb } from '../ground.js';
import type { Emulated, Stage } from '../stage.js';
import { writesIn } from './observe.js';

/** A call of any verb, on a run that runs where it needs one. */
function callOf(field: Field, verb: Verb, run: Run | null) {
  const target = field.targets.second;
  const launch = launchCall(field, freshStamp(), run === null ? {} : { predecessor: run, target });
  const scale = field.targets.scale ?? {};
  const on = run === null ? {} : { ...runCall(field, run), scale, directory: 'contract' };
  return { ...launch, ...(verb === 'prepare' ? prepareCall(field, target) : {}), ...on };
}

/** What an aborted signal means for every verb: no new change is made. */
export function cancelSuite({ ground, emulated }: Stage): void {
  describe('a cancelled process', () => {
    for (const verb of ground.engine.verbs(ground.targets.first)) {
      const prepared = async (field: Emulated) => {
        const run = verb === 'start' ? null : await runOf(field, await field.outside.plant(field.names[0] ?? ''));
        // Past what a service makes a launch wait for, so that nothing but the signal holds it back.
        await field.wait(300);
        await field.outside.forget();
        return callOf(field, verb, run);
      };
      const call = (field: Field, of: object) =>
        (verbOf(field.session, verb) as (call: object) => Promise<Progress>)(of).catch(() => null);

      emulated(`makes no change by ${verb}`, async (field) => {
        const own = await prepared(field);
        expect((await call(field, { ...own, signal: AbortSignal.abort() }))?.state).not.toBe('succeeded');
        expect(writesIn(await field.outside.heard())).toEqual([]);
        field.cancel.abort();
        expect((await call(field, own))?.state).not.toBe('succeeded');
        expect(writesIn(await field.outside.heard())).toEqual([]);
      });

      emulated(`that is cancelled in the middle of ${verb} makes no second change`, async (field) => {
        const own = await prepared(field);
        const abort = new AbortController();
        await field.outside.holds(verb);
        const under = call(field, { ...own, signal: abort.signal });
        await arrival(field);
        abort.abort();
        field.cancel.abort();
        await field.outside.releases();
        const progress = await under;
        if (progress?.state === 'running') await call(field, { ...own, memo: progress.memo, signal: abort.signal });
        expect(writesIn(await field.outside.heard())).toHaveLength(1);
      });
    }

    emulated('is not kept waiting by a look', async (field) => {
      field.cancel.abort();
      await field.outside.breaks('read', 'before', 'error', 50);
      await expect(runOf(field, field.unknownId)).rejects.toThrow();
    });
  });
}

/** Waits until a change has arrived. */
async function arrival(field: Emulated): Promise<void> {
  for (let tries = 0; writesIn(await field.outside.heard()).length === 0; tries += 1) {
    if (tries > 1000) throw new Error('no change arrived within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
