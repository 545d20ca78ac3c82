import { describe, expect, it } from '@jest/globals';
import { rolloutIdOf } from '../../src/artifacts/digest.js';
import type { Engine } from '../../src/engines/engine.js';
import type { Held, Ledger, Swap } from '../../src/ledger/ledger.js';
import type { Outcome } from '../../src/model/outcome.js';
import type { JobRecord } from '../../src/model/record.js';
import type { JobReport } from '../../src/model/report.js';
import { renderLog } from '../../src/modes/log.js';
import type { Cause } from '../../src/rollout/decision.js';
import { type FleetBase, type Order, rollOut } from '../../src/rollout/fleet.js';
import { leaseFrom, mayTakeOver } from '../../src/rollout/holder.js';
import { oursOf } from '../../src/rollout/order.js';
import { recordOf, stampOf, undoing } from './kit.js';
import { processOf } from './model/processes.js';
import { epoch, simulation } from './model/sim.js';
import { memoryEngine } from './world.js';

const hour = 3_600_000;

/** Jobs of one call, in virtual time; each has an engine of its own with one old run. */
async function fleet(
  jobs: {
    [job: string]: {
      needs?: readonly string[];
      target?: { [key: string]: number | boolean };
      more?: Partial<JobRecord>;
      /** The old run has been stopped. */
      gone?: boolean;
      /** It was opened by a process that is gone, and is taken over. */
      taken?: boolean;
      unseen?: boolean;
    };
  },
  more: {
    outcomes?: ReadonlyMap<string, Outcome>;
    minutes?: number;
    holder?: JobRecord['holder'];
    at?: readonly { seconds: number; do: (records: Map<string, Held>) => void }[];
    refuse?: (job: string) => boolean;
    maxParallel?: number;
    failFast?: boolean;
    superseding?: { readonly [job: string]: Cause };
    /** Records that stand before the call. */
    standing?: ReadonlyMap<string, Held>;
  } = {},
) {
  const sim = simulation();
  const process = processOf(sim, 'me', [], () => {});
  const records = new Map<string, Held>(more.standing);
  const writes: { job: string; at: number; record: JobRecord }[] = [];
  const now = () => (sim.now - epoch) / 1000;
  const holder = more.holder ?? { name: 'me', workflow: null, process: null, nonce: 'me' };
  const ledger = {
    read: (_environment: string, asked?: readonly string[]) =>
      process.event(100, () => new Map([...records].filter(([job]) => asked?.includes(job) ?? true))),
    write: (record: JobRecord, expected: string | null) =>
      process.event(100, (): Swap => {
        if (more.refuse?.(record.job)) throw new Error('the ledger did not answer');
        const standing = records.get(record.job) ?? null;
        if ((standing?.head ?? null) !== expected) return { landed: false, now: standing };
        const held = { record, head: `h${writes.length + 1}` };
        records.set(record.job, held);
        writes.push({ job: record.job, at: now(), record });
        return { landed: true, head: held.head };
      }),
  } as unknown as Ledger;
  const worlds = new Map<string, ReturnType<typeof memoryEngine>>();
  const orders = Object.entries(jobs).map(
    ([job, { needs = [], target = {}, more: bent, gone, taken, unseen }]): Order => {
      const world = memoryEngine(process.clock);
      const rolloutOf = (revision: string, n: number) => rolloutIdOf('acme', job, 'production', revision, n);
      const run = world.launch({}, { ...stampOf('r1-old', 1, 'start'), rollout: rolloutOf('r1-old', 1) });
      run.startedAt -= hour;
      if (gone === true) run.stopping = { since: run.startedAt, how: 'stopping' };
      worlds.set(job, world);
      const plain = recordOf('restart', {
        holder,
        lease: leaseFrom(epoch),
        predecessor: { run: run.id, stamp: run.stamp, scale: null },
      });
      const plan = plain.plan && {
        ...plain.plan,
        target,
        needs,
        steps: plain.plan.steps.filter((step) => step.verb !== 'prepare'),
      };
      const body = { ...plain, job, rollout: rolloutOf('r1-new', 2), plan, ...bent };
      const held = taken === true ? { record: { ...body, holder: null }, head: 'taken' } : null;
      if (held !== null) records.set(job, held);
      const engine = { ...world.engine, connect: () => Promise.reject(new Error('connected')) } as unknown as Engine;
      return {
        engine,
        session:
          unseen === true ? { ...world.session, look: () => Promise.reject(new Error('unseen')) } : world.session,
        subject: { job, names: ['orders'], target, ids: [] },
        held,
        body,
        message: 'open',
        mustSettle: false,
        superseding: more.superseding?.[job] ?? null,
        findings: [],
        isOurs: oursOf('acme', 'production', { key: job, was: null }),
      };
    },
  );
  for (const event of more.at ?? []) sim.at(event.seconds * 1000, () => event.do(records));
  const base: FleetBase = {
    ledger,
    environment: 'production',
    clock: process.clock,
    time: process.time,
    signal: process.signal,
    handOverAt: epoch + (more.minutes ?? 600) * 60_000,
    maxParallel: more.maxParallel ?? 8,
    failFast: more.failFast ?? false,
    outcomes: more.outcomes ?? new Map(),
    tell: () => {},
  };
  const ended: { reports?: readonly JobReport[]; error?: unknown } = {};
  rollOut(orders, base).then(
    (reports) => {
      ended.reports = reports;
    },
    (error: unknown) => {
      ended.error = error;
    },
  );
  await sim.run(epoch + 20 * hour, () => 'reports' in ended || 'error' in ended);
  if (ended.reports === undefined) throw ended.error ?? new Error('it never came to an end');
  const made = new Map(ended.reports.map((report) => [report.job, report]));
  return { report: (job: string) => made.get(job), calls: (job: string) => worlds.get(job)?.calls, records, writes };
}

function logged(record: JobRecord | undefined): string {
  if (record === undefined) throw new Error('no record');
  const { job, environment, openedAt: at } = record;
  return renderLog({ version: 1, kind: 'log', entries: [{ job, environment, at, message: 'x', record }] });
}

describe('jobs that need others', () => {
  it('begin when these have succeeded', async () => {
    const { report, calls } = await fleet({ b: { needs: ['a'] }, a: {} });
    expect([report('a')?.outcome, report('b')?.outcome, calls('b')]).toEqual([
      'succeeded',
      'succeeded',
      ['stop', 'start'],
    ]);
  });

  it('are skipped when one has failed: the job is left, and the report and the ledger say what runs', async () => {
    const { report, calls, records } = await fleet({ a: { target: { batch: true } }, b: { needs: ['a'] } });
    expect([report('a')?.outcome, report('b')?.outcome, calls('b')]).toEqual(['rolled-back', 'skipped', []]);
    const [run] = report('b')?.runs ?? [];
    expect(report('b')?.message).toBe(
      `Skipped. It needs a, which is rolled-back. Now: run ${run?.id} of orders is running.`,
    );
    expect(records.get('b')?.record.closed).toMatchObject({ outcome: 'skipped', runs: [run?.id] });
    expect(logged(records.get('b')?.record)).toContain(`ran at the close: ${run?.id}`);
  });

  it('claim nothing about their runs where they could not be looked at', async () => {
    const { report, records } = await fleet({ a: { target: { batch: true } }, b: { needs: ['a'], unseen: true } });
    expect(report('b')?.message).toBe('Skipped. It needs a, which is rolled-back. The job was left as it is.');
    expect([report('b')?.runs, records.get('b')?.record.closed?.runs]).toEqual([null, null]);
    expect(logged(records.get('b')?.record)).toContain('what ran at the close was not looked at');
  });

  it.each([
    ['handed over in the bake', {}, 3],
    ['held elsewhere', { outcomes: new Map([['z', 'pending' as const]]) }, 600],
  ])('stay open for `resume` while one is not done yet (%s)', async (_name, bent, minutes) => {
    const needs = 'outcomes' in bent ? ['z'] : ['a'];
    const { report, calls, records } = await fleet({ a: {}, b: { needs } }, { ...bent, minutes });
    expect([report('b')?.outcome, report('b')?.code, calls('b')]).toEqual(['pending', 'needs-pending', []]);
    expect(report('b')?.message).toContain('Nothing was touched; `resume` goes on.');
    expect(report('b')?.next).toContain('resume');
    const record = records.get('b')?.record;
    expect([record?.closed, record?.holder]).toEqual([null, null]);
  });

  it('are not put off where the last holder stopped the old run and could not write that down', async () => {
    const outcomes = new Map([['z', 'pending' as const]]);
    const up = await fleet({ b: { needs: ['z'], taken: true } }, { outcomes });
    expect([up.report('b')?.code, up.calls('b')]).toEqual(['needs-pending', []]);
    const gone = await fleet({ b: { needs: ['z'], taken: true, gone: true } }, { outcomes });
    expect([gone.report('b')?.outcome, gone.calls('b')]).toEqual(['succeeded', ['start']]);
  });

  it('keep their lease while they wait, and make no call once somebody else took them over meanwhile', async () => {
    const theirs = { name: 'other', workflow: null, process: null, nonce: 'other' };
    const { report, calls, writes } = await fleet(
      { a: { target: { 'never-ends': true } }, b: { needs: ['a'] } },
      {
        at: [
          {
            seconds: 370,
            do: (records) => {
              const held = records.get('b');
              if (held) records.set('b', { head: 'theirs', record: { ...held.record, holder: theirs } });
            },
          },
        ],
      },
    );
    const [, renewal] = writes.filter((write) => write.job === 'b');
    expect(renewal?.at).toBeGreaterThan(299);
    expect(renewal?.at).toBeLessThan(400);
    expect([report('b')?.code, calls('b')]).toEqual(['rollout-lost', []]);
  });

  it('do not count the time at which they began to wait as a head check', async () => {
    const theirs = {
      name: 'other',
      workflow: { repository: 'x', runId: '1', attempt: 1, server: '' },
      process: null,
      nonce: 'other',
    };
    const holder = { ...theirs, nonce: 'me', name: 'me' };
    const take = (records: Map<string, Held>) => {
      const held = records.get('b');
      if (held) records.set('b', { head: 'theirs', record: { ...held.record, holder: theirs } });
    };
    const alone = await fleet({ a: {}, b: { needs: ['a'] } }, { holder });
    const endsAt = alone.writes.findLast((write) => write.job === 'a')?.at ?? 0;
    expect(alone.calls('b')).toEqual(['stop', 'start']);
    for (const seconds of [endsAt - 100, endsAt - 2]) {
      const { report, calls } = await fleet({ a: {}, b: { needs: ['a'] } }, { holder, at: [{ seconds, do: take }] });
      expect([report('a')?.outcome, report('b')?.code, calls('b')]).toEqual(['succeeded', 'rollout-lost', []]);
    }
  });
});

describe('jobs beside others', () => {
  it('are not ended by the trouble of one that could not be opened', async () => {
    const { report, calls } = await fleet({ a: {}, b: {} }, { refuse: (job) => job === 'a' });
    expect([report('a')?.outcome, calls('a'), report('b')?.outcome]).toEqual(['refused', [], 'succeeded']);
    expect(report('a')?.message).toContain('no engine call was made');
  });

  it('keep their lease while they wait for a free place', async () => {
    const { writes, report } = await fleet({ a: { target: { x: 1 } }, b: {}, c: {} }, { maxParallel: 1 });
    const renewed = writes.filter((write) => write.job === 'c' && write.record.journal.length === 0);
    expect(renewed.length).toBeGreaterThan(2);
    expect(report('c')?.outcome).toBe('succeeded');
  });

  it('are never more at once than allowed', async () => {
    const jobs = ['a', 'b', 'c', 'd', 'e'];
    const most = async (maxParallel: number) => {
      const { writes, report } = await fleet(Object.fromEntries(jobs.map((job) => [job, {}])), { maxParallel });
      expect(jobs.map((job) => report(job)?.outcome)).toEqual(jobs.map(() => 'succeeded'));
      const spans = jobs.map((job) => {
        const own = writes.filter((write) => write.job === job && write.record.journal.length > 0);
        return { from: own[0]?.at ?? 0, to: own.at(-1)?.at ?? 0 };
      });
      return Math.max(...spans.map(({ from }) => spans.filter((span) => span.from <= from && from < span.to).length));
    };
    expect([await most(1), await most(2), await most(5)]).toEqual([1, 2, 5]);
  });

  it('are not begun after one has failed, with fail-fast; without it they are', async () => {
    const jobs = { a: { target: { batch: true } }, b: {}, c: {} };
    const fast = await fleet(jobs, { maxParallel: 1, failFast: true });
    expect(['a', 'b', 'c'].map((job) => fast.report(job)?.outcome)).toEqual(['rolled-back', 'skipped', 'skipped']);
    expect([fast.calls('b'), fast.calls('c')]).toEqual([[], []]);
    expect(fast.records.get('b')?.record.closed?.message).toContain('fail-fast');
    expect(fast.records.get('b')?.record.holder).toBeNull();
    const slow = await fleet(jobs, { maxParallel: 1 });
    expect(['a', 'b', 'c'].map((job) => slow.report(job)?.outcome)).toEqual(['rolled-back', 'succeeded', 'succeeded']);
  });

  it('go on with fail-fast where an older rollout was closed for this commit, or one of their own was superseded', async () => {
    const older = { code: 'superseded', message: 'commit 0123 carries on' };
    const closing = await fleet({ a: {}, b: {} }, { maxParallel: 1, failFast: true, superseding: { a: older } });
    expect(['a', 'b'].map((job) => closing.report(job)?.outcome)).toEqual(['superseded', 'succeeded']);
    // What is left of an older rollout may even need a person: it is no failure of this commit.
    const left = { gone: true, more: { ...undoing, good: null } };
    const stuck = await fleet({ a: left, b: {} }, { maxParallel: 1, failFast: true, superseding: { a: older } });
    expect(['a', 'b'].map((job) => stuck.report(job)?.outcome)).toEqual(['stuck', 'succeeded']);
    const own = await fleet({ a: left, b: {} }, { maxParallel: 1, failFast: true });
    expect(['a', 'b'].map((job) => own.report(job)?.outcome)).toEqual(['stuck', 'skipped']);
    const newer = (records: Map<string, Held>) => {
      const held = records.get('a');
      if (held) records.set('a', { head: 'theirs', record: { ...held.record, n: 3, rollout: 'newer' } });
    };
    const lost = await fleet({ a: {}, b: {} }, { maxParallel: 1, failFast: true, at: [{ seconds: 30, do: newer }] });
    expect(['a', 'b'].map((job) => lost.report(job)?.outcome)).toEqual(['superseded', 'succeeded']);
  });

  it('that somebody else holds are refused by the swap, and not touched', async () => {
    const theirs = { name: 'https://ci.example/7', workflow: null, process: null, nonce: 'other' };
    const held = { head: 'theirs', record: recordOf('restart', { holder: theirs, counter: 9 }) };
    const { report, calls, records } = await fleet({ a: {}, b: {} }, { standing: new Map([['a', held]]) });
    expect([report('a')?.outcome, report('a')?.code, calls('a')]).toEqual(['refused', 'rollout-held', []]);
    expect(report('a')?.next).toContain(theirs.name);
    expect(records.get('a')).toBe(held);
    expect(report('b')?.outcome).toBe('succeeded');
  });
});

describe('leases', () => {
  const workflow = { repository: 'acme/streams', runId: '7', attempt: 1, server: 'https://github.com' };
  const inWorkflow = { name: 'run 7', workflow, process: null, nonce: 'me' };
  const elsewhere = { name: 'host/1', workflow: null, process: { host: 'x', pid: 1, startedAt: '' }, nonce: 'me' };
  const longBake = (seconds: number): Partial<JobRecord> => {
    const { plan } = recordOf('restart');
    if (plan === null) throw new Error('no plan');
    const steps = plan.steps.filter((step) => step.verb !== 'prepare');
    return { plan: { ...plan, steps, job: { ...plan.job, verify: { ...plan.job.verify, bakeSeconds: seconds } } } };
  };
  const jobs = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`j${at}`, { more: longBake(3600) }]));

  it.each([
    ['a workflow run', inWorkflow],
    ['a process that cannot be looked up', elsewhere],
  ])('of %s never run out in a long bake, whoever asks', async (_name, holder) => {
    const { writes, report } = await fleet(jobs, { holder });
    expect(report('j0')?.outcome).toBe('succeeded');
    for (const job of Object.keys(jobs)) {
      const own = writes.filter((write) => write.job === job);
      // Just before each write the lease of the one before it is at its oldest.
      for (const [at, write] of own.slice(1).entries()) {
        const record = own[at]?.record;
        if (record === undefined) throw new Error('no write before');
        const other = { ...holder, nonce: 'other', workflow: { ...workflow, runId: '8' } };
        const may = await mayTakeOver(record, other, async () => 'unknown', epoch + write.at * 1000 - 100);
        expect([job, write.at, may.yes]).toEqual([job, write.at, false]);
      }
    }
  });

  it('of a whole fleet are renewed together: one push in five minutes, not one for each job', async () => {
    const { writes } = await fleet(jobs, { holder: inWorkflow });
    const alone = await fleet({ j0: { more: longBake(3600) } }, { holder: inWorkflow });
    const pushes = (made: typeof writes) => new Set(made.map((write) => Math.round(write.at / 10))).size;
    const bake = writes.filter((write) => write.at > 600 && write.at < 3300);
    expect(pushes(bake)).toBeLessThanOrEqual(9);
    expect(pushes(bake)).toBeLessThanOrEqual(pushes(alone.writes.filter((one) => one.at > 600 && one.at < 3300)) + 1);
    expect(bake.length).toBe(pushes(bake) * 12);
  });

  it('of a holder that was killed run out, and then it may be taken over', async () => {
    const { writes } = await fleet({ a: {} }, { holder: inWorkflow });
    const last = writes.find((write) => write.record.lease !== null);
    if (last === undefined) throw new Error('nothing was written');
    const other = { ...elsewhere, nonce: 'other' };
    const may = (seconds: number) =>
      mayTakeOver(last.record, other, async () => 'unknown', epoch + (last.at + seconds) * 1000);
    expect([(await may(590)).yes, (await may(610)).yes]).toEqual([false, true]);
  });
});
