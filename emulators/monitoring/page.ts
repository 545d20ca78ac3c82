import type { JsonObject } from '../../src/model/json.js';
import { MonitoringError } from './error.js';
import type { Point, Series } from './series.js';

/** One page of series, newest points first; `size` counts points. A series whose points do not fit goes on in the next page. */
export function pageOf(all: readonly Series[], token: string | null, size: number, headersOnly: boolean): JsonObject {
  if (headersOnly) return listOf(all.map((series) => header(series)));
  const skip = token === null || token === '' ? 0 : Number(token);
  if (!Number.isInteger(skip) || skip < 0) throw new MonitoringError(400, 'Field pageToken had an invalid value.');
  let before = 0;
  const shown = all.flatMap((series) => {
    const newest = series.points.toSorted((a, b) => b.end - a.end);
    const points = newest.filter((_, index) => before + index >= skip && before + index < skip + size);
    before += newest.length;
    return points.length === 0 ? [] : [{ ...header(series), points: points.map((point) => pointOf(series, point)) }];
  });
  return { ...listOf(shown), ...(before > skip + size ? { nextPageToken: String(skip + size) } : {}) };
}

function listOf(series: readonly JsonObject[]): JsonObject {
  return series.length === 0 ? {} : { timeSeries: series };
}

function header(series: Series): JsonObject {
  const { metricType, metricLabels, resource, kind, valueType, unit } = series;
  const labels = Object.keys(metricLabels).length === 0 ? {} : { labels: metricLabels };
  return {
    metric: { ...labels, type: metricType },
    resource: { type: resource.type, labels: resource.labels },
    metricKind: kind,
    valueType,
    ...(unit === '' ? {} : { unit }),
  };
}

function pointOf({ valueType }: Series, { start, end, value }: Point): JsonObject {
  const time = (at: number) => new Date(at).toISOString();
  return { interval: { startTime: time(start), endTime: time(end) }, value: typed(valueType, value) };
}

/** 64-bit integers are text in JSON. */
function typed(valueType: Series['valueType'], value: number | string): JsonObject {
  if (valueType === 'STRING') return { stringValue: String(value) };
  return valueType === 'INT64' ? { int64Value: String(Math.round(Number(value))) } : { doubleValue: Number(value) };
}
