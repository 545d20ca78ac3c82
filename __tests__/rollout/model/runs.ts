import type { Json, JsonObject } from '../../../src/model/json.js';
import { isActive, type Run, type RunState } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
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
  readonly startedText: string;
  readonly listedAt: number;
  runningSince: number | null;
  state: RunState;
  /** It failed without anybody's call. */
  byItself: boolean;
  endedAt: number | null;
  /** Where the snapshot stands that it wrote when it was stopped with one. */
  snapshot: string | null;
  /** What it was started from. */
  readonly from: string | null;
  scale: JsonObject;
}

export function up(run: TrueRun): boolean {
  return run.state === 'starting' || run.state === 'running';
}

export function isForeign(run: TrueRun): boolean {
  return run.key === 'foreign';
}

/** The runs of the engine, and how they live: they start, may fail by themselves, and end when they are told to. */
export function runsOf(schedule: Schedule, sim: Sim, dice: Dice, tell: (line: string) => void) {
  const runs: TrueRun[] = [];
  /** Code of the set-up that was written last; null where the engine keeps none. */
  const setUp: { code: Json } = { code: schedule.scenario === 'restart' ? 1 : null };
  const lag = schedule.lagSeconds * 1000;

  function launch(target: JsonObject, stamp: Stamp | null, key: string | null, from: string | null = null): TrueRun {
    const gate = (target['gate'] ?? 'good') as Gate;
    const run: TrueRun = {
      id: `run-${runs.length + 1}`,
      name: String(target['name'] ?? 'orders'),
      stamp,
      target,
      key,
      startedAt: sim.now,
      startedText: new Date(sim.now).toISOString(),
      listedAt: sim.now + (dice.roll() < 0.5 ? dice.between(0, lag) : 0),
      runningSince: null,
      state: 'starting',
      byItself: false,
      endedAt: null,
      snapshot: null,
      from,
      scale: { workers: target['workers'] ?? 1 },
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

  return { runs, setUp, launch, become, end };
}
export type Runs = ReturnType<typeof runsOf>;

export function show(run: TrueRun): Run {
  return {
    id: run.id,
    name: run.name,
    state: run.state,
    engineState: run.state.toUpperCase(),
    streaming: run.target['gate'] !== 'batch',
    startedAt: run.startedText,
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
