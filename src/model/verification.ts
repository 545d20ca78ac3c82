import type { Bounds, GateMode, Unit, WhenIdle } from './signal.js';

/** A gate with every default filled in: what the judge needs beside samples. Times in seconds, counted from when the new run was first seen running. */
export interface GateSpec extends Bounds {
  /** Unique in its job: the signal, with a number where it has several gates. */
  readonly id: string;
  readonly signal: string;
  readonly title: string;
  readonly unit: Unit;
  readonly kind: 'gauge' | 'counter';
  readonly perRun: boolean;
  readonly history: boolean;
  readonly mode: GateMode;
  readonly graceSeconds: number;
  /** Converge: how long it has to pass without a break. */
  readonly forSeconds: number;
  /** Converge: the deadline. Hold and budget: the end of the time that is judged. */
  readonly endSeconds: number;
  readonly intervalSeconds: number;
  /** A longer time without a known sample is a gap. */
  readonly staleSeconds: number;
  readonly latenessSeconds: number;
  readonly windowSeconds: number;
  /** A known value never changes. */
  readonly constant?: boolean;
  readonly minSamples: number;
  readonly advisory: boolean;
  readonly whenIdle: WhenIdle;
  /** Signal that is 0 while there is no input, or null. */
  readonly input: string | null;
  readonly origin: 'manifest' | 'engine';
}

/** One measured value. `at` in milliseconds. `value` null: not known; `error` says why where the source could not be read. */
export interface Point {
  readonly at: number;
  readonly value: number | null;
  /** The source had no input at that time, as far as it tells. */
  readonly idle: boolean;
  /** The run that the source says it is of; null: it does not say. */
  readonly run: string | null;
  readonly error: string | null;
}

/** The old run's value before the change. `value` null: there is none to compare with, and `why` says so. */
export interface Baseline {
  readonly value: number | null;
  readonly samples: number;
  readonly why: 'measured' | 'nothing-before' | 'not-measured' | 'too-few' | 'zero';
}

export const gateResults = ['pass', 'fail', 'inconclusive', 'skipped'] as const;
export type GateResult = (typeof gateResults)[number];

/** What a gate came to. `skipped`: there was nothing to judge (an idle source, no run before), which decides nothing. */
export interface GateVerdict {
  readonly result: GateResult;
  readonly message: string;
}

/** A gate as reports show it; `result` null: not decided. `points`: seconds since the new run ran, and values, thinned out for a chart. */
export interface GateReport {
  readonly gate: string;
  readonly signal: string;
  readonly unit: Unit;
  readonly mode: GateMode;
  readonly advisory: boolean;
  /** From the engine's defaults, or declared. */
  readonly origin: 'manifest' | 'engine';
  readonly condition: string;
  readonly baseline: number | null;
  readonly result: GateResult | null;
  readonly message: string;
  readonly samples: number;
  readonly bound: number | null;
  readonly points: readonly (readonly [seconds: number, value: number | null])[];
}

/** Status of a new run in one word, for people who watch. */
export const statusWords = ['starting', 'hydrating', 'lagging', 'healthy', 'failing'] as const;
export type StatusWord = (typeof statusWords)[number];
