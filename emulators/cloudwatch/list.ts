import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { invalid } from './errors.js';
import type { Metric } from './metric.js';
import type { CloudwatchSettings } from './settings.js';

const inputSchema = z.object({
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions: z
    .array(z.object({ Name: z.string(), Value: z.string().optional() }))
    .max(10)
    .default([]),
  RecentlyActive: z.literal('PT3H').optional(),
  NextToken: z.string().optional(),
});

const perPage = 500;
/** Metrics without a sample for this long are not listed, in milliseconds. */
const kept = 14 * 86_400_000;
const recent = 3 * 3_600_000;

/** ListMetrics. A dimension without a value fits any. */
export function listMetrics(
  input: JsonObject,
  all: readonly Metric[],
  settings: CloudwatchSettings,
  now: number,
): object {
  const read = inputSchema.safeParse(input);
  if (!read.success) throw invalid(z.prettifyError(read.error).replaceAll('\n', ' '));
  const { Namespace, MetricName, Dimensions, RecentlyActive, NextToken } = read.data;
  const since = now - (RecentlyActive === undefined ? kept : recent);
  const found = all.filter(({ namespace, name, dimensions, samples }) => {
    if (Namespace !== undefined && Namespace !== namespace) return false;
    if (MetricName !== undefined && MetricName !== name) return false;
    const fits = Dimensions.every(({ Name, Value }) => {
      if (settings.ignoredDimensions.includes(Name)) return true;
      return Value === undefined ? dimensions[Name] !== undefined : dimensions[Name] === Value;
    });
    if (!fits) return false;
    const first = samples()[0]?.at ?? now;
    const last = samples().at(-1)?.at ?? 0;
    return first + settings.listedAfterSeconds * 1000 <= now && last >= since;
  });
  const start = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(start)) throw invalid('Request parameter NextToken is invalid.');
  const next = start + perPage;
  return {
    Metrics: found.slice(start, next).map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    })),
    ...(next < found.length ? { NextToken: String(next) } : {}),
  };
}
