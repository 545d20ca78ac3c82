import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse, EmulatorClock, Service } from '../service.js';
import type { Storage } from '../storage/index.js';
import { changeJob } from './change.js';
import { enumFrom, type JobView, jobViews } from './enums.js';
import { DataflowError, errorResponse } from './error.js';
import { classicCreate, classicLaunch, flexLaunch, jobCreate } from './launch.js';
import { listJobs } from './list.js';
import { listMessages } from './messages.js';
import { executionDetails, jobMetrics } from './metrics.js';
import { plant, shown } from './plant.js';
import { type Route, routeOf } from './routes.js';
import type { DataflowRun } from './run.js';
import { changeSettings, defaultSettings } from './settings.js';
import { findSnapshot, settleSnapshots, snapshotView, takeSnapshot } from './snapshots.js';
import { startFromGraph, startFromTemplate } from './start.js';
import { templateAt } from './template.js';
import { jobView } from './view.js';
import { bodyOf, jsonResponse, maskOf, queryOf } from './wire.js';
import { World } from './world.js';

/** Where the service looks when the path names no location. */
const defaultLocation = 'us-central1';

/** What an operation gets: everything is settled to `now`. */
interface Call {
  readonly world: World;
  readonly storage: Storage;
  readonly request: EmulatedRequest;
  readonly route: Route;
  readonly place: { readonly project: string; readonly location: string };
  readonly now: number;
}

export interface DataflowService extends Service {
  /** All jobs as they are now, for the metrics of the emulated Cloud Monitoring. */
  jobs(): readonly DataflowRun[];
}

/** Emulated Dataflow (REST, v1b3). Template specs are read from the emulated Cloud Storage. */
export function dataflowService(clock: EmulatorClock, storage: Storage): DataflowService {
  const settings = defaultSettings();
  const world = new World(clock, settings);
  const settle = () => {
    const now = world.settle();
    settleSnapshots(world, now);
    return now;
  };
  return {
    name: 'dataflow',
    identify(request) {
      const route = routeOf(request.method, request.path);
      if (!route) return { operation: 'unknown', write: false };
      return { operation: route.operation, write: route.write && !validatesOnly(request) };
    },
    async handle(request) {
      const now = settle();
      try {
        const route = routeOf(request.method, request.path);
        const operation = route && operations[route.operation];
        if (!route || !operation) throw new DataflowError(404, `Method not found: ${request.method} ${request.path}`);
        const place = { project: route.project, location: route.location ?? defaultLocation };
        return jsonResponse(request, operation({ world, storage, request, route, place, now }));
      } catch (error) {
        if (error instanceof DataflowError) return errorResponse(error);
        throw error;
      }
    },
    failure: (status): EmulatedResponse => errorResponse(new DataflowError(status, texts[status] ?? 'Request failed.')),
    jobs() {
      settle();
      return [...world.runs.values()];
    },
    runs() {
      const now = settle();
      return [...world.runs.values()].map((run) => shown(run, now));
    },
    plant: (spec) => plant(world, storage, spec, settle()),
    configure(changes) {
      changeSettings(settings, changes);
      return { ...settings };
    },
  };
}

const operations: { readonly [operation: string]: (call: Call) => JsonObject } = {
  launchFlexTemplate({ world, storage, request, place, now }) {
    const run = startFromTemplate(world, flexLaunch(storage, place, bodyOf(request)), now);
    return run ? { job: jobView(run, 'JOB_VIEW_SUMMARY', now) } : {};
  },
  launchTemplate({ world, storage, request, place, now }) {
    const run = startFromTemplate(world, classicLaunch(storage, place, bodyOf(request), request.query), now);
    return run ? { job: jobView(run, 'JOB_VIEW_SUMMARY', now) } : {};
  },
  createJobFromTemplate({ world, storage, request, place, now }) {
    const run = startFromTemplate(world, classicCreate(storage, place, bodyOf(request)), now);
    return run ? jobView(run, 'JOB_VIEW_SUMMARY', now) : {};
  },
  getTemplate({ storage, request }) {
    const template = templateAt(storage, queryOf(request, 'gcsPath') ?? '');
    return {
      status: {},
      ...(template.metadata ? { metadata: template.metadata } : {}),
      templateType: template.kind === 'flex' ? 'FLEX' : 'LEGACY',
    };
  },
  createJob: ({ world, request, place, now }) =>
    jobView(startFromGraph(world, jobCreate(place, bodyOf(request)), now), 'JOB_VIEW_ALL', now),
  getJob: (call) => jobView(jobOf(call), viewOf(call.request), call.now),
  updateJob(call) {
    const { world, request, now } = call;
    const run = jobOf(call);
    changeJob(world, run, bodyOf(request), maskOf(request), now);
    return jobView(run, 'JOB_VIEW_ALL', now);
  },
  listJobs: ({ world, request, place, now }) =>
    listJobs(world, { ...place, ...paging(request), name: request.query.get('name') || null }, now),
  aggregatedListJobs: ({ world, request, route, now }) =>
    // The name filter does not work over all regions.
    listJobs(world, { project: route.project, location: null, ...paging(request), name: null }, now),
  listJobMessages: (call) => listMessages(jobOf(call), call.request),
  getJobMetrics: (call) => jobMetrics(jobOf(call), call.now),
  getJobExecutionDetails: (call) => executionDetails(jobOf(call)),
  getStageExecutionDetails(call) {
    jobOf(call);
    return { workers: [] };
  },
  snapshotJob: (call) => snapshotView(takeSnapshot(call.world, jobOf(call), bodyOf(call.request), call.now)),
  listJobSnapshots(call) {
    const { id } = jobOf(call);
    return snapshotList(call, (job) => job === id);
  },
  listSnapshots: (call) => snapshotList(call, () => true),
  getSnapshot: ({ world, route, place }) => snapshotView(findSnapshot(world, place.project, place.location, route.id)),
  deleteSnapshot({ world, route, place }) {
    world.snapshots.delete(findSnapshot(world, place.project, place.location, route.id).id);
    return {};
  },
};

const texts: { readonly [status: number]: string } = {
  401: 'Request had invalid authentication credentials.',
  403: 'The caller does not have permission',
  404: 'Requested entity was not found.',
  429: 'Quota exceeded for quota metric.',
  500: 'Internal error encountered.',
  503: 'The service is currently unavailable.',
  504: 'Deadline expired before operation could complete.',
};

function jobOf({ world, route, place }: Call): DataflowRun {
  const run = world.runs.get(route.id);
  if (run?.project === place.project && run.location === place.location) return run;
  throw new DataflowError(
    404,
    `(${route.id}): Information about job ${route.id} could not be found in our system. Please double check the id is correct.`,
  );
}

function viewOf(request: EmulatedRequest): JobView {
  const view = enumFrom(jobViews, request.query.get('view'), 'JOB_VIEW_');
  if (view === undefined) throw new DataflowError(400, `Invalid value at 'view': ${request.query.get('view')}`);
  return view ?? 'JOB_VIEW_SUMMARY';
}

function paging(request: EmulatedRequest) {
  return {
    filter: request.query.get('filter'),
    pageSize: queryOf(request, 'pageSize'),
    pageToken: queryOf(request, 'pageToken'),
  };
}

function snapshotList({ world, place }: Call, fits: (job: string) => boolean): JsonObject {
  const found = [...world.snapshots.values()].filter(
    (snapshot) => snapshot.project === place.project && snapshot.location === place.location && fits(snapshot.job),
  );
  return found.length > 0 ? { snapshots: found.map(snapshotView) } : {};
}

/** A launch that only asks whether it would be accepted changes nothing. */
function validatesOnly(request: EmulatedRequest): boolean {
  if (queryOf(request, 'validateOnly') === 'true') return true;
  if (!request.path.endsWith('flexTemplates:launch') && !request.path.endsWith('flexTemplates%3Alaunch')) return false;
  try {
    return bodyOf(request)['validateOnly'] === true;
  } catch (error) {
    if (error instanceof DataflowError) return false; // a malformed body is answered with 400 later
    throw error;
  }
}
