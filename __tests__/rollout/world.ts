import type { Engine, LaunchCall, Progress, RunCall, Session, Subject } from '../../src/engines/engine.js';
import type { Held, Swap } from '../../src/ledger/ledger.js';
import type { Clock } from '../../src/model/clock.js';
import type { JsonObject } from '../../src/model/json.js';
import type { JobRecord } from '../../src/model/record.js';
import type { Run, RunState } from '../../src/model/run.js';

/** A clock without waiting: sleeping moves it. */
export function virtualClock(): Clock & { at: number } {
  const clock = {
    at: Date.parse('2026-01-01T00:00:00Z'),
    now: () => clock.at,
    sleep: async (seconds: number) => {
      clock.at += Math.max(0, seconds) * 1000;
      await Promise.resolve();
    },
  };
  return clock;
}

export interface WorldRun {
  id: string;
  name: string;
  startedAt: number;
  endedAt: number | null;
  stopping: { since: number; how: 'draining' | 'stopping' } | null;
  target: JsonObject;
  stamp: Run['stamp'];
  scale: JsonObject;
  replaced: boolean;
}

/**
 * An engine in memory: runs start in 60 s, stop in 20 s and drain in 120 s. How a run fares stands in its target:
 * `fails-after` seconds, `drains-forever`, `batch`.
 */
export function memoryEngine(clock: Clock) {
  const runs: WorldRun[] = [];
  const calls: string[] = [];
  /** Answers of coming calls, by verb: `lost` takes effect and throws, `unsent` throws without an effect, `no` is refused. */
  const faults: { verb: string; how: 'lost' | 'unsent' | 'no' }[] = [];
  let serial = 0;

  const engine = {
    id: 'memory',
    times: { callSeconds: 30, lagSeconds: 30 },
    pollSeconds: 10,
    fence: 'F4',
  } as const satisfies Pick<Engine, 'id' | 'times' | 'pollSeconds' | 'fence'>;

  function stateOf(run: WorldRun): RunState {
    const now = clock.now();
    const failsAfter = run.target['fails-after'];
    if (run.replaced) return 'replaced';
    if (typeof failsAfter === 'number' && now - run.startedAt >= failsAfter * 1000 && run.stopping === null)
      return 'failed';
    if (run.stopping !== null) {
      const takes =
        run.stopping.how === 'draining' ? (run.target['drains-forever'] === true ? Number.POSITIVE_INFINITY : 120) : 20;
      if (now - run.stopping.since < takes * 1000) return run.stopping.how;
      return run.stopping.how === 'draining' ? 'drained' : 'stopped';
    }
    return now - run.startedAt >= 60_000 ? 'running' : 'starting';
  }

  function show(run: WorldRun): Run {
    const state = stateOf(run);
    return {
      id: run.id,
      name: run.name,
      state,
      engineState: state.toUpperCase(),
      streaming: run.target['batch'] !== true,
      startedAt: new Date(run.startedAt).toISOString(),
      endedAt: null,
      stamp: run.stamp,
      continues: null,
      replacedBy: null,
      scale: run.scale,
      shows: null,
      url: null,
      detail: state === 'failed' ? 'it crashed' : null,
    };
  }

  function launch(target: JsonObject, stamp: Run['stamp'], name = 'orders'): WorldRun {
    serial += 1;
    const run = {
      id: `run-${serial}`,
      name,
      startedAt: clock.now(),
      endedAt: null,
      stopping: null,
      target,
      stamp,
      scale: { workers: 1 },
      replaced: false,
    };
    runs.push(run);
    return run;
  }

  function answer(verb: string, effect: () => string | null): Progress {
    calls.push(verb);
    const at = faults.findIndex((fault) => fault.verb === verb);
    const fault = at < 0 ? undefined : faults.splice(at, 1)[0];
    if (fault?.how === 'no') return { state: 'failed', code: 'new-run-ended', message: `${verb} was refused` };
    if (fault?.how === 'unsent') throw new Error('connection refused');
    const run = effect();
    if (fault?.how === 'lost') throw new Error('connection reset');
    return { state: 'succeeded', run, snapshot: null };
  }

  const byId = (id: string) => runs.find((run) => run.id === id);
  const session: Session = {
    observe: async (subjects: readonly Subject[]) => new Map(subjects.map((subject) => [subject.job, runs.map(show)])),
    look: async () => runs.map(show),
    preflight: async () => [],
    can: {
      start: async (call: LaunchCall) => answer('start', () => launch(call.target, call.stamp).id),
      overlap: async (call: LaunchCall) => answer('overlap', () => launch(call.target, call.stamp).id),
      replace: async (call: LaunchCall) =>
        answer('replace', () => {
          const old = byId(call.predecessor?.id ?? '');
          if (call.target['incompatible'] !== true && old) old.replaced = true;
          return launch(call.target['incompatible'] === true ? { 'fails-after': 5 } : call.target, call.stamp).id;
        }),
      drain: async (call: RunCall) => answer('drain', () => ending(call.run.id, 'draining')),
      stop: async (call: RunCall) => answer('stop', () => ending(call.run.id, 'stopping')),
      scale: async (call) =>
        answer('scale', () => {
          const run = byId(call.run.id);
          if (run) run.scale = call.scale as JsonObject;
          return call.run.id;
        }),
    },
  };

  function ending(id: string, how: 'draining' | 'stopping'): null {
    const run = byId(id);
    if (run && run.stopping?.how !== 'stopping') run.stopping = { since: clock.now(), how };
    return null;
  }

  return {
    engine,
    session,
    runs,
    calls,
    faults,
    launch,
    show,
    active: () => runs.map(show).filter((run) => ['starting', 'running', 'draining', 'stopping'].includes(run.state)),
  };
}

/** A ledger in memory with real compare-and-swap; every write is kept. */
export function memoryLedger() {
  const records = new Map<string, Held>();
  const messages: string[] = [];
  return {
    messages,
    records,
    async write(record: JobRecord, expected: string | null, message: string): Promise<Swap> {
      const now = records.get(record.job) ?? null;
      if ((now?.head ?? null) !== expected) return { landed: false, now };
      const head = `h${messages.length + 1}`;
      records.set(record.job, { record: JSON.parse(JSON.stringify(record)) as JobRecord, head });
      messages.push(message);
      return { landed: true, head };
    },
    async readHead(job: string): Promise<Held | null> {
      return records.get(job) ?? null;
    },
  };
}
