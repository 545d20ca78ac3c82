import { describe, expect } from '@jest/globals';
import { codes } from '../../../src/model/codes/index.js';
import type { Finding } from '../../../src/model/finding.js';
import { type StrategyName, strategyNames } from '../../../src/model/job.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import { alone, declared, freshStamp, launchCall, launched, until } from '../calls.js';
import { type Field, subjectOf } from '../ground.js';
import type { Stage } from '../stage.js';
import { writesIn } from './observe.js';

const errorsIn = (findings: readonly Finding[]) => findings.filter(({ level }) => level === 'error');

/** Strategies that the engine accepts for a target, except those that launch nothing. */
function launching(field: Field, target: JsonObject) {
  return strategyNames.filter(
    (name) =>
      name !== 'stop' &&
      (name !== 'parallel' || field.names.length > 1) &&
      !('rejected' in field.engine.expect(name, declared(field, target))),
  );
}

/** A parallel run takes the name of the other slot; where there is only one name (a real account), it is left out. */
function preflight(field: Field, of: JsonObject, strategy: StrategyName, current: Run | null) {
  const [name = '', other] = field.names;
  if (strategy === 'parallel' && other !== undefined) {
    const target = { ...of, name: other };
    const parallel = { overlapSeconds: 600, slots: [{ name }, { name: other }] };
    const job = { ...declared(field, target), parallel };
    return field.session.preflight({ subject: subjectOf(field), job, target, strategy, current });
  }
  const target = of;
  return field.session.preflight({
    subject: subjectOf(field),
    job: declared(field, target),
    target,
    strategy,
    current,
  });
}

export function preflightSuite({ rule, emulated }: Stage): void {
  describe('preflight', () => {
    rule('lets pass what can be launched', async (field) => {
      const current = await alone(field);
      for (const strategy of launching(field, field.targets.second)) {
        const findings = await preflight(field, field.targets.second, strategy, strategy === 'create' ? null : current);
        // A create beside a run that runs may be told so; that is another job's place.
        if (strategy !== 'create') expect([strategy, errorsIn(findings)]).toEqual([strategy, []]);
      }
    });

    rule('finds what is not there, and says what to do', async (field) => {
      const current = await alone(field);
      for (const strategy of launching(field, field.targets.missing).filter((name) => name !== 'in-flight-update')) {
        const [error] = errorsIn(await preflight(field, field.targets.missing, strategy, current));
        expect([strategy, error]).toEqual([
          strategy,
          expect.objectContaining({ message: expect.stringMatching(/\w/) }),
        ]);
        if (error) expect(error.next ?? codes[error.code].next).toMatch(/\w/);
      }
    });

    emulated('changes nothing', async (field) => {
      const current = await alone(field);
      const before = [await field.outside.picture(current.id), await field.outside.definition()];
      await field.outside.forget();
      for (const target of [field.targets.second, field.targets.missing]) {
        for (const strategy of launching(field, target)) await preflight(field, target, strategy, current);
      }
      expect(writesIn(await field.outside.heard())).toEqual([]);
      expect([await field.outside.picture(current.id), await field.outside.definition()]).toEqual(before);
    });

    rule('works before the build, when the target is not whole', async (field) => {
      const current = await alone(field);
      const intended = {
        subject: subjectOf(field),
        job: declared(field),
        target: null,
        strategy: 'create',
        current,
      } as const;
      expect(await field.session.preflight({ ...intended, strategy: 'stop' })).toEqual([]);
      for (const strategy of launching(field, field.targets.first)) {
        expect(await field.session.preflight({ ...intended, strategy })).toBeInstanceOf(Array);
      }
    });
  });
}

export function messagesSuite({ ground, rule, emulated }: Stage): void {
  describe('messages', () => {
    rule('of a run that runs hold no error', async (field) => {
      const run = await alone(field);
      const calm = (await field.session.messages?.(run)) ?? [];
      expect(calm.filter(({ level }) => level === 'error')).toEqual([]);
    });

    const { failing } = ground.targets;
    if (failing !== null)
      emulated('are read only, oldest first, each with its level', async (field) => {
        const id = await launched(field, 'start', launchCall(field, freshStamp(), { target: failing }));
        const run = await until(field, id, ({ endedAt }) => endedAt !== null);
        await field.outside.forget();
        const messages = (await field.session.messages?.(run)) ?? [];
        expect(writesIn(await field.outside.heard())).toEqual([]);
        expect(messages).toContainEqual({ at: expect.any(String), level: 'error', text: expect.stringMatching(/\w/) });
        expect(messages.map(({ at }) => at ?? '')).toEqual(messages.map(({ at }) => at ?? '').toSorted());
      });
  });
}

export function referenceSuite({ rule, emulated }: Stage): void {
  const read = (field: Field, target: JsonObject) => field.session.reference?.(target);

  describe('reference', () => {
    rule('reads the same digest twice, and null for what is not there', async (field) => {
      const first = await read(field, field.targets.first);
      expect(first).toMatchObject({ uri: expect.stringMatching(/:\/\//), digest: expect.stringMatching(/\w{16}/) });
      expect(await read(field, field.targets.first)).toEqual(first);
      expect(await read(field, field.targets.missing)).toMatchObject({ digest: null });
    });

    emulated('changes with the content, and reads only', async (field) => {
      const before = await read(field, field.targets.first);
      await field.outside.rewrite(field.targets.first);
      await field.outside.forget();
      const after = await read(field, field.targets.first);
      expect(after?.uri).toBe(before?.uri);
      expect(after?.digest).not.toBe(before?.digest);
      expect(writesIn(await field.outside.heard())).toEqual([]);
    });
  });
}

export function measureSuite({ emulated, ground }: Stage): void {
  /** A signal that the engine offers; one that knows any is asked for `lag`. */
  const offered = ground.engine.signals?.(ground.targets.first).find(({ kind }) => kind === 'gauge')?.name ?? 'lag';
  const name = offered === '*' ? 'lag' : offered;

  describe('measure', () => {
    // A real job may have no input for minutes, and then some services give no sample at all.
    emulated('gives samples of a run that works, with their times and whose they are', async (field) => {
      const run = await alone(field);
      await field.wait(600);
      const samples = (await field.session.measure?.(run, name, new Date(0).toISOString())) ?? [];
      expect(samples.length).toBeGreaterThan(0);
      for (const { signal, at, value, run: of = run.id } of samples) {
        expect([signal, of]).toEqual([name, run.id]);
        expect(Date.parse(at)).toBeLessThanOrEqual(field.clock.now());
        expect(value === null || Number.isFinite(value)).toBe(true);
      }
    });
  });
}
