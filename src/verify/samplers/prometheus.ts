import * as z from 'zod';
import type { Ambient } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import type { Point } from '../../model/verification.js';
import { type Asked, numberOf, withRun } from './asked.js';
import { get } from './get.js';

/** Answer of query_range: https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries */
const answer = z.looseObject({
  status: z.enum(['success', 'error']),
  error: z.string().optional(),
  data: z
    .looseObject({
      resultType: z.string(),
      result: z.array(z.looseObject({ values: z.array(z.tuple([z.number(), z.string()])).optional() })),
    })
    .optional(),
});

/**
 * Points of a range query, one a step, at multiples of the step: asked again, the same points come back. No series means no points,
 * which is not known and not 0. Several series are an error: which of them counts, nobody said.
 */
export async function prometheus(asked: Asked, ambient: Ambient): Promise<readonly Point[]> {
  const source = asked.sourced.declared?.prometheus;
  if (source === undefined) return [];
  const step = asked.intervalSeconds;
  const start = Math.ceil(asked.since / 1000 / step) * step;
  const end = Math.floor(asked.until / 1000 / step) * step;
  if (end < start) return [];
  const query = withRun(source.query, asked.run, (value) => value.replace(/[\\"'`]/g, '\\$&'));
  const base = withRun(source.url, asked.run, encodeURIComponent).replace(/\/+$/, '');
  const parameters = new URLSearchParams({ query, start: String(start), end: String(end), step: String(step) });
  const { status, text } = await get(`${base}/api/v1/query_range?${parameters}`, source.headers, ambient);
  const series = seriesOf(status, text, asked.sourced.signal.name);
  return series.map(([at, value]) => ({ at: at * 1000, value: numberOf(value), idle: false, run: null, error: null }));
}

function seriesOf(status: number, text: string, name: string): readonly (readonly [number, string])[] {
  const parsed = answer.safeParse(jsonOf(text));
  if (!parsed.success || parsed.data.status === 'error' || parsed.data.data === undefined) {
    const said = parsed.success ? (parsed.data.error ?? '') : '';
    throw unusable(`signal ${name}: Prometheus answered ${status}${said === '' ? '' : `: ${said.slice(0, 300)}`}`);
  }
  const { resultType, result } = parsed.data.data;
  if (resultType !== 'matrix') throw unusable(`signal ${name}: the query gives a ${resultType} and no series`);
  if (result.length > 1) {
    throw unusable(
      `signal ${name}: the query gives ${result.length} series; aggregate them to one, for example with sum()`,
    );
  }
  return result[0]?.values ?? [];
}

function unusable(message: string): RolloutError {
  return new RolloutError('signal-unreadable', message, { class: 'transient' });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // An error page of a proxy is no JSON; the status is told.
  }
}
