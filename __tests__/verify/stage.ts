import { rolloutIdOf } from '../../src/artifacts/digest.js';
import type { Sample, Session } from '../../src/engines/engine.js';
import type { Gate, Job, StrategyName } from '../../src/model/job.js';
import type { JobRecord } from '../../src/model/record.js';
import type { Run } from '../../src/model/run.js';
import type { Signal } from '../../src/model/signal.js';
import type { StepVerb } from '../../src/model/step.js';
import type { Ended } from '../../src/rollout/crew.js';
import { carryOut } from '../../src/rollout/executor.js';
import { penOf } from '../../src/rollout/pen.js';
import { openRecord } from '../../src/rollout/records.js';
import type { JobEvidence } from '../../src/verify/evidence.js';
import { samplerOf } from '../../src/verify/samplers/index.js';
import { memoryEngine, memoryLedger, virtualClock } from '../rollout/world.js';

/** How the job fares: rates in records per second; while no run processes, its input piles up. */
export interface Fares {
  readonly input?: number;
  readonly drains?: number;
  /** Seconds after which the new run processes nothing any more. */
  readonly stallsAfter?: number;
  /** Seconds between two restarts of the new run's tasks. */
  readonly restartsEvery?: number;
  readonly missing?: boolean;
  /** The metrics' source gives no answer for so many seconds. */
  readonly unreadableFor?: number;
  /** The metrics that are given are those of another run. */
  readonly ofRun?: string;
  /** Points show that many seconds late, and the source keeps history. */
  readonly lateBy?: number;
  readonly history?: boolean;
  readonly offers?: readonly Signal[];
}

export function signal(name: string, more: Partial<Signal> = {}): Signal {
  return {
    name,
    title: name,
    unit: 'count',
    kind: 'gauge',
    perRun: false,
    history: false,
    latenessSeconds: 0,
    intervalSeconds: 15,
    windowSeconds: 60,
    gate: null,
    ...more,
  };
}

/** Signals of the emulated job, by what its active runs did since the clock began: simulated second by second, and never told what is expected. */
function meter(fares: Fares, clock: { now(): number }, active: () => readonly Run[], apart: boolean) {
  const { input = 100, drains = 300 } = fares;
  const kept = new Map<string, Sample[]>();
  let at = clock.now();
  let asked: number | null = null;
  /** One backlog for the runs that follow each other, one each for runs with an input of their own. */
  const backlogs = new Map<string, number>([['', 0]]);
  const of = (run: Run) => (apart ? run.id : '');
  const upSince = new Map<string, number>();
  const processed = new Map<string, number>();
  const restarts = new Map<string, number>();

  function step(to: number): void {
    const runs = active().filter((run) => run.state === 'running' || run.state === 'draining');
    for (; at + 1000 <= to; at += 1000) {
      for (const run of runs) if (!backlogs.has(of(run))) backlogs.set(of(run), 0);
      for (const [key, lag] of backlogs) backlogs.set(key, lag + input);
      for (const run of runs) {
        if (!upSince.has(run.id)) upSince.set(run.id, at);
        const up = (at - (upSince.get(run.id) ?? at)) / 1000;
        const lag = backlogs.get(of(run)) ?? 0;
        const isNew = run.stamp?.revision === 'r1-new';
        if (isNew && fares.restartsEvery !== undefined && up > 0 && up % fares.restartsEvery === 0)
          restarts.set(run.id, (restarts.get(run.id) ?? 0) + 1);
        const done = isNew && fares.stallsAfter !== undefined && up >= fares.stallsAfter ? 0 : Math.min(lag, drains);
        backlogs.set(of(run), lag - done);
        processed.set(run.id, (processed.get(run.id) ?? 0) + done);
      }
      if (at % 15_000 === 0) {
        for (const run of active()) keep(run, new Date(at).toISOString());
      }
    }
  }

  function keep(run: Run, time: string): void {
    const idle = input === 0;
    const lag = backlogs.get(of(run)) ?? 0;
    const all = { lag, progress: processed.get(run.id) ?? 0, restarts: restarts.get(run.id) ?? 0, input };
    for (const [name, value] of Object.entries(all)) {
      const list = kept.get(`${run.id} ${name}`) ?? [];
      list.push({ signal: name, at: time, value, run: fares.ofRun ?? run.id, ...(idle && { idle }) });
      kept.set(`${run.id} ${name}`, list);
    }
  }

  return {
    step,
    measure: async (run: Run, name: string, since: string): Promise<readonly Sample[] | null> => {
      step(clock.now());
      asked ??= clock.now();
      if (clock.now() - asked < (fares.unreadableFor ?? 0) * 1000) throw new Error('503');
      const all = kept.get(`${run.id} ${name}`) ?? [];
      if (fares.missing === true) return [];
      const visible = all.filter((sample) => Date.parse(sample.at) <= clock.now() - (fares.lateBy ?? 0) * 1000);
      if (fares.history === true) return visible.filter((sample) => sample.at >= since);
      const last = visible.at(-1);
      return last === undefined ? [] : [{ ...last, at: new Date(clock.now()).toISOString() }];
    },
  };
}

export interface More {
  readonly gates?: readonly Gate[];
  readonly fares?: Fares;
  readonly bakeSeconds?: number;
  readonly onFailure?: 'rollback' | 'pause';
}

const stepsOf: Partial<Record<StrategyName, readonly StepVerb[]>> = {
  create: ['start', 'verify'],
  restart: ['stop', 'start', 'verify'],
  parallel: ['start', 'verify', 'wait', 'drain'],
  'in-flight-update': ['verify'],
};

/** A job whose old run has run for an hour, and a rollout of its next revision. */
export function stage(strategy: StrategyName, more: More = {}) {
  const clock = virtualClock();
  const world = memoryEngine(clock);
  const ledger = memoryLedger();
  const fares = more.fares ?? {};
  const stamp = (revision: string, n: number) => ({
    ...{ revision, rollout: rolloutIdOf('acme', 'orders', 'production', revision, n), n, step: 'start' },
    ...{ commit: null, predecessor: null, slot: null },
  });
  const old = strategy === 'create' ? null : world.launch({}, stamp('r1-old', 1));
  const metrics = meter(fares, clock, world.active, strategy === 'parallel');
  for (let seconds = 0; seconds < 3600; seconds += 5) {
    clock.at += 5000;
    metrics.step(clock.at);
  }
  const sleep = clock.sleep;
  clock.sleep = async (seconds: number) => {
    // The metrics are those of the runs at each moment, also while nobody looks.
    for (let left = seconds; left > 0; left -= 5) {
      await sleep(Math.min(5, left));
      metrics.step(clock.now());
    }
  };
  const offered = fares.offers ?? [
    signal('lag', { unit: 'records', history: fares.history === true, latenessSeconds: fares.lateBy ?? 0 }),
    signal('progress', { kind: 'counter', history: fares.history === true, latenessSeconds: fares.lateBy ?? 0 }),
    signal('restarts', { kind: 'counter', perRun: true }),
  ];
  const job: Omit<Job, 'positions'> = {
    ...{ key: 'orders', engine: 'memory', target: {}, paths: null, ignore: [], build: null, sink: 'idempotent' },
    ...{ stateful: true, strategy: 'auto', maxGapSeconds: null, parallel: { overlapSeconds: 60, slots: [] } },
    drain: { timeoutSeconds: 1800, onTimeout: 'fail' },
    verify: { runningWithinSeconds: 900, bakeSeconds: more.bakeSeconds ?? 300, gates: more.gates ?? [] },
    onFailure: more.onFailure ?? 'rollback',
    ...{ needs: [], was: null, desired: 'running', instance: null, at: { file: 'jobs.yml', line: 1, column: 1 } },
  };
  const opened = () => {
    const artifact = { kind: 'files', digest: 'd', mutable: false } as const;
    const record = openRecord(
      {
        ...{ name: 'acme', environment: 'production', job: 'orders', engine: 'memory', place: 'here' },
        ...{ names: ['orders'], n: 2, rollout: rolloutIdOf('acme', 'orders', 'production', 'r1-new', 2) },
        ...{ revision: 'r1-new', commit: null, lease: null, at: new Date(clock.now()).toISOString() },
        holder: { name: 'test', workflow: null, process: null, nonce: 'me' },
        predecessor: old === null ? null : world.show(old),
        plan: {
          ...{ strategy, job, target: {}, scale: {}, codeDigest: 'c', settingsDigest: 's', artifact, slot: null },
          steps: (stepsOf[strategy] ?? []).map((verb) => ({
            ...{ id: verb, verb, undo: null, final: strategy === 'parallel' && verb === 'drain' },
          })),
          ...{ backstopSeconds: null, accepted: [], actor: null, reasons: [], needs: [], requestedRollback: false },
        },
        workflowUrl: null,
      },
      null,
    );
    const good = {
      ...{ revision: 'r1-old', codeDigest: null, settingsDigest: null, target: {}, artifact, commit: null },
      ...{ runId: old?.id ?? null, rollout: stamp('r1-old', 1).rollout, n: 1, slot: null, snapshot: null, at: '' },
    };
    return { ...record, good: old === null ? null : good };
  };
  const told: string[] = [];
  const evidence: JobEvidence[] = [];
  /** Records as they stood in the ledger when each engine call was made. */
  const written: { readonly verb: string; readonly at: number; readonly record: JobRecord | null }[] = [];
  /** When the runs were looked at. */
  const looks: number[] = [];
  const can = Object.fromEntries(
    Object.entries(world.session.can).map(([verb, call]) => [
      verb,
      async (given: never) => {
        written.push({ verb, at: clock.now(), record: (await ledger.readHead('orders'))?.record ?? null });
        return await (call as (given: never) => Promise<never>)(given);
      },
    ]),
  );
  const session: Session = {
    ...world.session,
    can,
    measure: metrics.measure,
    look: (subject) => {
      looks.push(clock.now());
      return world.session.look(subject);
    },
  };

  /** One process carries it out, for so many minutes; the next one goes on where it stands in the ledger. */
  async function process(minutes = 600): Promise<Ended> {
    const held = await ledger.readHead('orders');
    const record = held === null ? opened() : { ...held.record, holder: opened().holder };
    const swap = await ledger.write(record, held?.head ?? null, 'open');
    if (!swap.landed) throw new Error('not opened');
    const ambient = { signal: new AbortController().signal } as Parameters<typeof samplerOf>[1];
    return await carryOut({
      clock,
      engine: { ...world.engine, signals: () => offered },
      session,
      subject: { job: 'orders', names: ['orders'], target: {}, ids: [] },
      pen: penOf({ record, head: swap.head }, ledger, () => ledger.readHead('orders')),
      isOurs: ({ stamp: of }) =>
        of !== null && of.rollout === rolloutIdOf('acme', 'orders', 'production', of.revision, of.n),
      handOverAt: clock.now() + minutes * 60_000,
      signal: ambient.signal,
      superseding: null,
      mustSettle: false,
      measuring: {
        sampler: (of) => samplerOf(of, ambient, (text) => text),
        evidence: (one) => void evidence.push(one),
      },
      tell: (progress) => void told.push(progress.text),
    });
  }
  return { process, world, ledger, clock, told, evidence, written, looks, old };
}
