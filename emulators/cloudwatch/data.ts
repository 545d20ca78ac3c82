import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { CloudwatchError, invalid } from './errors.js';
import type { Metric, Sample } from './metric.js';
import type { CloudwatchSettings } from './settings.js';

const querySchema = z.object({
  Id: z.string().regex(/^[a-z][a-zA-Z0-9_]{0,254}$/),
  MetricStat: z.object({
    Metric: z.object({
      Namespace: z.string(),
      MetricName: z.string(),
      Dimensions: z
        .array(z.object({ Name: z.string(), Value: z.string() }))
        .max(30)
        .default([]),
    }),
    Period: z.int().min(1),
    Stat: z.string(),
  }),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
});
type Query = z.infer<typeof querySchema>;

const inputSchema = z.object({
  MetricDataQueries: z.array(querySchema).min(1).max(500),
  StartTime: z.number(),
  EndTime: z.number(),
  ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']).default('TimestampDescending'),
  MaxDatapoints: z.int().min(1).max(100_800).optional(),
  NextToken: z.string().optional(),
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const statistics: { readonly [name: string]: (values: readonly number[]) => number } = {
  Sum: sum,
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => Math.max(...values),
  Minimum: (values) => Math.min(...values),
  SampleCount: (values) => values.length,
};

/** GetMetricData, without expressions. A period's time stamp is its beginning; a period without samples has no value. */
export function getMetricData(
  input: JsonObject,
  all: readonly Metric[],
  settings: CloudwatchSettings,
  now: number,
): object {
  const read = inputSchema.safeParse(input);
  if (!read.success) throw invalid(z.prettifyError(read.error).replaceAll('\n', ' '));
  const { MetricDataQueries: queries, StartTime, EndTime, ScanBy, MaxDatapoints, NextToken } = read.data;
  if (StartTime >= EndTime) {
    throw new CloudwatchError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
  }
  if (new Set(queries.map(({ Id }) => Id)).size < queries.length)
    throw invalid('The values for parameter id in MetricDataQueries are not unique.');
  const size = Math.min(MaxDatapoints ?? settings.pageSize, settings.pageSize);
  const skip = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(skip)) throw invalid('Request parameter NextToken is invalid.');
  const span = { from: StartTime * 1000, to: EndTime * 1000, visible: now - settings.visibleAfterSeconds * 1000 };
  let before = 0;
  const MetricDataResults = queries
    .filter(({ ReturnData }) => ReturnData)
    .map((query) => {
      const metric = all.find((one) => isAskedFor(one, query, settings.ignoredDimensions) && one.samples().length > 0);
      const points = metric && settings.statusCode === 'Complete' ? valuesOf(metric.samples(), query, span) : [];
      if (ScanBy === 'TimestampDescending') points.reverse();
      const shown = points.filter((_, index) => before + index >= skip && before + index < skip + size);
      before += points.length;
      return {
        Id: query.Id,
        Label: labelOf(query, metric),
        Timestamps: shown.map(({ at }) => at / 1000),
        Values: shown.map(({ value }) => value),
        StatusCode: before > skip + size ? 'PartialData' : settings.statusCode,
      };
    });
  return { MetricDataResults, Messages: [], ...(before > skip + size ? { NextToken: String(skip + size) } : {}) };
}

function isAskedFor(metric: Metric, { MetricStat: { Metric: wanted } }: Query, ignored: readonly string[]): boolean {
  const names = Object.keys(metric.dimensions);
  return (
    wanted.Namespace === metric.namespace &&
    wanted.MetricName === metric.name &&
    wanted.Dimensions.length === names.length &&
    wanted.Dimensions.every(({ Name, Value }) => ignored.includes(Name) || metric.dimensions[Name] === Value)
  );
}

function valuesOf(
  samples: readonly Sample[],
  { MetricStat: { Period, Stat } }: Query,
  { from, to, visible }: { readonly from: number; readonly to: number; readonly visible: number },
): Sample[] {
  const statistic = statistics[Stat];
  if (!statistic) throw invalid(`The value ${Stat} for parameter MetricStat.Stat is not supported.`);
  if (![1, 5, 10, 30].includes(Period) && Period % 60 !== 0) {
    throw invalid('The parameter MetricStat.Period must be 1, 5, 10, 30 or a multiple of 60.');
  }
  const step = Period * 1000;
  const periods = new Map<number, number[]>();
  for (const { at, value } of samples) {
    const start = Math.floor(at / step) * step;
    if (at > visible || start < Math.floor(from / step) * step || start >= to) continue;
    periods.set(start, [...(periods.get(start) ?? []), value]);
  }
  return [...periods].sort(([a], [b]) => a - b).map(([at, values]) => ({ at, value: statistic(values) }));
}

/** A label may name a dimension of the metric that was found: `${PROP('Dim.JobRunId')}`. */
function labelOf({ Label, MetricStat: { Metric: wanted } }: Query, metric: Metric | undefined): string {
  const dimensions =
    metric?.dimensions ?? Object.fromEntries(wanted.Dimensions.map(({ Name, Value }) => [Name, Value]));
  return (Label ?? wanted.MetricName).replace(
    /\$\{PROP\('Dim\.(\w+)'\)\}/g,
    (_, name: string) => dimensions[name] ?? '',
  );
}
