import type { GateSpec, Point } from '../model/verification.js';

/** What is watched, and since when; times in milliseconds. */
export interface Watched {
  /** The run, and those of its line that it continues. */
  readonly runs: readonly string[];
  readonly startedAt: number;
  /** Since when it has been seen running without a break. */
  readonly runningSince: number;
}

/** A value that can be compared, or null: unknown. */
export interface Reading {
  readonly at: number;
  readonly value: number | null;
  readonly idle: boolean;
  /** A growth over less time with input than it takes to expect one: it can be too much, and never too little. */
  readonly partly?: true;
}

/** In the order of time, whatever order they arrived in; what is dated after `now` is not believed. */
export function ordered(points: readonly Point[], now: number): readonly Point[] {
  return points.filter((point) => point.at <= now).sort(byTime);
}

/** Points as readings: another run's samples, errors and what is no number are unknown. A counter gives its growth per second. */
export function readings(spec: GateSpec, watched: Watched, points: readonly Point[], now: number): readonly Reading[] {
  const isRate = spec.kind === 'counter' && spec.maxDelta === null;
  // A late point lies between two others and changes the growth from one to the next: growth is taken of what is complete.
  // The same holds of a sample as long as it may turn out that the source was idle.
  const until = isRate || spec.input !== null ? now - spec.latenessSeconds * 1000 : now;
  const own = ordered(points, until)
    .filter((point) => point.at >= watched.startedAt)
    .map((point) => readingOf(point, watched.runs));
  return isRate ? rates(spec, own) : own;
}

export function readingOf(point: Point, runs: readonly string[] | null): Reading {
  const foreign = runs !== null && point.run !== null && !runs.includes(point.run);
  const known = !foreign && point.error === null && point.value !== null && Number.isFinite(point.value);
  return { at: point.at, value: known ? point.value : null, idle: point.idle && !foreign && point.error === null };
}

/**
 * Growth per second over `windowSeconds`, for each reading that lies at least that long after another. A counter that went back
 * in between has been reset, so its growth is unknown. Readings of the first window have nothing to be compared with and give none.
 * Only time with input counts: right after an idle hour nothing could have been processed yet, so until a window of it has passed the
 * source is still idle; input that comes in short bursts adds up.
 */
export function rates(
  spec: Pick<GateSpec, 'windowSeconds' | 'staleSeconds'>,
  all: readonly Reading[],
): readonly Reading[] {
  const known = all.filter(({ value }) => value !== null && value >= 0) as readonly (Reading & { value: number })[];
  const resets = [...runningCount(known, (reading, before) => before !== null && reading.value < before.value)];
  const active = [...activeTime(known)];
  const at = new Map(known.map((reading, index) => [reading as Reading, index]));
  let first = 0;
  let earlier = 0;
  return all.flatMap((reading) => {
    const index = at.get(reading);
    if (index === undefined)
      return known[0] !== undefined && reading.at > known[0].at ? [{ ...reading, value: null }] : [];
    const until = active[index] ?? 0;
    while (until - (active[first + 1] ?? Number.POSITIVE_INFINITY) >= spec.windowSeconds * 1000) first += 1;
    const from = known[first];
    if (from === undefined) return [];
    const seconds = (until - (active[first] ?? 0)) / 1000;
    if (seconds < spec.windowSeconds || seconds <= 0) {
      while (reading.at - (known[earlier + 1]?.at ?? Number.POSITIVE_INFINITY) >= spec.windowSeconds * 1000)
        earlier += 1;
      const before = known[earlier] ?? from;
      const passed = (reading.at - before.at) / 1000;
      if (passed < spec.windowSeconds || passed <= 0) return [];
      const grown = resets[index] === resets[earlier] ? ((reading.value ?? 0) - before.value) / passed : null;
      return [reading.idle ? { ...reading, value: grown } : { ...reading, value: grown, partly: true as const }];
    }
    const broken = resets[index] !== resets[first] || seconds > spec.windowSeconds + spec.staleSeconds;
    return [{ ...reading, value: broken ? null : ((reading.value ?? 0) - from.value) / seconds }];
  });
}

/** Milliseconds with input up to each reading: what lies before an idle one had none. */
function* activeTime(all: readonly Reading[]): Generator<number> {
  let sum = 0;
  let before: number | null = null;
  for (const { at, idle } of all) {
    if (before !== null && !idle) sum += at - before;
    before = at;
    yield sum;
  }
}

function* runningCount<T>(items: readonly T[], counts: (item: T, before: T | null) => boolean): Generator<number> {
  let count = 0;
  let before: T | null = null;
  for (const item of items) {
    if (counts(item, before)) count += 1;
    before = item;
    yield count;
  }
}

/** Points of one moment have an order, too, so that it does not matter which came first. */
function byTime(a: Point, b: Point): number {
  return (
    a.at - b.at ||
    rank(a) - rank(b) ||
    (rank(a) === 0 ? (a.value ?? 0) - (b.value ?? 0) : 0) ||
    Number(a.idle) - Number(b.idle) ||
    (a.run ?? '').localeCompare(b.run ?? '')
  );
}

function rank(point: Point): number {
  if (point.error !== null) return 2;
  return point.value === null || !Number.isFinite(point.value) ? 1 : 0;
}
