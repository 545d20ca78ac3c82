import type { WhenIdle } from '../model/signal.js';
import { type Limits, within } from './limits.js';
import type { Reading } from './series.js';

/** What one reading says. `unknown` never counts as a pass; `idle` counts for nothing, but shows that the source was read. */
export const grades = ['pass', 'fail', 'unknown', 'idle'] as const;
export type Grade = (typeof grades)[number];

export interface Graded extends Reading {
  readonly grade: Grade;
}

const idleGrades: Readonly<Record<WhenIdle, Grade>> = { skip: 'idle', pass: 'pass', fail: 'fail' };

/** `limits` null: there is nothing to compare with. */
export function gradeOf(reading: Reading, limits: Limits | null, whenIdle: WhenIdle): Grade {
  if (reading.partly === true) return isTooMuch(reading.value, limits) ? 'fail' : 'idle';
  if (reading.idle) return idleGrades[whenIdle];
  if (reading.value === null || !Number.isFinite(reading.value) || limits === null) return 'unknown';
  if (!within(reading.value, limits)) return 'fail';
  return limits.open ? 'unknown' : 'pass';
}

function isTooMuch(value: number | null, limits: Limits | null): boolean {
  return value !== null && limits !== null && limits.max !== null && value > limits.max;
}

export function graded(readings: readonly Reading[], limits: Limits | null, whenIdle: WhenIdle): readonly Graded[] {
  return readings.map((reading) => ({ ...reading, grade: gradeOf(reading, limits, whenIdle) }));
}
