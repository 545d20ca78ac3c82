import type { GateSpec } from '../model/verification.js';

/** Why readings do not cover a stretch of time (milliseconds) well enough to say that nothing happened in it; null: they do. */
export function uncovered(
  times: readonly number[],
  from: number,
  to: number,
  spec: Pick<GateSpec, 'minSamples' | 'staleSeconds'>,
): string | null {
  if (times.length === 0) return 'no sample was known';
  if (times.length < spec.minSamples) {
    return `only ${times.length} of at least ${spec.minSamples} samples ${times.length === 1 ? 'was' : 'were'} known`;
  }
  const gap = longestGap(times, from, to);
  return gap > spec.staleSeconds * 1000 ? `for ${Math.round(gap / 1000)} s no sample was known` : null;
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
