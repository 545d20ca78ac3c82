import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/model/json.js';
import { strategies } from '../../../src/strategies/index.js';
import { jobOf } from '../calls.js';
import type { Ground, Offer, Verb } from '../ground.js';
import type { Stage } from '../stage.js';

const everyVerb: readonly Verb[] = [
  'prepare',
  'scale',
  'replace',
  'overlap',
  'start',
  'drain',
  'stop',
  'snapshot',
  'stopWithSnapshot',
];
const everyOffer: readonly Offer[] = ['messages', 'reference', 'measure'];

/** What an engine says that it can do, and what its sessions have. */
export function shapeSuite({ ground, rule }: Stage): void {
  const { engine } = ground;

  rule(
    'a session has the verbs of its target, and an absent verb is no property',
    async ({ session, ambient, targets }) => {
      const all: [JsonObject, typeof session][] = [[targets.first, session]];
      for (const target of Object.values(ground.variants)) {
        all.push([target, await engine.connect(engine.place(target, ambient), target, ambient)]);
      }
      for (const [target, { can, close }] of all) {
        expect(Object.keys(can).sort()).toEqual([...engine.verbs(target)].sort());
        for (const verb of everyVerb) expect([verb, verb in can]).toEqual([verb, engine.verbs(target).includes(verb)]);
        for (const verb of Object.values(can)) expect(typeof verb).toBe('function');
        if (target !== targets.first) await close?.();
      }
    },
  );

  rule('what a session cannot tell is no property either', async ({ session }) => {
    expect(everyOffer.filter((offer) => offer in session)).toEqual(
      everyOffer.filter((offer) => ground.offers.includes(offer)),
    );
  });

  rule('jobs share a session only where they have the same verbs', async ({ ambient, targets }) => {
    const sessionOf = (target: JsonObject) => engine.place(target, ambient).session;
    expect(sessionOf(targets.second)).toBe(sessionOf(targets.first));
    for (const target of Object.values(ground.variants)) {
      const same = [...engine.verbs(target)].sort().join() === [...engine.verbs(targets.first)].sort().join();
      expect(sessionOf(target) === sessionOf(targets.first)).toBe(same);
      expect(engine.place(target, ambient).key).toBe(engine.place(targets.first, ambient).key);
    }
  });

  rule('its targets are valid', async ({ targets }) => {
    for (const target of [targets.first, targets.second, ...Object.values(ground.variants)]) {
      expect(engine.target.parse(target)).toEqual(target);
      const job = { ...jobOf(engine.id, target), positions: {} };
      expect((engine.check?.(job) ?? []).filter(({ level }) => level === 'error')).toEqual([]);
    }
  });

  describe('expectations', () => {
    it.each(targetsOf(ground))('reject each strategy whose verbs a target %s does not have', (_, target) => {
      for (const { name, needs } of Object.values(strategies)) {
        const verbs = new Set(engine.verbs(target));
        const reason = needs({ verbs, slots: 0, slotNames: false, scales: true, state: 'unknown' });
        const expected = engine.expect(name, jobOf(engine.id, target));
        if (reason === null) continue;
        expect([name, expected]).toEqual([name, { rejected: expect.stringMatching(/\w+ \w+/) }]);
      }
    });

    it('accept at least one strategy that updates', () => {
      const [[, target] = ['', {}]] = targetsOf(ground);
      const updates = (
        ['in-place-update', 'savepoint-upgrade', 'parallel', 'restart', 'drain-and-resubmit'] as const
      ).filter((name) => !('rejected' in engine.expect(name, jobOf(engine.id, target))));
      expect(updates).not.toEqual([]);
    });
  });

  it('a poll, a call and a list take some time', () => {
    expect(engine.pollSeconds).toBeGreaterThan(0);
    expect(engine.times.callSeconds).toBeGreaterThan(0);
    expect(engine.times.lagSeconds).toBeGreaterThanOrEqual(0);
  });
}

function targetsOf(ground: Ground): [string, JsonObject][] {
  return [['of the suite', ground.targets.first], ...Object.entries(ground.variants)];
}
