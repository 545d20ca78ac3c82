import { describe, expect } from '@jest/globals';
import type { Subject } from '../../../src/engines/engine.js';
import { isActive } from '../../../src/model/run.js';
import { active, alone, drive, isRunning, look, nothing, runCall, runOf, thrown, verbOf } from '../calls.js';
import { type Heard, subjectOf } from '../ground.js';
import type { Emulated, Stage } from '../stage.js';

/** Names that share a beginning or an end with the job's own. */
export const siblingsOf = (name: string) => [`${name}-returns`, `${name}2`, `a-${name}`, name.slice(0, -1)];

/** Requests that name one of these, as a whole word: `contract` is not named by `contract-b`. */
export function naming(heard: readonly Heard[], words: readonly string[]): readonly Heard[] {
  return heard.filter(({ text, secretField }) =>
    words.some((word) => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(`${text}\n${secretField}`)),
  );
}

export const writesIn = (heard: readonly Heard[]) => heard.filter(({ write }) => write);

/** One job for each name, with a run of each that somebody else started. */
async function jobs(field: Emulated): Promise<{ subjects: readonly Subject[]; ids: readonly string[] }> {
  const [name = ''] = field.names;
  const names = [name, ...siblingsOf(name).slice(0, 2)];
  const ids: string[] = [];
  for (const each of names) ids.push(await field.outside.plant(each));
  const subjects = names.map((each) => ({
    job: `job-${each}`,
    names: [each],
    target: { ...field.targets.first, name: each },
    ids: [],
  }));
  return { subjects, ids };
}

export function observeSuite({ ground, rule, emulated }: Stage): void {
  describe('observe', () => {
    emulated('goes by exact names: siblings are neither returned nor asked about', async (field) => {
      const [name = '', other = ''] = field.names;
      const siblings = siblingsOf(name);
      const theirs: string[] = [];
      for (const sibling of siblings) theirs.push(await field.outside.plant(sibling));
      const ours = [await field.outside.plant(name), await field.outside.plant(other)];
      await field.outside.forget();
      const found = (await field.session.observe([subjectOf(field)])).get('contract') ?? [];
      expect(found.map(({ id }) => id).sort()).toEqual(ours.sort());
      expect(new Set(found.map((run) => run.name))).toEqual(new Set(field.names));
      const looked = await look(field);
      expect(looked.map(({ id }) => id).sort()).toEqual(ours);
      expect(naming(await field.outside.heard(), [...siblings, ...theirs])).toEqual([]);
      expect(writesIn(await field.outside.heard())).toEqual([]);
    });

    emulated('reads many jobs in as few calls as the engine’s page says', async (field) => {
      const { subjects, ids } = await jobs(field);
      const idle: Subject = { job: 'idle', names: [field.names[1] ?? ''], target: field.targets.first, ids: [] };
      await field.outside.forget();
      const found = await field.session.observe(subjects);
      expect(subjects.map(({ job }) => found.get(job)?.map(({ id }) => id))).toEqual(ids.map((id) => [id]));
      expect(await field.outside.heard()).toHaveLength(ground.observeCalls.first(subjects.length));
      await field.outside.forget();
      await field.session.observe(subjects);
      expect(await field.outside.heard()).toHaveLength(ground.observeCalls.again(subjects.length));
      expect(writesIn(await field.outside.heard())).toEqual([]);
      expect((await field.session.observe([...subjects, idle])).get('idle')).toEqual([]);
    });

    emulated('keeps each job’s runs apart', async (field) => {
      const { subjects, ids } = await jobs(field);
      const found = await field.session.observe([...subjects].reverse());
      expect([...found.keys()].sort()).toEqual(subjects.map(({ job }) => job).sort());
      for (const [index, { job }] of subjects.entries()) expect(found.get(job)).toMatchObject([{ id: ids[index] }]);
    });

    emulated('shows what somebody else started as running, streaming and not ours', async (field) => {
      const id = await field.outside.plant(field.names[0] ?? '');
      const [run] = (await field.session.observe([subjectOf(field)])).get('contract') ?? [];
      expect(run).toMatchObject({
        id,
        state: 'running',
        stamp: null,
        endedAt: null,
        continues: null,
        replacedBy: null,
      });
      expect(run?.streaming).not.toBe(false);
      expect(Date.parse(run?.startedAt ?? '')).toBeLessThanOrEqual(field.clock.now());
    });

    rule('finds ended runs by their ids, and invents none', async (field) => {
      const run = await alone(field);
      await nothing(field);
      const seen = (await field.session.observe([subjectOf(field, [run.id, field.unknownId])])).get('contract') ?? [];
      expect(seen.find(({ id }) => id === run.id)).toMatchObject({ stamp: run.stamp, endedAt: expect.any(String) });
      expect(seen.map(({ id }) => id)).not.toContain(field.unknownId);
      const one = (await look(field, [run.id, field.unknownId])).filter(({ id }) =>
        [run.id, field.unknownId].includes(id),
      );
      expect(one.map(({ id }) => id)).toEqual([run.id]);
      expect(one.every((ended) => !isActive(ended))).toBe(true);
    });

    emulated('never takes a failed read for an empty answer', async (field) => {
      await field.outside.plant(field.names[0] ?? '');
      await field.outside.breaks('read', 'before', 'error', 50);
      expect((await thrown(field.session.observe([subjectOf(field)]))).class).toBe('transient');
      expect((await thrown(look(field))).class).toBe('transient');
    });
  });

  describe('look', () => {
    emulated('shows active and ended runs of all exact names', async (field) => {
      const [name = '', other = ''] = field.names;
      const ended = await field.outside.plant(name);
      await drive(field, verbOf(field.session, 'stop'), runCall(field, await runOf(field, ended)));
      const now = [await field.outside.plant(name), await field.outside.plant(other)];
      expect((await look(field)).map(({ id }) => id).sort()).toEqual([ended, ...now].sort());
      expect((await active(field)).map(({ id }) => id).sort()).toEqual(now.sort());
      expect((await active(field)).every(isRunning)).toBe(true);
    });

    emulated('leaves no trace', async (field) => {
      const id = await field.outside.plant(field.names[0] ?? '');
      const before = [await field.outside.picture(id), await field.outside.definition()];
      await field.outside.forget();
      await look(field, [id]);
      await look(field);
      expect(writesIn(await field.outside.heard())).toEqual([]);
      expect([await field.outside.picture(id), await field.outside.definition()]).toEqual(before);
    });
  });
}
