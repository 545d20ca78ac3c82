import type { Code } from '../../model/codes/index.js';

/** Seconds of one value. */
export const periodSeconds = 60;

/** CloudWatch keeps single minutes for 15 days, and refuses to be asked for older ones. */
export const keptDays = 14;

/** One value of a metric: the end of its period in milliseconds, and the run that CloudWatch says it is of. */
export interface Datum {
  readonly at: number;
  readonly value: number;
  readonly run: string | null;
}

export type Dimensions = { readonly [name: string]: string };

export interface MetricQuery {
  readonly namespace: string;
  readonly metric: string;
  /** What it is asked for, in errors. */
  readonly of: string;
  /** All dimensions of the metric, or of each of several that may have what is wanted. */
  readonly dimensions: readonly Dimensions[];
  /** The dimension that names the run; null: none does. */
  readonly runDimension: string | null;
  readonly statistic: 'Sum' | 'Average' | 'Maximum' | 'Minimum';
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** An engine's codes: the rights do not suffice, and no usable answer. */
export interface MetricsCodes {
  readonly refused: Code;
  readonly unavailable: Code;
}

/** What is read from CloudWatch. Throws the engine's `refused`, its code for credentials, or `unavailable` (transient). */
export interface Metrics {
  data(query: MetricQuery): Promise<readonly Datum[]>;
  /** With which dimensions the metric has been sent in the last three hours, these and any others; so many at most. A new metric is up to 15 minutes late. */
  listed(namespace: string, metric: string, dimensions: Dimensions, most: number): Promise<readonly Dimensions[]>;
  close(): void;
}
