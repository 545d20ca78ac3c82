import type { Baseline, GateSpec, Point } from '../model/verification.js';
import { rates, readingOf } from './series.js';

/** Known samples that a baseline needs. */
export const baselineSamples = 3;

/** No run was there before the change, so there is nothing to compare with. */
export const nothingBefore: Baseline = { value: null, samples: 0, why: 'nothing-before' };
/** There was one, and it was not measured. */
export const notMeasured: Baseline = { value: null, samples: 0, why: 'not-measured' };

/** A gate that compares with the old run. */
export function needsBaseline(spec: GateSpec): boolean {
  return spec.maxVsBaseline !== null || spec.minVsBaseline !== null;
}

/** For how long before the change the old run is looked at, in seconds. */
export function baselineSeconds(spec: GateSpec): number {
  const counted = spec.kind === 'counter' ? 2 * spec.windowSeconds : 0;
  return Math.max(300, counted) + spec.latenessSeconds;
}

/** For how long samples have to be taken where the source keeps no history, in seconds. */
export function baselineWaitSeconds(spec: GateSpec): number {
  const counted = spec.kind === 'counter' ? spec.windowSeconds : 0;
  return counted + (baselineSamples - 1) * spec.intervalSeconds;
}

/** For how long more it is asked again where its source was away, or gave too little, in seconds: the old run goes on meanwhile. */
export const baselinePatience = 120;

/** The median of what was measured of the old run while it had input; `run` its id. A median of 0 says nothing about a ratio. */
export function baselineOf(spec: GateSpec, run: string, points: readonly Point[]): Baseline {
  const sorted = [...points].sort((a, b) => a.at - b.at).map((point) => readingOf(point, [run]));
  const readings = spec.kind === 'counter' ? rates(spec, sorted) : sorted;
  const values = readings
    .flatMap(({ value, idle, partly }) => (value === null || idle || partly === true ? [] : [value]))
    .sort((a, b) => a - b);
  if (values.length < baselineSamples) return { value: null, samples: values.length, why: 'too-few' };
  const median = medianOf(values);
  return { value: median, samples: values.length, why: median === 0 ? 'zero' : 'measured' };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? 0;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}
