/** Points of a chart; more than that nobody sees in the width of a page. */
export const mostChartPoints = 40;

/**
 * A series thinned out: the time is cut into equal parts, and of each part the value farthest from 0 stays, so that a short peak is
 * not lost. A part without a known value is a gap.
 */
export function thinned(
  points: readonly (readonly [seconds: number, value: number | null])[],
  most = mostChartPoints,
): readonly (readonly [seconds: number, value: number | null])[] {
  if (points.length <= most) return points;
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  const from = sorted[0]?.[0] ?? 0;
  const width = ((sorted.at(-1)?.[0] ?? from) - from) / most || 1;
  const parts = new Map<number, readonly [number, number | null]>();
  for (const point of sorted) {
    const part = Math.min(most - 1, Math.floor((point[0] - from) / width));
    const kept = parts.get(part);
    if (kept === undefined || weight(point[1]) > weight(kept[1])) parts.set(part, point);
  }
  return [...parts.values()];
}

function weight(value: number | null): number {
  return value === null ? -1 : Math.abs(value);
}
