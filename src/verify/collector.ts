import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Point } from '../model/verification.js';
import type { Sampler } from './samplers/asked.js';
import type { Sourced } from './signals.js';

/** Points of one signal that are kept; a bake of days is thinned out by its own interval long before. */
const mostPoints = 20_000;
/** Errors that are kept for the evidence. */
const mostErrors = 100;

/** A signal that is sampled, and how often. */
export interface Wanted extends Sourced {
  readonly intervalSeconds: number;
}

/** What was read of one signal. Times in milliseconds. */
export interface Taken {
  readonly points: readonly Point[];
  readonly errors: readonly { readonly at: number; readonly message: string }[];
  /** The source says that it has no such signal. */
  readonly absent: boolean;
}

export interface Collector {
  /** Samples what is due. `since`: as far back as a source with history is read the first time. */
  collect(run: Run, record: JobRecord, since: number, now: number): Promise<void>;
  taken(signal: string): Taken;
  /** When something is due next, in milliseconds; null: nothing is sampled. */
  readonly next: number | null;
}

interface Entry {
  readonly wanted: Wanted;
  readonly points: Map<number, Point>;
  readonly errors: { at: number; message: string }[];
  absent: boolean;
  /** When it is due; 0 before the first time. */
  dueAt: number;
  /** Up to when it has been read; null: never. */
  readTo: number | null;
}

/** Keeps the samples of one watched run. A source with history is read from a little before where it was read to, for what came late. */
export function collectorOf(all: readonly Wanted[], sampler: Sampler): Collector {
  const entries = new Map<string, Entry>(
    all.map((wanted) => [
      wanted.signal.name,
      { wanted, points: new Map(), errors: [], absent: false, dueAt: 0, readTo: null },
    ]),
  );
  return {
    async collect(run, record, since, now) {
      const due = [...entries.values()].filter((entry) => !entry.absent && entry.dueAt <= now);
      await Promise.all(due.map((entry) => take(entry, sampler, { run, record, since, now })));
    },
    taken(signal) {
      const entry = entries.get(signal);
      if (entry === undefined) return { points: [], errors: [], absent: true };
      return { points: [...entry.points.values()], errors: entry.errors, absent: entry.absent };
    },
    get next() {
      const times = [...entries.values()].flatMap((entry) => (entry.absent ? [] : [entry.dueAt]));
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}

async function take(
  entry: Entry,
  sampler: Sampler,
  { run, record, since, now }: { run: Run; record: JobRecord; since: number; now: number },
): Promise<void> {
  const { signal, intervalSeconds } = entry.wanted;
  const interval = intervalSeconds * 1000;
  // On a grid, so that a slow look does not move all that come after it.
  entry.dueAt =
    entry.dueAt === 0 ? now + interval : entry.dueAt + interval * Math.ceil((now - entry.dueAt + 1) / interval);
  const again = signal.latenessSeconds * 1000 + 2 * interval;
  const from = signal.history ? (entry.readTo === null ? since : Math.max(since, entry.readTo - again)) : now;
  try {
    const points = await sampler({ sourced: entry.wanted, run, since: from, until: now, intervalSeconds, record });
    if (points === null) {
      entry.absent = true;
      return;
    }
    const read = points.filter((point) => Number.isFinite(point.at));
    for (const point of read) keep(entry, point);
    if (!signal.history && read.length === 0) keep(entry, unknownAt(now, null));
    entry.readTo = now;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    entry.errors.push({ at: now, message });
    if (entry.errors.length > mostErrors) entry.errors.shift();
    // A source with history tells later what it was; of another one the moment is lost.
    if (!signal.history) keep(entry, unknownAt(now, message));
  }
}

/** A point that came again replaces itself, but what is known is not forgotten. */
function keep({ points }: Entry, point: Point): void {
  const before = points.get(point.at);
  if (before !== undefined && before.value !== null && point.value === null) return;
  points.set(point.at, point);
  if (points.size > mostPoints) points.delete(points.keys().next().value ?? 0);
}

function unknownAt(at: number, error: string | null): Point {
  return { at, value: null, idle: false, run: null, error };
}
