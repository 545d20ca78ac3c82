import type { GateSpec } from '../model/verification.js';
import { short } from './words.js';

/** Why readings do not cover a stretch of time (milliseconds) well enough to say that nothing happened in it; null: they do. */
export function uncovered(
  times: readonly number[],
  from: number,
  to: number,
  spec: Pick<GateSpec, 'minSamples' | 'staleSeconds'>,
): string | null {
  if (times.length === 0) return 'no sample was known';
  if (times.length < spec.minSamples) {
    const few = `only ${times.length} of at least ${spec.minSamples} samples ${times.length === 1 ? 'was' : 'were'} known`;
    const gap = gapWords(times, from, to, spec);
    return gap === null ? few : `${few}, and ${gap}`;
  }
  return gapWords(times, from, to, spec);
}

/** The longest time without a known sample, where it is longer than a gate allows; null: it is not. Times in milliseconds. */
export function gapWords(
  times: readonly number[],
  from: number,
  to: number,
  spec: Pick<GateSpec, 'staleSeconds'>,
): string | null {
  const apart = Math.max(0, ...times.slice(1).map((at, index) => at - (times[index] ?? at)));
  const most = spec.staleSeconds * 1000;
  const allowed = `at most ${short(spec.staleSeconds)} s is allowed`;
  if (apart > most) return `known samples came up to ${Math.round(apart / 1000)} s apart, where ${allowed}`;
  const gap = longestGap(times, from, to);
  return gap > most ? `for ${Math.round(gap / 1000)} s no sample was known, where ${allowed}` : null;
}

/** Longest time without a reading between `from` and `to`, ends included; milliseconds. `times` in order. */
export function longestGap(times: readonly number[], from: number, to: number): number {
  let longest = 0;
  let before = from;
  for (const at of [...times, to]) {
    longest = Math.max(longest, at - before);
    before = Math.max(before, at);
  }
  return longest;
}
