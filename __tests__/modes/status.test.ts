import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../src/modes/apply.js';
import type { Bench } from '../../src/modes/bench.js';
import { renderStatus, status } from '../../src/modes/status.js';
import { removeTemporaries } from '../changes/repo.js';
import { type World, world } from './world.js';

afterAll(removeTemporaries);

/** A bench that counts what its sessions are asked. */
function counting(here: World, asked: string[]): Bench {
  const bench = here.bench();
  return {
    ...bench,
    sessions: {
      close: bench.sessions.close,
      async get(engine, target) {
        const session = await bench.sessions.get(engine, target);
        // One object a session, as the real ones are: the modes group by it.
        const known = sessions.get(session);
        if (known !== undefined) return known;
        const counted = {
          ...session,
          observe: (subjects: Parameters<typeof session.observe>[0]) => {
            asked.push(`observe ${subjects.length}`);
            return session.observe(subjects);
          },
          look: (subject: Parameters<typeof session.look>[0]) => {
            asked.push(`look ${subject.job}`);
            return session.look(subject);
          },
        };
        sessions.set(session, counted);
        return counted;
      },
    },
  };
}
const sessions = new Map<unknown, Awaited<ReturnType<Bench['sessions']['get']>>>();

describe('status', () => {
  it('observes once for all jobs of a session', async () => {
    const here = world();
    here.declare({ a: { v: 1 }, b: { v: 1 }, c: { v: 1 } });
    await apply(here.bench(), async () => {});
    const asked: string[] = [];
    const found = await status(counting(here, asked));
    expect(found.jobs.map(({ job, state, lastOutcome, error }) => [job, state, lastOutcome, error])).toEqual(
      ['a', 'b', 'c'].map((job) => [job, 'running', 'succeeded', null]),
    );
    for (const row of found.jobs) expect(row.runningRevision).toBe(row.recordedRevision);
    expect(asked).toEqual(['observe 3']);
  });

  it('names the other runs that are active', async () => {
    const here = world();
    here.declare({ a: { v: 1 } });
    await apply(here.bench(), async () => {});
    const file = here.runsFile('a-production');
    const [run] = JSON.parse(readFileSync(file, 'utf8')) as { id: string }[];
    writeFileSync(file, JSON.stringify([run, ...['x', 'y'].map((id) => ({ ...run, id, stamp: undefined }))]));
    const found = await status(here.bench());
    expect(found.jobs[0]).toMatchObject({ run: run?.id, state: 'running', others: ['x', 'y'] });
    expect(renderStatus(found)).toContain(`a: 3 runs are active: ${run?.id}, x, y`);
  });

  it('says of a job that cannot be read why, and shows the others', async () => {
    const here = world();
    here.declare({ a: { v: 1 }, b: { v: 1 } });
    await apply(here.bench(), async () => {});
    const { record } = (await here.held()).get('b') ?? {};
    const blind = { ...record?.good?.target, observe: ['false'] };
    const bench = here.bench();
    const ledger = await bench.ledger();
    const found = await status({
      ...bench,
      ledger: async () => ({
        ...ledger,
        environments: () => ledger.environments(),
        read: async (environment) =>
          new Map(
            [...(await ledger.read(environment))].map(([job, held]) => {
              const { plan, good } = held.record;
              if (job !== 'b' || plan === null || good === null) return [job, held] as const;
              const seen = { ...plan, target: blind, job: { ...plan.job, target: blind } };
              return [
                job,
                { ...held, record: { ...held.record, plan: seen, good: { ...good, target: blind } } },
              ] as const;
            }),
          ),
      }),
    });
    expect(found.jobs.map(({ job, state }) => [job, state])).toEqual([
      ['a', 'running'],
      ['b', null],
    ]);
    const { runId, revision } = record?.good ?? {};
    expect(found.jobs[1]).toMatchObject({
      run: null,
      runningRevision: null,
      recordedRun: runId,
      recordedRevision: revision,
      error: expect.stringContaining('observe command'),
      code: 'command-observe-failed',
      next: expect.stringMatching(/\S/),
    });
    expect(found.jobs[0]).toMatchObject({ error: null, code: null, next: null });
    const shown = renderStatus(found);
    expect(shown).toMatch(new RegExp(`b +production +unreadable +${runId} +${revision} `));
    expect(shown).toMatch(
      /\nb: error command-observe-failed: .*observe command.* that the ledger recorded last\.\n {2}Next: \S/,
    );
  });
});
