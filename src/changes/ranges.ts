/** Sets of positions in a sorted list, as half-open ranges `[from, to)`: sorted, disjoint, none empty. */
export type Ranges = readonly (readonly [from: number, to: number])[];

export function union(sets: readonly Ranges[]): Ranges {
  if (sets.length === 1) return sets[0] as Ranges;
  const sorted = sets.flat().sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = result.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (from < to) result.push([from, to]);
  }
  return result;
}

export function subtract(set: Ranges, other: Ranges): Ranges {
  if (other.length === 0) return set;
  const result: [number, number][] = [];
  let next = 0;
  for (let [from, to] of set) {
    while (next < other.length && (other[next] as [number, number])[1] <= from) next++;
    for (let i = next; i < other.length; i++) {
      const [cutFrom, cutTo] = other[i] as [number, number];
      if (cutFrom >= to) break;
      if (from < cutFrom) result.push([from, cutFrom]);
      from = Math.max(from, cutTo);
    }
    if (from < to) result.push([from, to]);
  }
  return result;
}

export function intersect(set: Ranges, other: Ranges): Ranges {
  const result: [number, number][] = [];
  for (let i = 0, j = 0; i < set.length && j < other.length; ) {
    const [a, b] = [set[i] as [number, number], other[j] as [number, number]];
    const [from, to] = [Math.max(a[0], b[0]), Math.min(a[1], b[1])];
    if (from < to) result.push([from, to]);
    if (a[1] < b[1]) i++;
    else j++;
  }
  return result;
}

export function* positionsOf(set: Ranges): Generator<number> {
  for (const [from, to] of set) for (let i = from; i < to; i++) yield i;
}

export function contains(set: Ranges, position: number): boolean {
  return set.some(([from, to]) => from <= position && position < to);
}

export function countOf(set: Ranges): number {
  let count = 0;
  for (const [from, to] of set) count += to - from;
  return count;
}

/** Collects ascending positions into ranges. */
export function rangeCollector(): { add(position: number): void; readonly ranges: Ranges } {
  const ranges: [number, number][] = [];
  return {
    ranges,
    add(position) {
      const last = ranges.at(-1);
      if (last?.[1] === position) last[1]++;
      else ranges.push([position, position + 1]);
    },
  };
}
