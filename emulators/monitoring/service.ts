import type { JsonObject } from '../../src/model/json.js';
import type { DataflowService } from '../dataflow/service.js';
import type { EmulatedRequest, EmulatorClock, Service } from '../service.js';
import { Sources } from '../workload/index.js';
import { aggregated, aggregationOf } from './aggregation.js';
import { errorResponse, MonitoringError } from './error.js';
import { filterOf, fits } from './filter.js';
import { metricOf, seriesOf } from './jobs.js';
import { pageOf } from './page.js';
import { changeSettings, defaultSettings } from './settings.js';

const path = /^\/v3\/projects\/(?<project>[^/]+)\/timeSeries$/;
const prefix = 'dataflow.googleapis.com/';

/** Emulated Cloud Monitoring (REST, v3): the time series of the emulated Dataflow's jobs. See README.md for what is emulated. */
export function monitoringService(clock: EmulatorClock, dataflow: Pick<DataflowService, 'jobs'>): Service {
  const settings = defaultSettings();
  const sources = new Sources();
  let missingSince = 0;

  function list(request: EmulatedRequest, project: string): JsonObject {
    const { query } = request;
    const filter = filterOf(query.get('filter'));
    const to = timeOf(query, 'endTime') ?? missing('interval.endTime');
    const from = timeOf(query, 'startTime') ?? to;
    if (from > to)
      throw new MonitoringError(400, 'Field interval had an invalid value: the end time is before the start.');
    const type = filter.metricType.startsWith(prefix) ? filter.metricType.slice(prefix.length) : '';
    const metric = metricOf(type);
    if (!metric) {
      const text = `Cannot find metric(s) that match type = "${filter.metricType}". If a metric was created recently, it could take up to 10 minutes to become available. Please try again soon.`;
      throw new MonitoringError(404, text);
    }
    const aggregation = aggregationOf(request);
    const runs = dataflow.jobs().filter((run) => run.project === project);
    const now = clock.now();
    const found = seriesOf(type, metric, runs, sources, settings, { from, to, now, missingSince }, (series) =>
      fits(series, filter, settings.ignoredFilterLabels),
    );
    const headersOnly = query.get('view') === 'HEADERS';
    const size = Math.min(Number(query.get('pageSize') || settings.pageSize), settings.pageSize);
    const page = pageOf(aggregated(found, aggregation, to), query.get('pageToken'), size, headersOnly);
    return { ...page, ...(metric.unit === '' ? {} : { unit: metric.unit }) };
  }

  return {
    name: 'monitoring',
    identify: ({ method, path: asked }) => ({
      operation: method === 'GET' && path.test(asked) ? 'listTimeSeries' : 'unknown',
      write: false,
    }),
    async handle(request) {
      try {
        const project = path.exec(request.path)?.groups?.['project'];
        if (request.method !== 'GET' || project === undefined) throw new MonitoringError(404, 'Not Found');
        return { status: 200, body: list(request, decodeURIComponent(project)) };
      } catch (error) {
        if (error instanceof MonitoringError) return errorResponse(error);
        throw error;
      }
    },
    failure: (status) => errorResponse(new MonitoringError(status)),
    configure(change) {
      if ('missing' in change) missingSince = clock.now();
      sources.set(changeSettings(settings, change), clock.now());
      return { ...settings, workloads: sources.all() };
    },
  };
}

function timeOf(query: URLSearchParams, name: string): number | null {
  const text = query.get(`interval.${name}`);
  if (text === null || text === '') return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new MonitoringError(400, `Invalid value at 'interval.${name}' (Timestamp), "${text}"`);
  return at;
}

function missing(field: string): never {
  throw new MonitoringError(400, `Field ${field} had an invalid value: it is required.`);
}
