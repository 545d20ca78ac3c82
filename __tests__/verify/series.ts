import type { GateSpec, Point } from '../../src/model/verification.js';
import type { Watched } from '../../src/verify/series.js';

export const start = Date.parse('2026-01-01T00:00:00Z');
export const watched: Watched = { runs: ['new'], startedAt: start, runningSince: start };

/** A gate over a signal that is polled every 30 s, judged for 10 minutes. */
export function spec(more: Partial<GateSpec> = {}): GateSpec {
  const intervalSeconds = more.intervalSeconds ?? 30;
  return {
    id: 'lag',
    signal: 'lag',
    title: 'lag',
    unit: 's',
    kind: 'gauge',
    perRun: false,
    history: false,
    mode: 'hold',
    max: null,
    min: null,
    equals: null,
    maxVsBaseline: null,
    minVsBaseline: null,
    maxDelta: null,
    graceSeconds: 0,
    forSeconds: 0,
    endSeconds: 600,
    intervalSeconds,
    staleSeconds: 5.5 * intervalSeconds,
    latenessSeconds: 0,
    windowSeconds: 60,
    minSamples: 3,
    advisory: false,
    whenIdle: 'skip',
    input: null,
    origin: 'manifest',
    ...more,
  };
}

export function point(seconds: number, value: number | null, more: Partial<Point> = {}): Point {
  return { at: start + seconds * 1000, value, idle: false, run: 'new', error: null, ...more };
}

/** Samples from `from` on, `step` seconds apart. */
export function every(step: number, values: readonly (number | null)[], from = 0, more: Partial<Point> = {}): Point[] {
  return values.map((value, index) => point(from + index * step, value, more));
}

export const at = (seconds: number): number => start + seconds * 1000;
