import { describe, expect, it } from '@jest/globals';
import type { Engine } from '../../src/engines/engine.js';
import { readEvent } from '../../src/inputs/event.js';
import { parseInputs } from '../../src/inputs/parse.js';
import type { Held, Ledger, Swap } from '../../src/ledger/ledger.js';
import type { StrategyName } from '../../src/model/job.js';
import type { Holder, JobRecord } from '../../src/model/record.js';
import type { Report } from '../../src/model/report.js';
import type { Bench } from '../../src/modes/bench.js';
import { postRun } from '../../src/modes/post.js';
import { resume } from '../../src/modes/resume.js';
import { recordOf, stampOf } from '../rollout/kit.js';
import { processOf } from '../rollout/model/processes.js';
import { epoch, simulation } from '../rollout/model/sim.js';
import { memoryEngine } from '../rollout/world.js';

function holder(nonce: string): Holder {
  const workflow = { repository: 'acme/streams', runId: '7', attempt: 1, server: 'https://github.com' };
  return { name: nonce, workflow, process: null, nonce };
}

interface Left {
  readonly strategy?: StrategyName;
  readonly nonce?: string;
  /** The old run as the main step left it. */
  readonly old?: 'running' | 'stopped' | 'draining';
  readonly fresh?: boolean;
  readonly more?: Partial<JobRecord>;
  readonly minutes?: number;
  readonly endless?: boolean;
  /** Records of other jobs. */
  readonly others?: readonly JobRecord[];
}

/** What a main step with the nonce `main` left, and what its post step (four minutes) makes of it. */
async function leaving(left: Left, mode: 'post' | 'resume' = 'post') {
  const sim = simulation();
  const process = processOf(sim, 'post', [], () => {});
  const world = memoryEngine(process.clock);
  const run = world.launch(left.endless ? { 'drains-forever': true } : {}, stampOf('r1-old', 1, 'start'));
  run.startedAt -= 3_600_000;
  if (left.old === 'stopped') run.stopping = { since: sim.now - 60_000, how: 'stopping' };
  if (left.old === 'draining') run.stopping = { since: sim.now, how: 'draining' };
  if (left.fresh) world.launch({}, stampOf('r1-new', 2, 'start', run.id));
  const plain = recordOf(left.strategy ?? 'restart');
  const record: JobRecord = {
    ...plain,
    holder: holder(left.nonce ?? 'main'),
    predecessor: { run: run.id, stamp: run.stamp, scale: null },
    plan: plain.plan && { ...plain.plan, steps: plain.plan.steps.filter((step) => step.verb !== 'prepare') },
    ...left.more,
  };
  let held: Held = { record, head: 'h0' };
  const others = (left.others ?? []).map((one) => [one.job, { record: one, head: 'x' }] as const);
  let writes = 0;
  const ledger = {
    environments: async () => ['production'],
    read: () => process.event(100, () => new Map([...others, ['orders', held]])),
    write: (body: JobRecord, expected: string | null) =>
      process.event(100, (): Swap => {
        if (held.head !== expected) return { landed: false, now: held };
        writes += 1;
        held = { record: body, head: `h${writes}` };
        return { landed: true, head: held.head };
      }),
  } as unknown as Ledger;
  const bench = {
    inputs: parseInputs(
      { environment: 'production', 'max-parallel': '4' },
      { event: readEvent({}), workspace: '/w', outputDirectory: '', env: {}, wait: true },
    ),
    clock: process.clock,
    time: process.time,
    sessions: { get: async () => world.session },
    holder: holder('post'),
    forge: { attemptState: async () => 'active', source: null },
    teller: { line: () => {} },
    signal: process.signal,
    handOverAt: epoch + (left.minutes ?? 4) * 60_000,
    engine: async () => world.engine as unknown as Engine,
    ledger: async () => ledger,
  } as unknown as Bench;
  const ended: { report?: Report | null; error?: unknown } = {};
  const working = mode === 'post' ? postRun(bench, 'main') : resume(bench);
  working.then(
    (report) => {
      ended.report = report;
    },
    (error: unknown) => {
      ended.error = error;
    },
  );
  await sim.run(epoch + 5 * 3_600_000, () => 'report' in ended || 'error' in ended);
  if ('error' in ended) throw ended.error;
  const [job] = ended.report?.jobs ?? [];
  const seconds = (sim.now - epoch) / 1000;
  return { report: ended.report, job, calls: world.calls, record: held.record, writes, seconds };
}

describe('the post step', () => {
  it('has nothing to say where nothing was left open', async () => {
    const closed = { outcome: 'succeeded', code: null, message: '', at: '', runs: [] } as const;
    expect((await leaving({ more: { closed } })).report).toBeNull();
  });

  it('finishes the start of a job that stands between stop and start, and leaves the bake to `resume`', async () => {
    const { job, calls, record, seconds } = await leaving({ old: 'stopped' });
    expect(calls).toEqual(['start']);
    expect([job?.outcome, record.closed, record.holder]).toEqual(['pending', null, null]);
    expect(record.holder).toBeNull();
    expect(seconds).toBeLessThan(240);
  });

  it('does so although no word of the stop reached the journal', async () => {
    const { calls } = await leaving({ old: 'stopped', more: { journal: [] } });
    expect(calls).toEqual(['start']);
  });

  it('goes on with an undo that was begun', async () => {
    const { calls, record } = await leaving({
      old: 'stopped',
      more: { direction: 'undo', undoReason: { code: 'crash-loop', message: 'it crashed' } },
    });
    expect([calls, record.direction]).toEqual([['start'], 'undo']);
  });

  it.each([
    ['a run is up', { old: 'running' }],
    ['the start has already taken effect', { old: 'stopped', fresh: true }],
    ['the job is to stop', { old: 'stopped', strategy: 'stop' }],
    ['both runs of a parallel rollout are up', { old: 'running', fresh: true, strategy: 'parallel' }],
    ['values were being changed in flight', { old: 'running', strategy: 'in-flight-update' }],
  ] as const)('touches nothing where %s', async (_name, left) => {
    const { calls, writes, job } = await leaving(left);
    expect([calls, writes, job?.outcome]).toEqual([[], 0, 'interrupted']);
    expect(job?.message).toContain('Left as it is');
  });

  it('leaves the gap, and says so, where the settle time does not fit', async () => {
    const { calls, writes, job } = await leaving({ old: 'stopped', minutes: 2 });
    expect([calls, writes]).toEqual([[], 0]);
    expect(job?.message).toContain('The job stands between stop and start, and the time left is too short');
    expect(job?.message).toContain('Nothing runs now.');
  });

  it.each(['matrix-2', 'an-earlier-attempt'])(
    'leaves a rollout of this workflow run that is held by %s',
    async (nonce) => {
      const { report, calls, writes } = await leaving({ old: 'stopped', nonce });
      expect([report, calls, writes]).toEqual([null, [], 0]);
    },
  );

  it('lets go in time where the old run does not end, so that `resume` need not wait', async () => {
    const { job, calls, record, seconds } = await leaving({
      old: 'draining',
      endless: true,
      strategy: 'drain-and-resubmit',
    });
    expect([calls, job?.outcome, record.holder]).toEqual([[], 'interrupted', null]);
    expect(seconds).toBeLessThan(240);
    expect(job?.message).toContain('is draining');
  });
});

describe('resume', () => {
  it('leaves what a live holder works on, and does not count it as a failure', async () => {
    const { report, calls, writes } = await leaving({ old: 'stopped', nonce: 'elsewhere' }, 'resume');
    expect([calls, writes, report?.exitCode]).toEqual([[], 0, 5]);
    expect(report?.jobs[0]?.code).toBe('rollout-held');
  });

  it('goes on with what nobody holds', async () => {
    const { calls, record } = await leaving(
      { old: 'stopped', minutes: 60, more: { holder: null, lease: null } },
      'resume',
    );
    expect([calls, record.closed?.outcome]).toEqual([['start'], 'succeeded']);
  });

  it('leaves a job open that needs one on which another process is still at work', async () => {
    const plain = recordOf('restart');
    const needing = { ...plain.plan, needs: ['enrich'], steps: [] } as unknown as NonNullable<JobRecord['plan']>;
    const others = [{ ...plain, job: 'enrich', holder: holder('elsewhere') }];
    const more = { holder: null, lease: null, plan: needing };
    const { record, report, calls } = await leaving({ old: 'running', minutes: 60, more, others }, 'resume');
    expect([record.closed, record.holder, calls]).toEqual([null, null, []]);
    expect(report?.jobs.map((job) => [job.job, job.outcome, job.code])).toEqual([
      ['enrich', 'pending', 'rollout-held'],
      ['orders', 'pending', 'needs-pending'],
    ]);
  });
});
