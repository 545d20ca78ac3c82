import type { Run } from '../model/run.js';
import type { Verdict } from '../model/verdict.js';

/** What the verification of a run has seen so far; kept in the ledger, so that it survives a hand-over. Times in milliseconds. */
export interface Watch {
  readonly run: string;
  readonly startedAt: number;
  /** Since when the run has been seen running without a break; null while it is not. */
  readonly runningSince: number | null;
  /** Since when it has been down after it ran; left out where it is not. */
  readonly downSince?: number;
  /** Restarts seen: the run fell back to starting, or the engine continued it under a new id. */
  readonly restarts: number;
}

export interface LifeSpec {
  readonly runningWithinSeconds: number;
  readonly bakeSeconds: number;
}

/** Restarts of one run within the bake after which it counts as crash-looping. */
export const restartsToFail = 3;

export function watchOf(run: Run, at: number): Watch {
  return { run: run.id, startedAt: at, runningSince: run.state === 'running' ? at : null, restarts: 0 };
}

/** Takes one more look into account. `run` is the run itself or the one that continues it. */
export function observeLife(watch: Watch, run: Run, at: number): Watch {
  const moved = run.id !== watch.run;
  const fellBack = watch.runningSince !== null && run.state === 'starting';
  const restarts = watch.restarts + (moved || fellBack ? 1 : 0);
  const runningSince = run.state === 'running' ? (moved ? at : (watch.runningSince ?? at)) : null;
  const next = { run: run.id, startedAt: watch.startedAt, runningSince, restarts };
  if (runningSince !== null) return next;
  const downSince = moved || fellBack ? (watch.downSince ?? at) : watch.downSince;
  return downSince === undefined ? next : { ...next, downSince };
}

/**
 * Judges what an engine's own states can prove: the run is a stream, it runs in time, it does not end or restart during the bake.
 * That means running and not crash-looping; it says nothing about progress. Null: not decided yet.
 */
export function judgeLife(watch: Watch, run: Run, spec: LifeSpec, at: number): Verdict | null {
  if (run.streaming === false) {
    return fail('not-streaming', `run ${run.id} is a batch job, which ends by itself`);
  }
  if (run.state !== 'running' && run.state !== 'starting') {
    return fail('new-run-ended', `run ${run.id} is ${run.engineState}${run.detail === null ? '' : `: ${run.detail}`}`);
  }
  if (watch.restarts >= restartsToFail) {
    return fail('crash-loop', `run ${run.id} was restarted ${watch.restarts} times while it was watched`);
  }
  if (watch.runningSince === null) {
    if (at - waitingSince(watch) <= spec.runningWithinSeconds * 1000) return null;
    return fail(
      'not-running-in-time',
      `run ${run.id} is still ${run.engineState} after ${spec.runningWithinSeconds} s${run.detail === null ? '' : `: ${run.detail}`}`,
    );
  }
  const baked = at - watch.runningSince >= spec.bakeSeconds * 1000;
  return baked ? { result: 'pass', message: `run ${run.id} ran for ${spec.bakeSeconds} s without a restart` } : null;
}

/** When, at the latest, a verdict is due: milliseconds. For telling whether the time of this process suffices. */
export function verdictDue(watch: Watch, spec: LifeSpec): number {
  return watch.runningSince === null
    ? waitingSince(watch) + (spec.runningWithinSeconds + spec.bakeSeconds) * 1000
    : watch.runningSince + spec.bakeSeconds * 1000;
}

/** A run that fell back has the whole time again to come up; that it falls back again and again is counted. */
function waitingSince({ startedAt, downSince }: Watch): number {
  return downSince ?? startedAt;
}

function fail(code: string, message: string): Verdict {
  return { result: 'fail', code, message };
}
