import type { Bounds } from '../model/signal.js';
import type { Baseline } from '../model/verification.js';

/** The values between which a sample passes; null: no bound on that side. */
export interface Limits {
  readonly max: number | null;
  readonly min: number | null;
  readonly equals: number | null;
  /** A bound compares with an old run that was not measured: a sample can break the other bounds, but not pass. */
  readonly open: boolean;
}

/** Why there is nothing to compare a sample with. `nothing-before`: no run was there before, so that nothing is missing either. */
export type NoLimits = 'nothing-before' | 'no-baseline';

/**
 * The limits of a gate over its baseline. Where an absolute and a relative bound are given, the looser one counts, unless the old run
 * broke the absolute bound itself: what was measured of an unhealthy run excuses nothing. A baseline of 0 says nothing about a ratio.
 * An absolute bound stands in for a relative one of its own side only.
 */
export function limitsOf(bounds: Bounds, baseline: Baseline | null): Limits | NoLimits {
  const base = baseline?.value ?? null;
  const max = looser(bounds.max, product(bounds.maxVsBaseline, base), base, Math.max);
  const min = looser(bounds.min, product(bounds.minVsBaseline, base), base, Math.min);
  const isFirst = baseline?.why === 'nothing-before';
  if (max === null && min === null && bounds.equals === null) return isFirst ? 'nothing-before' : 'no-baseline';
  const unmet = (bounds.maxVsBaseline !== null && max === null) || (bounds.minVsBaseline !== null && min === null);
  return { max, min, equals: bounds.equals, open: unmet && !isFirst };
}

/** Every bound has to hold; a comparison with what is no number is no pass. */
export function within(value: number, { max, min, equals }: Omit<Limits, 'open'>): boolean {
  return (max === null || value <= max) && (min === null || value >= min) && (equals === null || value === equals);
}

function product(factor: number | null, base: number | null): number | null {
  return factor === null || base === null || base === 0 ? null : factor * base;
}

function looser(
  absolute: number | null,
  relative: number | null,
  base: number | null,
  pick: (a: number, b: number) => number,
): number | null {
  if (absolute === null || relative === null || base === null) return absolute ?? relative;
  const unhealthy = pick(absolute, base) === base && base !== absolute;
  return unhealthy ? absolute : pick(absolute, relative);
}
