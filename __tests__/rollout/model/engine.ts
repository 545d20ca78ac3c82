import type { LaunchCall, Progress, RunCall, ScaleCall, Session, Subject } from '../../../src/engines/engine.js';
import type { JsonObject } from '../../../src/model/json.js';
import { isActive, isEnding, type Run, type RunState } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import type { Process } from './processes.js';
import type { Gate, Schedule } from './schedule.js';
import type { Dice, Sim } from './sim.js';

/** A run as it really is. */
export interface TrueRun {
  readonly id: string;
  readonly name: string;
  readonly stamp: Stamp | null;
  readonly target: JsonObject;
  /** Fence F1: the id that the client chose. */
  readonly key: string | null;
  readonly startedAt: number;
  readonly listedAt: number;
  runningSince: number | null;
  state: RunState;
  /** It failed without anybody's call. */
  byItself: boolean;
  endedAt: number | null;
  scale: JsonObject;
}

/** What the watcher is told. `by` made the call, which may land long after it has died. */
export interface Watcher {
  sent(call: Sent): void;
  launched(run: TrueRun, call: Sent): void;
  ending(run: TrueRun, call: Sent): void;
}

export interface Sent {
  readonly by: Process;
  readonly verb: 'start' | 'overlap' | 'replace' | 'stop' | 'drain' | 'scale';
  readonly at: number;
  /** Number of the rollout that the caller worked on, and whether it had turned back. */
  readonly n: number;
  readonly direction: 'forward' | 'undo';
  readonly stamp: Stamp | null;
  readonly on: string | null;
  readonly late: boolean;
}

export function up(run: TrueRun): boolean {
  return run.state === 'starting' || run.state === 'running';
}

export function isForeign(run: TrueRun): boolean {
  return run.key === 'foreign';
}

/** An engine in memory with the fence, the delays and the faults of a schedule. */
export function engineOf(schedule: Schedule, sim: Sim, dice: Dice, watcher: Watcher, tell: (line: string) => void) {
  const runs: TrueRun[] = [];
  const { fence } = schedule;
  const [T, L] = [schedule.callSeconds * 1000, schedule.lagSeconds * 1000];
  const limit = schedule.scenario === 'parallel' || schedule.scenario === 'overlap' ? 2 : 1;
  let calls = 0;
  let looks = 0;

  function launch(target: JsonObject, stamp: Stamp | null, key: string | null): TrueRun {
    const gate = (target['gate'] ?? 'good') as Gate;
    const run: TrueRun = {
      id: `run-${runs.length + 1}`,
      name: String(target['name'] ?? 'orders'),
      stamp,
      target,
      key,
      startedAt: sim.now,
      listedAt: sim.now + (dice.roll() < 0.5 ? dice.between(0, L) : 0),
      runningSince: null,
      state: 'starting',
      byItself: false,
      endedAt: null,
      scale: (target['scaled'] as JsonObject | undefined) ?? { workers: 1 },
    };
    runs.push(run);
    const ordinal = runs.length;
    if (gate !== 'hangs') {
      sim.at(dice.between(2_000, 60_000), () => {
        if (run.state === 'starting') become(run, 'running');
      });
    }
    if (gate === 'ends') sim.at(dice.between(1_000, 90_000), () => fail(run));
    for (const fault of schedule.faults) {
      if (fault.kind === 'run-fails' && fault.run === ordinal) sim.at(fault.after * 1000, () => fail(run));
    }
    return run;
  }

  function fail(run: TrueRun): void {
    if (!up(run)) return;
    run.byItself = true;
    become(run, 'failed');
    tell(`${run.id} fails by itself`);
  }

  function become(run: TrueRun, state: RunState): void {
    run.state = state;
    if (state === 'running') run.runningSince = sim.now;
    if (!isActive(show(run))) run.endedAt = sim.now;
  }

  function end(run: TrueRun, how: 'stopping' | 'draining'): void {
    if (run.state === 'stopping' || (!up(run) && how === 'draining') || !isActive(show(run))) return;
    become(run, how);
    const longest = how === 'draining' ? (run.target['drains-for-ever'] === true ? 1e12 : 150_000) : 20_000;
    sim.at(dice.between(how === 'draining' ? 5_000 : 1_000, longest), () => {
      if (run.state === how) become(run, how === 'draining' ? 'drained' : 'stopped');
    });
  }

  const taken = () => runs.filter((run) => isActive(show(run)));

  /** A launch reaches the engine: the run, or the fence's refusal. */
  function launchFenced(sent: Sent, call: LaunchCall): TrueRun {
    const key = fence === 'F1' ? `after ${call.after ?? 'none'}` : null;
    const existing = key === null ? undefined : runs.find((run) => run.key === key);
    if (existing !== undefined) {
      const same = existing.stamp?.rollout === call.stamp.rollout && existing.stamp.step === call.stamp.step;
      if (same) return existing;
      throw new Error(`refused by the fence: ${existing.id} has this id`);
    }
    const name = String(call.target['name'] ?? 'orders');
    const linked = sent.verb === 'overlap' ? call.predecessor?.id : null;
    if (fence === 'F2' && taken().some((run) => run.name === name && run.id !== linked))
      throw new Error(`refused by the fence: the name ${name} is taken`);
    if (fence === 'F3' && taken().length >= limit) throw new Error('refused by the fence: too many concurrent runs');
    const run = launch(call.target, call.stamp, key);
    watcher.launched(run, sent);
    return run;
  }

  function replace(sent: Sent, call: LaunchCall): TrueRun {
    const byId = runs.find((run) => run.id === call.predecessor?.id);
    const named = runs.findLast((run) => up(run) && run.name === call.target['name']);
    const old = schedule.replaceBy === 'id' ? byId : named;
    if (old === undefined || !up(old)) throw new Error(`refused: ${old?.id ?? 'no run'} is not active`);
    watcher.ending(old, sent);
    become(old, 'replaced');
    const run = launch(call.target, call.stamp, null);
    watcher.launched(run, sent);
    return run;
  }

  /** One mutating call: when it is sent, when it takes effect and when it is answered are three moments. */
  async function mutate(
    by: Process,
    verb: Sent['verb'],
    parts: Pick<Sent, 'stamp' | 'on'>,
    effect: (sent: Sent) => TrueRun,
  ) {
    const ordinal = (calls += 1);
    const how = schedule.faults.find((fault) => fault.kind === 'call' && fault.call === ordinal);
    const fault = how?.kind === 'call' ? how.how : 'none';
    const { held } = by;
    const late = fault === 'zombie';
    const sent: Sent = {
      by,
      verb,
      at: sim.now,
      n: held?.n ?? 0,
      direction: held?.direction ?? 'forward',
      late,
      ...parts,
    };
    watcher.sent(sent);
    const what = `${verb}${parts.stamp === null ? '' : ` (${parts.stamp.step} of ${parts.stamp.n})`}${parts.on === null ? '' : ` ${parts.on}`}`;
    tell(`${by.name} sends ${what}${fault === 'none' ? '' : `: ${fault}`}`);
    if (fault === 'no') return await by.event(dice.between(50, T / 4), () => 'no' as const);
    if (fault === 'unsent') return await by.event(dice.between(50, T), () => lost());
    const stands = late ? dice.between(20_000, 400_000) : 0;
    if (late) by.freeze(stands);
    const takes = stands + (fault === 'late' ? dice.between(T / 2, T - 1) : dice.between(20, T / 10));
    const answer: { run: TrueRun | null; refusal: unknown } = { run: null, refusal: null };
    sim.at(takes, () => {
      try {
        answer.run = effect(sent);
        tell(`${what} of ${by.name} takes effect: ${answer.run.id}`);
      } catch (error) {
        answer.refusal = error;
        tell(`${what} of ${by.name}: ${(error as Error).message}`);
      }
    });
    if (fault === 'late') return await by.event(dice.between(50, takes), () => lost());
    return await by.event(takes + dice.between(1, 3_000), () => {
      if (fault === 'lost') return lost();
      if (answer.run === null) throw answer.refusal;
      return answer.run;
    });
  }

  function lost(): never {
    throw new Error('the connection was reset');
  }

  /** Polls by memo, or makes the call and answers as the schedule's verbs do. */
  async function progress(
    by: Process,
    call: { readonly memo: unknown },
    done: (run: TrueRun) => boolean,
    make: () => Promise<TrueRun | 'no'>,
  ): Promise<Progress> {
    const known = runs.find((run) => run.id === call.memo);
    const run = known === undefined ? await make() : await by.event(dice.between(50, 1_500), () => known);
    if (run === 'no') return { state: 'failed', code: 'unexpected-error', message: 'the engine said no' };
    if (schedule.verbs === 'poll' && !done(run)) return { state: 'running', memo: run.id, retryAfterSeconds: 5 };
    return { state: 'succeeded', run: run.id, snapshot: null };
  }

  const byId = (id: string) => runs.find((run) => run.id === id) as TrueRun;

  function sessionOf(by: Process): Session {
    const launching = (verb: 'start' | 'overlap' | 'replace') => (call: LaunchCall) =>
      progress(
        by,
        call,
        (run) => run.state !== 'starting',
        () =>
          mutate(
            by,
            verb,
            { stamp: call.stamp, on: verb === 'start' ? null : (call.predecessor?.id ?? null) },
            (sent) => (verb === 'replace' ? replace(sent, call) : launchFenced(sent, call)),
          ),
      );
    const ending = (verb: 'stop' | 'drain') => (call: RunCall) =>
      progress(
        by,
        call,
        (run) => !isActive(show(run)),
        () =>
          mutate(by, verb, { stamp: null, on: call.run.id }, (sent) => {
            const run = byId(call.run.id);
            if (up(run)) watcher.ending(run, sent);
            end(run, verb === 'stop' ? 'stopping' : 'draining');
            return run;
          }),
      );
    return {
      observe: async (subjects) => {
        const all = await Promise.all(
          subjects.map(async (subject) => [subject.job, (await see(subject)).filter(isActive)] as const),
        );
        return new Map(all);
      },
      look: see,
      preflight: async () => [],
      can: {
        start: launching('start'),
        overlap: launching('overlap'),
        replace: launching('replace'),
        stop: ending('stop'),
        drain: ending('drain'),
        scale: (call: ScaleCall) =>
          progress(
            by,
            call,
            () => true,
            () =>
              mutate(by, 'scale', { stamp: null, on: call.run.id }, () => {
                const run = byId(call.run.id);
                if (up(run)) run.scale = call.scale;
                return run;
              }),
          ),
      },
    };

    /** The list is read at one moment, single runs a little later: a look is no snapshot. */
    async function see(subject: Subject): Promise<readonly Run[]> {
      looks += 1;
      const ordinal = looks;
      const listed = await by.event(dice.between(20, 1_000), () => {
        if (schedule.faults.some((fault) => fault.kind === 'look' && fault.look === ordinal))
          throw new Error('503 Service Unavailable');
        by.lookedAt = sim.now;
        return runs.filter((run) => run.listedAt <= sim.now && subject.names.includes(run.name)).map(show);
      });
      const missing = subject.ids.filter((id) => !listed.some((run) => run.id === id));
      const single = await by.event(dice.between(5, 500), () =>
        runs.filter((run) => missing.includes(run.id)).map(show),
      );
      return await by.event(dice.between(5, 500), () => [...listed, ...single]);
    }
  }

  return { runs, launch, become, sessionOf };
}

export function show(run: TrueRun): Run {
  return {
    id: run.id,
    name: run.name,
    state: run.state,
    engineState: run.state.toUpperCase(),
    streaming: run.target['gate'] !== 'batch',
    startedAt: new Date(run.startedAt).toISOString(),
    endedAt: run.endedAt === null ? null : new Date(run.endedAt).toISOString(),
    stamp: run.stamp,
    continues: null,
    replacedBy: null,
    scale: run.scale,
    shows: null,
    url: null,
    detail: null,
  };
}

export { isEnding };
