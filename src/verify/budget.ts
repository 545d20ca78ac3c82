import type { GateSpec, GateVerdict } from '../model/verification.js';
import { uncovered } from './coverage.js';
import type { Reading, Watched } from './series.js';
import { amount } from './words.js';

/** A counter may grow by `maxDelta` at most. A counter that went back was reset: what it counts from then on is added. */
export function judgeBudget(
  spec: GateSpec,
  all: readonly Reading[],
  watched: Watched,
  now: number,
): GateVerdict | null {
  const grace = spec.graceSeconds * 1000;
  const from = watched.runningSince + grace;
  const end = watched.runningSince + spec.endSeconds * 1000;
  const counted = all.filter(({ at, value }) => at >= watched.startedAt + grace && at <= end && isCount(value));
  const fromZero = spec.perRun && grace === 0;
  const growth = grown(
    counted.map(({ value }) => value ?? 0),
    fromZero,
  );
  if (growth > (spec.maxDelta ?? 0)) {
    return { result: 'fail', message: `it grew by ${amount(growth, spec)}, and may by ${amount(spec.maxDelta, spec)}` };
  }
  if (now < end + spec.latenessSeconds * 1000) return null;
  const times = counted.map(({ at }) => at).filter((at) => at >= from);
  const why = uncovered(times, from, end, spec);
  if (why !== null) return { result: 'inconclusive', message: why };
  return { result: 'pass', message: `it grew by ${amount(growth, spec)}, and may by ${amount(spec.maxDelta, spec)}` };
}

/** Growth over values in the order of time. Never less for one value more. */
export function grown(values: readonly number[], fromZero: boolean): number {
  let growth = 0;
  let before = fromZero ? 0 : (values[0] ?? 0);
  for (const value of values) {
    growth += value >= before ? value - before : value;
    before = value;
  }
  return growth;
}

function isCount(value: number | null): boolean {
  return value !== null && Number.isFinite(value) && value >= 0;
}
