import { describe, expect, it } from '@jest/globals';
import { rolloutIdOf } from '../../src/artifacts/digest.js';
import type { LaunchCall, RunCall, Session } from '../../src/engines/engine.js';
import { RolloutError } from '../../src/model/error.js';
import type { StrategyName } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';
import type { JobRecord } from '../../src/model/record.js';
import type { Step, StepVerb } from '../../src/model/step.js';
import { carryOut } from '../../src/rollout/executor.js';
import { gapSeconds } from '../../src/rollout/gap.js';
import { penOf } from '../../src/rollout/pen.js';
import type { RealTime } from '../../src/rollout/real-time.js';
import { openRecord } from '../../src/rollout/records.js';
import { reportOf } from '../../src/rollout/reporting.js';
import { memoryEngine, memoryLedger, virtualClock } from './world.js';

const stepsOf: Partial<Record<StrategyName, readonly StepVerb[]>> = {
  create: ['start', 'verify'],
  'in-flight-update': ['scale', 'verify'],
  'in-place-update': ['replace', 'verify'],
  restart: ['stop', 'start', 'verify'],
  'drain-and-resubmit': ['drain', 'start', 'verify'],
  parallel: ['start', 'verify', 'wait', 'drain'],
  stop: ['drain'],
};

function plant(
  strategy: StrategyName,
  target: JsonObject,
  more: {
    drain?: 'fail' | 'cancel' | 'leave';
    onFailure?: 'rollback' | 'pause';
    old?: JsonObject;
    minutes?: number;
    time?: RealTime;
  } = {},
) {
  const clock = virtualClock();
  const world = memoryEngine(clock);
  const ledger = memoryLedger();
  const oldStamp = {
    revision: 'r1-old',
    rollout: rolloutIdOf('acme', 'orders', 'production', 'r1-old', 1),
    n: 1,
    step: 'start',
    commit: null,
    predecessor: null,
    slot: null,
  };
  const old = strategy === 'create' ? null : world.launch(more.old ?? {}, oldStamp);
  clock.at += 3_600_000;
  const steps: Step[] = (stepsOf[strategy] ?? []).map((verb) => ({
    id: verb,
    verb,
    undo: null,
    final: strategy === 'parallel' && verb === 'drain',
  }));
  const job = {
    key: 'orders',
    engine: 'memory',
    target,
    paths: null,
    ignore: [],
    build: null,
    sink: 'idempotent',
    stateful: true,
    strategy: 'auto',
    maxGapSeconds: null,
    parallel: { overlapSeconds: 600, slots: [] },
    drain: { timeoutSeconds: 1800, onTimeout: more.drain ?? 'fail' },
    verify: { runningWithinSeconds: 900, bakeSeconds: 300, gates: [] },
    onFailure: more.onFailure ?? 'rollback',
    needs: [],
    was: null,
    desired: 'running',
    instance: null,
    at: { file: 'jobs.yml', line: 1, column: 1 },
  } as const;
  const good = {
    revision: 'r1-old',
    codeDigest: null,
    settingsDigest: null,
    target: more.old ?? {},
    artifact: { kind: 'files', digest: 'd', mutable: false },
    runId: old?.id ?? null,
    commit: null,
    rollout: oldStamp.rollout,
    n: 1,
    slot: null,
    snapshot: null,
    at: '',
  } as const;
  const record: JobRecord = {
    ...openRecord(
      {
        name: 'acme',
        environment: 'production',
        job: 'orders',
        engine: 'memory',
        place: 'here',
        names: ['orders'],
        n: 2,
        rollout: rolloutIdOf('acme', 'orders', 'production', 'r1-new', 2),
        revision: 'r1-new',
        commit: null,
        holder: { name: 'test', workflow: null, process: null, nonce: 'me' },
        lease: null,
        predecessor: old === null ? null : world.show(old),
        plan: {
          strategy,
          steps,
          job,
          target,
          scale: strategy === 'in-flight-update' ? { workers: 5 } : {},
          codeDigest: 'c',
          settingsDigest: 's',
          artifact: good.artifact,
          slot: null,
          backstopSeconds: null,
          accepted: [],
          actor: null,
          reasons: [],
          needs: [],
          requestedRollback: false,
        },
        at: new Date(clock.now()).toISOString(),
        workflowUrl: null,
      },
      null,
    ),
    good,
  };
  const told: string[] = [];
  const run = async (session: Session = world.session) => {
    const swap = await ledger.write(record, (await ledger.readHead('orders'))?.head ?? null, 'open');
    if (!swap.landed) throw new Error('not opened');
    return await carryOut({
      clock,
      engine: world.engine,
      session,
      subject: { job: 'orders', names: ['orders'], target, ids: [] },
      pen: penOf({ record, head: swap.head }, ledger, () => ledger.readHead('orders'), more.time),
      isOurs: ({ stamp }) =>
        stamp !== null && stamp.rollout === rolloutIdOf('acme', 'orders', 'production', stamp.revision, stamp.n),
      handOverAt: clock.now() + (more.minutes ?? 600) * 60_000,
      signal: new AbortController().signal,
      superseding: null,
      mustSettle: false,
      tell: (progress) => told.push(progress.text),
    });
  };
  return { run, world, ledger, told, clock };
}

describe('a call that ends in a fault of the input before it is sent', () => {
  const fault = new RolloutError('secret-missing', 'The secret `PW` is not there.', { class: 'input' });

  it('was refused: it is not sent again and again, and the rollout turns back with its code', async () => {
    const { run, world, told } = plant('restart', {});
    const { can } = world.session;
    const send = can.start;
    let faults = 0;
    Object.assign(can, {
      start: async (call: LaunchCall) => {
        if (call.stamp.step !== 'start') return await send?.(call);
        faults += 1;
        throw fault;
      },
    });
    const ended = await run();
    expect(faults).toBe(1);
    expect(ended.record.closed).toMatchObject({ outcome: 'rolled-back', code: 'secret-missing' });
    expect(told.join('\n')).not.toContain('not known');
  });

  it('is not known where an earlier call of the same step was answered', async () => {
    const { run, world, told } = plant('restart', {});
    let calls = 0;
    Object.assign(world.session.can, {
      start: async (call: LaunchCall) => {
        calls += 1;
        if (call.memo !== null) throw fault;
        return { state: 'running', memo: 1, retryAfterSeconds: 1 };
      },
    });
    await run();
    expect(calls).toBeGreaterThan(2);
    expect(told).toContain('the answer to start is not known: The secret `PW` is not there.');
  });
});

describe('a change before which the engine reads for so long that the lock has to be looked at again', () => {
  /** A stop that reads for half a minute before it is sent, `times` times. */
  function slow(times: number, meanwhile: (ledger: ReturnType<typeof plant>['ledger']) => void = () => {}) {
    const time = { at: 0, monotonic: () => time.at, wall: () => time.at, pause: async () => {} };
    const planted = plant('restart', {}, { time });
    const { can } = planted.world.session;
    const send = can.stop;
    let reads = 0;
    Object.assign(can, {
      stop: async (call: RunCall) => {
        reads += 1;
        if (reads <= times) {
          time.at += 30_000;
          meanwhile(planted.ledger);
        }
        return call.isLate?.() === true ? { state: 'running', memo: null, retryAfterSeconds: 1 } : await send?.(call);
      },
    });
    return planted;
  }

  it('is sent after the next head check', async () => {
    const { run, world } = slow(1);
    expect((await run()).record.closed?.outcome).toBe('succeeded');
    expect(world.calls).toEqual(['stop', 'start']);
  });

  it('is not sent where somebody else has taken the rollout over', async () => {
    const { run, world } = slow(1, (ledger) => {
      const held = ledger.records.get('orders');
      const holder = { name: 'other', workflow: null, process: null, nonce: 'other' };
      if (held) ledger.records.set('orders', { head: 'theirs', record: { ...held.record, holder } });
    });
    expect((await run()).how).toBe('lost');
    expect(world.calls).toEqual([]);
  });

  it('is given up where that goes on, with the old run untouched', async () => {
    const { run, world } = slow(100);
    const { closed } = (await run()).record;
    expect([closed?.outcome, closed?.code]).toEqual(['failed', 'call-unanswered']);
    expect(world.calls).toEqual([]);
  });
});

describe('carrying a rollout out', () => {
  const happy: readonly (readonly [StrategyName, readonly string[]])[] = [
    ['create', ['start']],
    ['in-place-update', ['replace']],
    ['restart', ['stop', 'start']],
    ['drain-and-resubmit', ['drain', 'start']],
    ['parallel', ['start', 'drain']],
    ['in-flight-update', ['scale']],
  ];
  it.each(happy)('%s succeeds with the calls %j', async (strategy, calls) => {
    const { run, world } = plant(strategy, {});
    const ended = await run();
    expect([ended.how, ended.record.closed?.outcome, ended.record.closed?.message]).toEqual([
      'closed',
      'succeeded',
      '',
    ]);
    expect(world.calls).toEqual(calls);
    const running = world.active().filter((one) => one.state === 'running');
    expect(running.map((one) => one.stamp?.revision)).toEqual([strategy === 'in-flight-update' ? 'r1-old' : 'r1-new']);
    if (strategy !== 'in-flight-update') expect(ended.record.good?.revision).toBe('r1-new');
  });

  it('stop ends the run and closes after a settle', async () => {
    const { run, world } = plant('stop', {});
    expect((await run()).record.closed?.outcome).toBe('succeeded');
    expect(world.active()).toEqual([]);
  });

  it('parallel drains the old run only after the overlap, and lists it as trailing', async () => {
    const { run, ledger } = plant('parallel', {});
    const ended = await run();
    expect(ended.record.trailing.map((entry) => entry.run)).toEqual(['run-1']);
    expect(ledger.messages.findIndex((line) => line.includes('is verified'))).toBeGreaterThan(0);
    expect(gapSeconds(ended.record)).toBe(0);
  });

  it('measures the gap of a restart from the last look that saw the old run to the first that saw the new one', async () => {
    const ended = await plant('restart', {}).run();
    expect(gapSeconds(ended.record)).toBeGreaterThanOrEqual(80);
    expect(gapSeconds(ended.record)).toBeLessThan(110);
  });

  it('is stuck, and says so, where the engine has no verb to bring the old revision back', async () => {
    const { run, world } = plant('in-place-update', { 'fails-after': 100 });
    const { start: _, ...can } = world.session.can;
    Object.assign(world.session, { can });
    const ended = await run();
    expect([ended.record.closed?.outcome, ended.record.closed?.message]).toEqual([
      'stuck',
      'run run-2 (orders, FAILED) ended: it crashed; undo: the engine has no verb start for this job',
    ]);
    expect(world.calls).toEqual(['replace']);
  });

  const bad: readonly (readonly [StrategyName, JsonObject, string, string, readonly string[]])[] = [
    ['create', { 'fails-after': 30 }, 'failed', 'new-run-ended', ['start']],
    ['in-place-update', { incompatible: true }, 'failed', 'new-run-ended', ['replace']],
    ['in-place-update', { batch: true }, 'rolled-back', 'not-streaming', ['replace', 'replace']],
    ['in-place-update', { 'fails-after': 100 }, 'rolled-back', 'new-run-ended', ['replace', 'start']],
    ['restart', { 'fails-after': 30 }, 'rolled-back', 'new-run-ended', ['stop', 'start', 'start']],
    ['restart', { batch: true }, 'rolled-back', 'not-streaming', ['stop', 'start', 'stop', 'start']],
    ['drain-and-resubmit', { 'fails-after': 30 }, 'rolled-back', 'new-run-ended', ['drain', 'start', 'start']],
    ['parallel', { 'fails-after': 30 }, 'failed', 'new-run-ended', ['start']],
    ['parallel', { batch: true }, 'rolled-back', 'not-streaming', ['start', 'stop']],
  ];
  it.each(bad)('%s with %j is %s (%s), calls %j', async (strategy, target, outcome, code, calls) => {
    const { run, world } = plant(strategy, target);
    const ended = await run();
    expect([ended.record.closed?.outcome, ended.record.closed?.code]).toEqual([outcome, code]);
    expect(world.calls).toEqual(calls);
    expect(ended.record.quarantined.map((entry) => entry.revision)).toEqual(['r1-new']);
    const running = world.active().map((one) => one.stamp?.revision);
    expect(running).toEqual(strategy === 'create' ? [] : ['r1-old']);
    expect(ended.record.good?.revision).toBe('r1-old');
  });

  it.each(['start', 'stop'] as const)('restart: a lost answer to %s is looked for, never sent twice', async (verb) => {
    const { run, world } = plant('restart', {});
    world.faults.push({ verb, how: 'lost' });
    expect((await run()).record.closed?.outcome).toBe('succeeded');
    expect(world.calls).toEqual(['stop', 'start']);
  });

  it('restart: a start that was never sent is sent again after settling', async () => {
    const { run, world, told } = plant('restart', {});
    world.faults.push({ verb: 'start', how: 'unsent' });
    expect((await run()).record.closed?.outcome).toBe('succeeded');
    expect(world.calls).toEqual(['stop', 'start', 'start']);
    expect(told.some((line) => line.startsWith('settling'))).toBe(true);
  });

  it('restart: a start that is refused puts the old revision back, and does not quarantine', async () => {
    const { run, world } = plant('restart', {});
    world.faults.push({ verb: 'start', how: 'no' });
    const ended = await run();
    expect(ended.record.closed?.outcome).toBe('rolled-back');
    expect(ended.record.quarantined).toEqual([]);
    expect(world.active().map((one) => one.stamp?.revision)).toEqual(['r1-old']);
  });

  it('a drain that never ends stops at its limit and says what still runs', async () => {
    const { run, world } = plant('drain-and-resubmit', {}, { old: { 'drains-forever': true } });
    const ended = await run();
    expect([ended.record.closed?.outcome, ended.record.closed?.code]).toEqual(['stuck', 'drain-timeout']);
    expect(world.calls).toEqual(['drain']);
  });

  it('a drain that never ends is cancelled where the manifest says so', async () => {
    const { run, world } = plant('drain-and-resubmit', {}, { old: { 'drains-forever': true }, drain: 'cancel' });
    expect((await run()).record.closed?.outcome).toBe('succeeded');
    expect(world.calls).toEqual(['drain', 'stop', 'start']);
  });

  it('a foreign run beside ours is refused, and nothing is touched', async () => {
    const { run, world } = plant('restart', {});
    world.launch({}, null);
    const ended = await run();
    expect([ended.record.closed?.outcome, ended.record.closed?.code]).toEqual(['refused', 'unexpected-run']);
    expect(world.calls).toEqual([]);
  });

  it('on-failure: pause leaves what runs', async () => {
    const { run, world } = plant('parallel', { batch: true }, { onFailure: 'pause' });
    expect((await run()).record.closed?.outcome).toBe('stuck');
    expect(world.calls).toEqual(['start']);
    expect(world.active()).toHaveLength(2);
  });

  it('in a gap the engine is asked for as long as the call lasts; then it is told what stands still', async () => {
    const { run, world, clock } = plant('restart', {}, { minutes: 60 });
    const { look } = world.session;
    let askedAt = 0;
    const stopped = () => world.calls.includes('stop');
    const silent = { ...world.session, look };
    silent.look = async (subject) => {
      askedAt = clock.now();
      if (stopped() && world.active().length === 0) throw new Error('503');
      return await look(subject);
    };
    const begun = clock.now();
    const ended = await run(silent);
    expect((askedAt - begun) / 60_000).toBeGreaterThan(59);
    expect(world.calls).toEqual(['stop']);
    const { message, next } = reportOf(ended, 'memory', [], []);
    expect(message).toBe(
      'Interrupted; `resume` goes on. The look failed: 503. What runs now was not looked at. At 2026-01-01T01:00:18.000Z, when it was last looked at, run run-1 of orders was stopping. The job stands between stop and start: nothing processes its input until `resume` goes on. Left behind: run run-1 (orders, STOPPING).',
    );
    expect(next).toBe('stream-rollout resume --environment production --jobs orders');
  });

  it('hands over in the bake, never in the gap', async () => {
    const { run, world } = plant('restart', {}, { minutes: 0.1 });
    const ended = await run();
    expect(ended.how).toBe('pending');
    expect(world.calls).toEqual(['stop', 'start']);
    expect(ended.record.holder).toBeNull();
  });
});
