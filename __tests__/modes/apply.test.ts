import { afterAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../src/modes/apply.js';
import type { Bench } from '../../src/modes/bench.js';
import { gather } from '../../src/modes/gather.js';
import { resume } from '../../src/modes/resume.js';
import { rollback } from '../../src/modes/rollback.js';
import { nowSentence } from '../../src/report/now.js';
import { removeTemporaries } from '../changes/repo.js';
import { type Call, type Declared, jobOf, outcomesOf, type World, world } from './world.js';

afterAll(removeTemporaries);

const nothing = async () => {};
const roll = async (bench: Bench) => (await apply(bench, nothing)).report;
/** Cancelled while the new run of `a` is watched: its rollout stays open, held by this workflow run. */
const whileWatched = (line: string) => line.startsWith('a: ') && line.includes('a verdict is due');

/** All jobs run version 1; then `a` is left open on the way to version 2. */
async function leftOpen(more: { readonly [key: string]: Declared } = {}, call: Call = {}): Promise<World> {
  const here = world();
  here.declare({ a: { v: 1 }, ...more });
  expect(Object.values(outcomesOf(await roll(here.bench())))).not.toContain('refused');
  here.declare({ a: { v: 2 }, ...more });
  const cut = await roll(here.bench({ runId: '1', cancel: whileWatched, ...call }));
  expect(outcomesOf(cut)).toMatchObject({ a: 'interrupted' });
  return here;
}

describe('a job whose older rollout is closed first', () => {
  it('is rolled out in the same call, and whatever needs it comes after its new revision', async () => {
    const here = await leftOpen({ b: { v: 1, needs: ['a'] }, c: { v: 1, needs: ['b'] } });
    here.declare({ a: { v: 3 }, b: { v: 1, needs: ['a'] }, c: { v: 3, needs: ['b'] } });
    const { report, superseded } = await apply(here.bench({ runId: '2' }), nothing);
    expect(outcomesOf(report)).toEqual({ a: 'succeeded', b: 'unchanged', c: 'succeeded' });
    expect(superseded).toMatchObject([{ job: 'a', outcome: 'superseded' }]);
    const starts = here.log().filter((line) => line.startsWith('start'));
    expect(starts.slice(-2)).toEqual(['start a-production 3', 'start c-production 3']);
  });

  it('is no success where the time is over before its own rollout was begun', async () => {
    const here = await leftOpen({ b: { v: 1, needs: ['a'] } });
    here.declare({ a: { v: 3 }, b: { v: 3, needs: ['a'] } });
    // The fleet reads the time once; after it the call is over.
    let reads = 0;
    const over = (bench: Bench) =>
      Object.defineProperty({ ...bench }, 'handOverAt', {
        get: () => (reads++ === 0 ? bench.handOverAt : 0),
        enumerable: true,
      });
    const bench = over(here.bench({ runId: '2' }));
    const report = await roll(bench);
    expect(report.exitCode).toBe(5);
    expect(jobOf(report, 'a')).toMatchObject({
      outcome: 'interrupted',
      code: 'rollout-not-begun',
      message: expect.stringMatching(
        /^Not begun: rollout \S+ was finished first \(superseded\), and the time .* is over\. Now: run /,
      ),
      next: 'stream-rollout apply --environment production --jobs a',
    });
    expect(jobOf(report, 'b')).toMatchObject({ outcome: 'interrupted', code: 'rollout-not-begun' });
    expect((await here.held()).get('b')?.record.closed?.outcome).toBe('succeeded');
  });

  it('keeps the reports of the first round where the second one fails', async () => {
    const here = await leftOpen({ b: { v: 1 } });
    here.declare({ a: { v: 3 }, b: { v: 3 } });
    let reads = 0;
    const report = await roll(
      here.bench({
        runId: '2',
        over: (bench) => ({
          ledger: async () => {
            const ledger = await bench.ledger();
            return {
              ...ledger,
              writes: ledger.writes,
              read: async (environment: string, jobs?: readonly string[]) => {
                if (jobs === undefined && reads++ > 0) throw new Error('the bucket is gone');
                return await ledger.read(environment, jobs);
              },
            };
          },
        }),
      }),
    );
    expect(outcomesOf(report)).toEqual({ a: 'interrupted', b: 'succeeded' });
    expect(jobOf(report, 'a').message).toContain('it could not be planned again: the bucket is gone');
    expect(report.exitCode).toBe(5);
  });
});

describe('a job that another process holds', () => {
  it('is waited for, and so is what needs it', async () => {
    const here = await leftOpen({ b: { v: 1, needs: ['a'] } });
    here.declare({ a: { v: 3 }, b: { v: 3, needs: ['a'] } });
    let asked = 0;
    const before = (await here.held()).get('b')?.record.n;
    const seen: (number | undefined)[] = [];
    const report = await roll(
      here.bench({
        runId: '2',
        attemptState: async () => {
          seen.push((await here.held()).get('b')?.record.n);
          return asked++ < 2 ? 'active' : 'completed';
        },
      }),
    );
    expect(outcomesOf(report)).toEqual({ a: 'succeeded', b: 'succeeded' });
    expect(seen).toEqual([before, before, before]);
    expect(here.log().slice(-4)).toEqual([
      'stop a-production',
      'start a-production 3',
      'stop b-production',
      'start b-production 3',
    ]);
  });

  it('is refused where nobody waits, and what needs it is skipped', async () => {
    const here = await leftOpen({ b: { v: 1, needs: ['a'] } });
    here.declare({ a: { v: 3 }, b: { v: 3, needs: ['a'] } });
    const report = await roll(here.bench({ runId: '2', wait: false, attemptState: async () => 'active' }));
    expect(outcomesOf(report)).toEqual({ a: 'refused', b: 'skipped' });
    expect(report.exitCode).toBe(3);
  });

  it('under its old name is named, and nothing is touched', async () => {
    const here = await leftOpen();
    here.declare({ renamed: { v: 3, was: 'a' } });
    const before = here.log();
    const report = await roll(here.bench({ runId: '2', wait: false }));
    expect(jobOf(report, 'renamed')).toMatchObject({
      outcome: 'refused',
      code: 'rollout-held',
      message: expect.stringContaining('of a, its old name, is still open. Nothing was touched.'),
    });
    expect(here.log()).toEqual(before);
  });
});

it('an open rollout goes on, and the scale that was declared since is set after it', async () => {
  const here = await leftOpen();
  here.declare({ a: { v: 2, replicas: 3 } });
  const report = await roll(here.bench({ runId: '2' }));
  expect(report.jobs).toMatchObject([{ job: 'a', outcome: 'succeeded', strategy: 'in-flight-update' }]);
  expect(here.log().slice(-1)).toEqual(['scale a-production 3']);
});

describe('a cancelled call', () => {
  it('opens nothing that was not open', async () => {
    const here = world();
    here.declare({ a: { v: 1 }, b: { v: 1, build: 'sleep 30' } });
    const abort = new AbortController();
    const bench = here.bench({ over: () => ({ signal: abort.signal }) });
    const { report } = await apply(bench, async () => abort.abort());
    for (const job of report.jobs) {
      expect(job).toMatchObject({ outcome: 'interrupted', code: 'process-cancelled' });
      expect(job.message).toContain('the process was cancelled before anything was done for it. Nothing runs now.');
    }
    expect(report.jobs).toHaveLength(2);
    expect(report.exitCode).toBe(5);
    expect((await here.held()).size).toBe(0);
  });
});

it('nobody is told what runs where nobody could look', async () => {
  const here = world();
  here.declare({ a: { v: 1, blind: true }, b: { v: 1 } });
  const report = await roll(here.bench());
  const blind = jobOf(report, 'a');
  expect(blind).toMatchObject({ outcome: 'refused', code: 'command-observe-failed', runs: null, runAfter: null });
  expect(blind.message).not.toContain('Nothing runs');
  expect(nowSentence(report)).toBe('A run is up for 1 of 2 jobs. Not looked at: a.');
});

describe('a rollback', () => {
  const there = async () => {
    const here = world();
    for (const v of [1, 2]) {
      here.declare({ a: { v } });
      await roll(here.bench());
    }
    return here;
  };
  const back: Call['raw'] = { jobs: 'a', accept: 'unsafe-rollback' };

  it('that was handed over goes on with the next commit, which has nothing of its own to roll out', async () => {
    const here = await there();
    const cut = await rollback(here.bench({ raw: back, runId: '5', cancel: whileWatched }), nothing);
    expect(outcomesOf(cut.report)).toEqual({ a: 'interrupted' });
    here.repo.commit({ 'README.md': 'docs\n' });
    const report = await roll(here.bench({ runId: '6' }));
    expect(outcomesOf(report)).toEqual({ a: 'succeeded' });
    expect(here.log().slice(-1)).toEqual(['start a-production 1']);
    expect(outcomesOf(await roll(here.bench({ runId: '7' })))).toEqual({ a: 'quarantined' });
  });

  it('never guesses which environment is meant', async () => {
    const here = await there();
    here.declare({ z: { v: 1 } }, ['production', 'staging']);
    await roll(here.bench({ raw: { environment: 'staging' } }));
    await expect(rollback(here.bench({ raw: { ...back, environment: '' } }), nothing)).rejects.toMatchObject({
      code: 'environment-required',
    });
  });
});

it('resume of one job holds to what it needs', async () => {
  const here = world();
  const jobs = (v: number) => ({ a: { v }, b: { v, needs: ['a'] } });
  here.declare(jobs(1));
  await roll(here.bench());
  here.declare(jobs(2));
  await roll(here.bench({ runId: '1', cancel: whileWatched }));
  const held = await here.held();
  expect(['a', 'b'].map((job) => held.get(job)?.record.closed)).toEqual([null, null]);
  const report = await resume(here.bench({ runId: '2', raw: { jobs: 'b' } }));
  expect(report.jobs).toMatchObject([{ job: 'b', outcome: 'pending', code: 'needs-pending' }]);
  expect(here.log()).not.toContain('start b-production 2');
});

it('a plan tells whether the code was built before', async () => {
  const here = world();
  const build = 'echo "x=1" >> "$STREAM_ROLLOUT_OUTPUT"';
  here.declare({ a: { v: 1, build } });
  const built = async () => {
    const { plan } = await gather(here.bench(), { jobs: null });
    const artifact = plan.jobs[0]?.desired.artifact;
    return artifact?.kind === 'build' ? artifact.built : undefined;
  };
  expect(await built()).toBe(false);
  expect(outcomesOf(await roll(here.bench()))).toEqual({ a: 'succeeded' });
  // Nothing is to be done, so nobody asks.
  expect(await built()).toBeNull();
  here.declare({ a: { v: 2, build } });
  expect(await built()).toBe(true);
  here.declare({ a: { v: 2, build: `${build} # again` } });
  expect(await built()).toBe(false);
});
