import { describe, expect } from '@jest/globals';
import type { LaunchCall, OverlapCall, Progress } from '../../../src/engines/engine.js';
import { codes } from '../../../src/model/codes/index.js';
import type { Json } from '../../../src/model/json.js';
import { isActive } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import {
  active,
  alone,
  drive,
  freshStamp,
  isNo,
  isRunning,
  launchCall,
  launched,
  nothing,
  refusedOrUnknown,
  runCall,
  runOf,
  stamped,
  thrown,
  until,
  verbOf,
} from '../calls.js';
import type { Field, Heard, LaunchVerb } from '../ground.js';
import type { Emulated, Stage } from '../stage.js';
import { writesIn } from './observe.js';

type Launch = (call: LaunchCall) => Promise<Progress>;
const verbIn = (field: Field, verb: LaunchVerb) => verbOf(field.session, verb) as Launch;

/** A launch that is ready to be made: a start beside nothing, an update of a run of somebody else's. */
async function ready(field: Emulated, verb: LaunchVerb, stamp: Stamp): Promise<OverlapCall> {
  if (verb === 'start') return launchCall(field, stamp);
  const predecessor = await runOf(field, await field.outside.plant(field.names[0] ?? ''));
  return launchCall(field, stamp, { predecessor, target: field.targets.second });
}

/** Rules of PROTOCOL 5 that hold for whatever launches a run: at most one, and it is always found again. */
export function launchSuite({ ground, rule, emulated }: Stage, verb: LaunchVerb): void {
  const lagSeconds = ground.engine.times.lagSeconds;
  const changesIn = (heard: readonly Heard[]) =>
    writesIn(heard).filter(({ operation }) => !ground.besides?.[verb]?.includes(operation));

  describe(`a launch by ${verb}`, () => {
    emulated('is one change, however often it is polled', async (field) => {
      const stamp = freshStamp({ step: verb });
      const call = await ready(field, verb, stamp);
      await field.outside.forget();
      const memos: Json[] = [];
      const progress = await drive(field, verbIn(field, verb), call, memos);
      expect(progress).toMatchObject({ state: 'succeeded', run: expect.any(String) });
      expect(changesIn(await field.outside.heard())).toHaveLength(1);
      for (const memo of memos) await verbIn(field, verb)({ ...call, memo });
      expect(changesIn(await field.outside.heard())).toHaveLength(1);
      expect(await stamped(field, stamp)).toHaveLength(1);
    });

    rule('asked for again without a memo finds its run and launches none', async (field) => {
      const old = verb === 'start' ? await nothing(field) : await alone(field);
      const stamp = freshStamp({ step: verb });
      const call = launchCall(field, stamp, old ? { predecessor: old, target: field.targets.second } : {});
      const id = await launched(field, verb, call);
      expect(await launched(field, verb, call)).toBe(id);
      expect((await stamped(field, stamp)).map((run) => run.id)).toEqual([id]);
    });

    for (const how of ['error', 'cut'] as const) {
      emulated(
        `whose answer is lost (${how}) is one change, not known, and found by its stamp`,
        async (field) => {
          const stamp = freshStamp({ step: verb });
          const call = await ready(field, verb, stamp);
          await field.wait(lagSeconds);
          await field.outside.forget();
          await field.outside.breaks(verb, 'after', how);
          expect((await thrown(drive(field, verbIn(field, verb), call))).class).toBe('transient');
          expect(changesIn(await field.outside.heard())).toHaveLength(1);
          await field.wait(lagSeconds);
          const [run] = await stamped(field, stamp);
          expect(run).toMatchObject({ stamp, name: field.names[0] });
          expect(await launched(field, verb, call)).toBe(run?.id);
          expect(await stamped(field, stamp)).toHaveLength(1);
        },
        { lagSeconds },
      );

      emulated(`that does not arrive (${how}) leaves no run, and may be sent again`, async (field) => {
        const stamp = freshStamp({ step: verb });
        const call = await ready(field, verb, stamp);
        await field.outside.breaks(verb, 'before', how);
        await refusedOrUnknown(drive(field, verbIn(field, verb), call));
        expect(await stamped(field, stamp)).toEqual([]);
        const id = await launched(field, verb, call);
        expect((await stamped(field, stamp)).map((run) => run.id)).toEqual([id]);
      });
    }

    emulated('that is refused is a definite no, and leaves the old run alone', async (field) => {
      const stamp = freshStamp({ step: verb });
      const call = { ...(await ready(field, verb, stamp)), target: field.targets.refused };
      const { predecessor } = call;
      // What a two-minute rule makes the launch wait for passes before the picture is taken.
      await field.wait(200);
      const before = predecessor && (await field.outside.picture(predecessor.id));
      isNo(await drive(field, verbIn(field, verb), call));
      expect(await stamped(field, stamp)).toEqual([]);
      expect(predecessor && (await field.outside.picture(predecessor.id))).toBe(before);
    });

    if (verb === 'start') return;

    emulated('whose predecessor has ended launches nothing', async (field) => {
      const stamp = freshStamp({ step: verb });
      const call = await ready(field, verb, stamp);
      await nothing(field);
      await field.outside.forget();
      isNo(await drive(field, verbIn(field, verb), call));
      expect(writesIn(await field.outside.heard())).toEqual([]);
      expect(await stamped(field, stamp)).toEqual([]);
    });
  });

  if (verb === 'replace') replaceRules({ rule });
  if (verb === 'overlap') overlapRules({ rule, emulated });
}

function replaceRules({ rule }: Pick<Stage, 'rule'>): void {
  describe('replace', () => {
    rule('puts the new run in the old one’s place, with its own values and nothing inherited', async (field) => {
      const old = await alone(field);
      const { scale } = field.targets;
      if (scale !== null) await drive(field, verbOf(field.session, 'scale'), { ...runCall(field, old), scale });
      const stamp = freshStamp({ step: 'replace', predecessor: old.id });
      const call = launchCall(field, stamp, { predecessor: old, target: field.targets.second });
      const id = await launched(field, 'replace', call);
      expect(id).not.toBe(old.id);
      await until(field, id, isRunning);
      expect((await active(field)).map((run) => run.id)).toEqual([id]);
      expect(await runOf(field, old.id)).toMatchObject({ state: 'replaced', endedAt: expect.any(String) });
      expect([null, id]).toContain((await runOf(field, old.id)).replacedBy);
      expect((await runOf(field, id)).scale).toEqual(old.scale);
    });
  });
}

function overlapRules({ rule, emulated }: Pick<Stage, 'rule' | 'emulated'>): void {
  describe('overlap', () => {
    rule('runs beside the old one, which goes on', async (field) => {
      const old = await alone(field);
      const call = launchCall(field, freshStamp({ step: 'overlap' }), {
        predecessor: old,
        target: field.targets.second,
      });
      const id = await launched(field, 'overlap', call);
      const runs = (await field.session.look({ ...call.subject, ids: [old.id, id] })).filter(isActive);
      expect(runs.map((run) => [run.id, run.state]).sort()).toEqual(
        [
          [old.id, 'running'],
          [id, 'running'],
        ].sort(),
      );
      // What the engine reads back of the service's doings says that nothing is otherwise than asked.
      const told = (await field.session.messages?.(await runOf(field, id))) ?? [];
      expect(told.filter(({ text }) => (text.split(':')[0] ?? '') in codes)).toEqual([]);
    });

    emulated('refuses a backstop that the service does not take, before it asks', async (field) => {
      const call = await ready(field, 'overlap', freshStamp());
      await field.outside.forget();
      isNo(await drive(field, verbOf(field.session, 'overlap'), { ...call, backstopSeconds: 400 * 86_400 }));
      expect(writesIn(await field.outside.heard())).toEqual([]);
    });
  });
}
