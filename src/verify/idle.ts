import type { Signal } from '../model/signal.js';
import type { Point } from '../model/verification.js';
import { rates, readingOf } from './series.js';

/** Marks the points at whose time the input was 0, as far as that was known not long before (`staleSeconds`). */
export function withIdle(
  points: readonly Point[],
  input: { readonly signal: Signal; readonly points: readonly Point[] } | null,
  staleSeconds: number,
): readonly Point[] {
  if (input === null) return points;
  const { windowSeconds, kind } = input.signal;
  const sorted = [...input.points].sort((a, b) => a.at - b.at).map((point) => readingOf(point, null));
  const levels = (kind === 'counter' ? rates({ windowSeconds, staleSeconds }, sorted) : sorted).filter(
    ({ value }) => value !== null,
  );
  let next = 0;
  const inOrder = [...points].sort((a, b) => a.at - b.at);
  return inOrder.map((point) => {
    while ((levels[next]?.at ?? Number.POSITIVE_INFINITY) <= point.at) next += 1;
    const level = levels[next - 1];
    const idle = level !== undefined && level.value === 0 && point.at - level.at <= staleSeconds * 1000;
    return idle ? { ...point, idle: true } : point;
  });
}
