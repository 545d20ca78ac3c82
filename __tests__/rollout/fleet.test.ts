import { describe, expect, it } from '@jest/globals';
import { rolloutIdOf } from '../../src/artifacts/digest.js';
import type { Engine } from '../../src/engines/engine.js';
import type { Held, Ledger, Swap } from '../../src/ledger/ledger.js';
import type { Outcome } from '../../src/model/outcome.js';
import type { JobRecord } from '../../src/model/record.js';
import type { JobReport } from '../../src/model/report.js';
import { type FleetBase, type Order, rollOut } from '../../src/rollout/fleet.js';
import { leaseFrom } from '../../src/rollout/holder.js';
import { oursOf } from '../../src/rollout/order.js';
import { recordOf, stampOf } from './kit.js';
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
  const orders = Object.entries(jobs).map(([job, { needs = [], target = {}, more: bent }]): Order => {
    const world = memoryEngine(process.clock);
    const rolloutOf = (revision: string, n: number) => rolloutIdOf('acme', job, 'production', revision, n);
    const run = world.launch({}, { ...stampOf('r1-old', 1, 'start'), rollout: rolloutOf('r1-old', 1) });
    run.startedAt -= hour;
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
    const engine = { ...world.engine, connect: () => Promise.reject(new Error('connected')) } as unknown as Engine;
    return {
      engine,
      session: world.session,
      subject: { job, names: ['orders'], target, ids: [] },
      held: null,
      body,
      message: 'open',
      mustSettle: false,
      superseding: null,
      findings: [],
      isOurs: oursOf('acme', 'production', { key: job, was: null }),
    };
  });
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

describe('jobs that need others', () => {
  it('begin when these have succeeded', async () => {
    const { report, calls } = await fleet({ b: { needs: ['a'] }, a: {} });
    expect([report('a')?.outcome, report('b')?.outcome, calls('b')]).toEqual([
      'succeeded',
      'succeeded',
      ['stop', 'start'],
    ]);
  });

  it('are skipped when one has failed: the job is left, and the report claims nothing about runs that nobody looked at', async () => {
    const { report, calls, records } = await fleet({ a: { target: { batch: true } }, b: { needs: ['a'] } });
    expect([report('a')?.outcome, report('b')?.outcome, calls('b')]).toEqual(['rolled-back', 'skipped', []]);
    expect(report('b')?.message).toBe('Skipped. It needs a, which is rolled-back. The job was left as it is.');
    expect(records.get('b')?.record.closed?.outcome).toBe('skipped');
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
