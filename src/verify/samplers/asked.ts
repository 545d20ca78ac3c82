import type { JobRecord } from '../../model/record.js';
import type { Run } from '../../model/run.js';
import type { Point } from '../../model/verification.js';
import type { Sourced } from '../signals.js';

/** What is measured, of which run, and from when to when (milliseconds). */
export interface Asked {
  readonly sourced: Sourced;
  readonly run: Run;
  readonly since: number;
  readonly until: number;
  readonly intervalSeconds: number;
  readonly record: Pick<JobRecord, 'job' | 'environment' | 'revision' | 'rollout'>;
}

/** Reads a signal. Null: the source has no such signal. Throws where it could not be read. A source without history gives one point. */
export type Sampler = (asked: Asked) => Promise<readonly Point[] | null>;

/** Longest time of one reading, in milliseconds of real time. */
export const readingMs = 10_000;

/** One point at the end of what was asked for. What is no finite number is not known. */
export function pointAt(asked: Asked, value: number | null): Point {
  return { at: asked.until, value: finite(value), idle: false, run: null, error: null };
}

export function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

/** A number as a number, or written as text; anything else is not known. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return finite(value);
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(value)) return null;
  return finite(Number(value));
}

/** Fills in `${run.id}` and `${run.name}`; `quote` makes a value safe where it stands. */
export function withRun(text: string, run: Run, quote: (value: string) => string): string {
  return text.replace(/\$\{run\.(id|name)\}/g, (_, field: 'id' | 'name') => quote(run[field]));
}
