import { describe, expect } from '@jest/globals';
import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import {
  active,
  alone,
  drive,
  freshStamp,
  isNo,
  isRunning,
  launchCall,
  launched,
  look,
  nothing,
  readBack,
  refusedOrUnknown,
  runCall,
  runOf,
  stamped,
  until,
  verbOf,
} from '../calls.js';
import { subjectOf } from '../ground.js';
import type { Stage } from '../stage.js';

export function startSuite({ ground, rule, emulated }: Stage): void {
  const { engine } = ground;

  describe('start', () => {
    rule(
      'marks the run with every field of the stamp, and the run shows at once by its id',
      async (field) => {
        await nothing(field);
        const stamp = freshStamp({
          revision: 'r1-00000000deadbeef',
          step: 'undo-start',
          commit: '0123456789abcdef0123456789abcdef01234567',
          predecessor: '2026-11-22_17_41_14-123.ABC/x y_é',
          slot: 1,
        });
        const id = await launched(field, 'start', launchCall(field, stamp));
        const run = await runOf(field, id);
        expect(run).toMatchObject({
          id,
          name: field.names[0],
          stamp: readBack(stamp),
          endedAt: null,
          replacedBy: null,
        });
        expect(['starting', 'running']).toContain(run.state);
        expect(run.streaming).not.toBe(false);
      },
      { lagSeconds: engine.times.lagSeconds },
    );

    rule('shows of the run what it was launched with, as far as it shows anything', async (field) => {
      const target = field.targets.second;
      await nothing(field);
      const id = await launched(field, 'start', launchCall(field, freshStamp(), { target }));
      const run = (await field.session.look({ ...subjectOf(field, [id]), target })).find((one) => one.id === id);
      const shown = leaves({ ...run?.shows, ...run?.scale });
      const wanted = leaves(target);
      const both = [...shown.keys()].filter((path) => wanted.has(path));
      expect(both.length).toBeGreaterThan(0);
      expect(both.map((path) => [path, shown.get(path)])).toEqual(both.map((path) => [path, wanted.get(path)]));
    });

    rule('goes from starting to running, and by no other state', async (field) => {
      await nothing(field);
      const stamp = freshStamp();
      const id = await launched(field, 'start', launchCall(field, stamp));
      const seen: Run[] = [];
      const run = await until(field, id, isRunning, 1800, seen);
      expect(run.stamp).toEqual(stamp);
      expect(Date.parse(run.startedAt ?? '')).toBeLessThanOrEqual(field.clock.now());
      const words = seen.map(({ state }) => state).filter((state, index, all) => state !== all[index - 1]);
      expect(['starting running', 'running']).toContain(words.join(' '));
    });

    rule(
      'shows in lists within the list lag',
      async (field) => {
        await nothing(field);
        const stamp = freshStamp();
        const id = await launched(field, 'start', launchCall(field, stamp));
        await field.wait(engine.times.lagSeconds);
        expect((await stamped(field, stamp)).map((run) => run.id)).toEqual([id]);
      },
      { lagSeconds: engine.times.lagSeconds },
    );

    rule('waits for the place of a run that is on its way out, and never runs beside it', async (field) => {
      const old = await alone(field);
      await verbOf(field.session, 'stop')(runCall(field, old));
      const id = await launched(field, 'start', launchCall(field, freshStamp(), { predecessor: old }));
      await until(field, id, isRunning);
      await until(field, old.id, ({ endedAt }) => endedAt !== null);
      expect((await active(field)).map((run) => run.id)).toEqual([id]);
    });

    if (engine.fence !== 'F4') {
      rule('is fenced: a second run beside an active one is not started', async (field) => {
        const run = await alone(field);
        const stamp = freshStamp();
        await refusedOrUnknown(drive(field, verbOf(field.session, 'start'), launchCall(field, stamp)));
        await field.wait(engine.times.lagSeconds);
        expect(await stamped(field, stamp)).toEqual([]);
        expect((await active(field)).map(({ id }) => id)).toEqual([run.id]);
      });
    }

    const { failing } = ground.targets;
    if (failing !== null)
      rule('of a run that then fails is accepted; the look shows the end and its reason', async (field) => {
        await nothing(field);
        const call = launchCall(field, freshStamp(), { target: failing });
        const id = await launched(field, 'start', call);
        const run = await until(field, id, ({ endedAt }) => endedAt !== null);
        expect(run).toMatchObject({ state: 'failed', detail: expect.stringMatching(/\w/) });
        expect((await field.session.messages?.(run))?.map(({ level }) => level) ?? ['error']).toContain('error');
      });

    emulated('under the name of another slot runs beside the first', async (field) => {
      const [name = '', other = ''] = field.names;
      const first = await field.outside.plant(name);
      const target = { ...field.targets.first, name: other };
      const id = await launched(field, 'start', launchCall(field, freshStamp({ slot: 1 }), { target }));
      expect(await until(field, id, isRunning)).toMatchObject({ name: other, stamp: { slot: 1 } });
      expect((await active(field)).map((run) => run.id).sort()).toEqual([first, id].sort());
    });

    rule('that the engine refuses leaves no run', async (field) => {
      await nothing(field);
      const stamp = freshStamp();
      const before = (await look(field)).length;
      const call = launchCall(field, stamp, { target: field.targets.refused });
      isNo(await drive(field, verbOf(field.session, 'start'), call));
      expect(await look(field)).toHaveLength(before);
    });
  });
}

/** Plain values of an object by their dotted paths. */
function leaves(of: JsonObject, path = ''): Map<string, Json> {
  return new Map(
    Object.entries(of).flatMap(([key, value]) =>
      isObject(value) ? [...leaves(value, `${path}${key}.`)] : [[`${path}${key}`, value] as [string, Json]],
    ),
  );
}
