/** A measured value: a number, or text for metrics of type STRING. Times in milliseconds; a GAUGE's `start` is its `end`. */
export interface Point {
  readonly start: number;
  readonly end: number;
  readonly value: number | string;
}

export type MetricKind = 'GAUGE' | 'DELTA';
export type ValueType = 'INT64' | 'DOUBLE' | 'STRING';

/** A time series; points oldest first. */
export interface Series {
  readonly metricType: string;
  readonly metricLabels: { readonly [label: string]: string };
  readonly resource: { readonly type: string; readonly labels: { readonly [label: string]: string } };
  readonly kind: MetricKind;
  readonly valueType: ValueType;
  readonly unit: string;
  readonly points: readonly Point[];
}
