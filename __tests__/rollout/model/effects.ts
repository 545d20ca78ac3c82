import type { LaunchCall } from '../../../src/engines/engine.js';
import { isActive } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import type { Process } from './processes.js';
import { type Runs, show, type TrueRun, up } from './runs.js';
import type { Schedule } from './schedule.js';

/** What the watcher is told. `by` made the call, which may land long after it has died. */
export interface Watcher {
  sent(call: Sent): void;
  launched(run: TrueRun, call: Sent): void;
  ending(run: TrueRun, call: Sent): void;
}

export interface Sent {
  readonly by: Process;
  readonly verb: 'prepare' | 'start' | 'overlap' | 'replace' | 'stop' | 'drain' | 'snapshot' | 'scale';
  readonly at: number;
  /** Number of the rollout that the caller worked on, and whether it had turned back. */
  readonly n: number;
  readonly direction: 'forward' | 'undo';
  readonly stamp: Stamp | null;
  readonly on: string | null;
  readonly late: boolean;
}

/** What calls do when they reach the engine, behind its fence. */
export function effectsOf(schedule: Schedule, { runs, launch, become }: Runs, watcher: Watcher) {
  const { fence } = schedule;
  const limit = schedule.scenario === 'parallel' || schedule.scenario === 'overlap' ? 2 : 1;
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
    const run = launch(call.target, call.stamp, key, call.snapshot);
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

  return { launchFenced, replace };
}
