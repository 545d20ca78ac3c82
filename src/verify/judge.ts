import type { Baseline, GateSpec, GateVerdict, Point } from '../model/verification.js';
import { judgeBudget } from './budget.js';
import { judgeConverge } from './converge.js';
import { type Graded, graded } from './grade.js';
import { judgeHold } from './hold.js';
import { limitsOf } from './limits.js';
import { readings, type Watched } from './series.js';

/**
 * Judges one gate over everything that was measured of the watched run up to `now` (milliseconds). A pure function: the same samples
 * give the same verdict in any order, and a verdict stays what it is when later samples come. Null: not decided yet.
 */
export function judge(
  spec: GateSpec,
  watched: Watched,
  points: readonly Point[],
  baseline: Baseline | null,
  now: number,
): GateVerdict | null {
  if (spec.maxDelta !== null) return judgeBudget(spec, readings(spec, watched, points, now), watched, now);
  const limits = limitsOf(spec, baseline);
  if (limits === 'nothing-before') {
    return { result: 'skipped', message: 'no run was there before to compare with' };
  }
  if (limits === 'no-baseline') {
    return notCompared;
  }
  const all = graded(readings(spec, watched, points, now), limits, spec.whenIdle);
  const judgeMode = spec.mode === 'converge' ? judgeConverge : judgeHold;
  const verdict = judgeMode(spec, all, watched.runningSince, now);
  return limits.open && verdict?.result === 'inconclusive' ? notCompared : verdict;
}

const notCompared: GateVerdict = {
  result: 'inconclusive',
  message: 'the old run was not measured before the change, so there is nothing to compare with',
};

/** What each sample says by itself, for evidence and charts. A counter's readings are its growth per second. */
export function gradesOf(
  spec: GateSpec,
  watched: Watched,
  points: readonly Point[],
  baseline: Baseline | null,
  now: number,
): readonly Graded[] {
  const limits = spec.maxDelta === null ? limitsOf(spec, baseline) : 'no-baseline';
  return graded(readings(spec, watched, points, now), typeof limits === 'string' ? null : limits, spec.whenIdle);
}

/** When a verdict comes at the latest, in milliseconds. */
export function gateDue(spec: GateSpec, runningSince: number): number {
  return runningSince + (spec.endSeconds + spec.latenessSeconds) * 1000;
}
