import { isObject, type JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest } from '../service.js';
import type { Sources } from '../workload/index.js';
import { FlinkError, missingJob, restError, serverError } from './errors.js';
import { isActive, type Job, phaseAt } from './job.js';
import { jobMetrics, vertexIn, vertexMetrics } from './metrics.js';
import { requirementsOf, require as requireResources } from './requirements.js';
import { operationOf, trigger } from './savepoints.js';
import { versionNumber } from './settings.js';
import { plan, submit } from './submit.js';
import { uploaded } from './upload.js';
import {
  checkpointConfigOf,
  checkpointsOf,
  configOf,
  detailsOf,
  exceptionsOf,
  overviewOf,
  subtaskTimesOf,
} from './view.js';
import type { Jar, World } from './world.js';

/** What an operation works with. `ids`: the variable parts of the path. */
export interface Call {
  readonly world: World;
  readonly sources: Sources;
  readonly request: EmulatedRequest;
  readonly ids: readonly string[];
  readonly now: number;
}

export interface Reply {
  readonly status: number;
  readonly body: JsonObject | readonly JsonObject[];
}

/** One call of the REST API. */
export interface Route {
  readonly operation: string;
  readonly method: string;
  readonly path: RegExp;
  readonly write: boolean;
  perform(call: Call): Reply;
}

const id = '([^/]+)';
const ok = (body: Reply['body']): Reply => ({ status: 200, body });

/** Reads of one job are answered from a copy of it that is kept for `web.refresh-interval`. */
function copied(view: (world: World, job: Job, at: number) => JsonObject): Route['perform'] {
  return ({ world, ids, now }) => {
    const job = jobOf(world, ids[0]);
    if (job.copiedAt === null || now - job.copiedAt >= world.settings.refreshSeconds * 1000) job.copiedAt = now;
    return ok(view(world, job, job.copiedAt));
  };
}

function route(operation: string, method: string, path: string, perform: Route['perform'], write = false): Route {
  return { operation, method, path: new RegExp(`^(?:/v1)?${path}$`), write, perform };
}

export const routes: readonly Route[] = [
  route('getConfig', 'GET', '/config', ({ world: { settings } }) =>
    ok({
      'refresh-interval': settings.refreshSeconds * 1000,
      'flink-version': settings.version,
      'flink-revision': 'emulated',
      features: {
        'web-submit': settings.submission,
        'web-cancel': true,
        'web-rescale': settings.scheduler === 'adaptive',
        'web-history': false,
      },
    }),
  ),
  route('getOverview', 'GET', '/overview', ({ world, now }) => {
    const { total, free } = world.slots(now);
    return ok({
      taskmanagers: world.settings.taskManagers,
      'slots-total': total,
      'slots-available': free,
      'jobs-running': [...world.jobs.values()].filter((job) => isActive(job, now)).length,
      'flink-version': world.settings.version,
    });
  }),
  route('getClusterConfig', 'GET', '/jobmanager/config', ({ world: { settings } }) => {
    const own = {
      ...(settings.scheduler === 'adaptive' && { 'jobmanager.scheduler': 'adaptive' }),
      ...(settings.savepointDirectory !== null && {
        'execution.checkpointing.savepoint-dir': settings.savepointDirectory,
      }),
      ...settings.configuration,
    };
    return ok(Object.entries(own).map(([key, value]) => ({ key, value })));
  }),
  route('listJars', 'GET', '/jars', (call) => {
    submission(call);
    const files = [...call.world.jars.values()].sort((a, b) => b.uploadedAt - a.uploadedAt);
    return ok({
      address: call.request.origin,
      files: files.map(({ id: jar, name, uploadedAt }) => ({ id: jar, name, uploaded: uploadedAt, entry: [] })),
    });
  }),
  route(
    'uploadJar',
    'POST',
    '/jars/upload',
    (call) => {
      submission(call);
      const { name, bytes } = uploaded(call.request.headers['content-type'] ?? '', call.request.body);
      const jar = call.world.addJar(name, bytes, call.now);
      return ok({ filename: `/tmp/flink-web/flink-web-upload/${jar.id}`, status: 'success' });
    },
    true,
  ),
  route(
    'deleteJar',
    'DELETE',
    `/jars/${id}`,
    ({ world, ids }) => {
      world.jars.delete(decodeURIComponent(ids[0] ?? ''));
      return ok({});
    },
    true,
  ),
  route('planJar', 'POST', `/jars/${id}/plan`, (call) =>
    ok(plan(call.world, jarOf(call), bodyOf(call.request), call.now)),
  ),
  route(
    'runJar',
    'POST',
    `/jars/${id}/run`,
    (call) => {
      const jobid = submit(call.world, jarOf(call), bodyOf(call.request), call.now);
      return ok({ jobid, ...(versionNumber(call.world.settings) >= 203 && { applicationId: jobid }) });
    },
    true,
  ),
  route('listJobs', 'GET', '/jobs/overview', ({ world, now }) =>
    ok({ jobs: [...world.jobs.values()].map((job) => overviewOf(world, job, now)) }),
  ),
  route('getJobStatus', 'GET', `/jobs/${id}/status`, ({ world, ids, now }) => {
    const job = world.jobs.get(ids[0] ?? '');
    if (job === undefined)
      throw serverError(
        `org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (${ids[0]})`,
      );
    return ok({ status: phaseAt(job, now).state });
  }),
  route('getJob', 'GET', `/jobs/${id}`, copied(detailsOf)),
  route(
    'getJobConfig',
    'GET',
    `/jobs/${id}/config`,
    copied((_, job) => configOf(job)),
  ),
  route('getSubtaskTimes', 'GET', `/jobs/${id}/vertices/${id}/subtasktimes`, (call) => {
    const vertex = vertexIn(jobOf(call.world, call.ids[0]), call.ids[1] ?? '');
    if (vertex === null)
      throw new FlinkError(404, `org.apache.flink.runtime.rest.NotFoundException: JobVertex ${call.ids[1]} not found`);
    return copied((_, job, at) => subtaskTimesOf(job, vertex, at))(call);
  }),
  route('getCheckpoints', 'GET', `/jobs/${id}/checkpoints`, copied(checkpointsOf)),
  route(
    'getCheckpointConfig',
    'GET',
    `/jobs/${id}/checkpoints/config`,
    copied((world, job) => checkpointConfigOf(world, job)),
  ),
  route('getExceptions', 'GET', `/jobs/${id}/exceptions`, copied(exceptionsOf)),
  route(
    'cancelJob',
    'PATCH',
    `/jobs/${id}`,
    ({ world, ids, now }) => {
      const job = jobOf(world, ids[0]);
      if (job.end !== null && now >= job.end.at) {
        throw restError(
          409,
          `Job cancellation failed because the job has already reached another terminal state (${job.end.state}).`,
        );
      }
      const seconds = job.program.fate.cancelSeconds ?? world.settings.cancelSeconds;
      job.cancelAt ??= now;
      job.end = { at: job.cancelAt + seconds * 1000, state: 'CANCELED' };
      return { status: 202, body: {} };
    },
    true,
  ),
  route(
    'stopJob',
    'POST',
    `/jobs/${id}/stop`,
    ({ world, ids, request, now }) => ({ status: 202, body: trigger(world, ids[0] ?? '', bodyOf(request), true, now) }),
    true,
  ),
  route(
    'triggerSavepoint',
    'POST',
    `/jobs/${id}/savepoints`,
    ({ world, ids, request, now }) => ({
      status: 202,
      body: trigger(world, ids[0] ?? '', bodyOf(request), false, now),
    }),
    true,
  ),
  route('getSavepoint', 'GET', `/jobs/${id}/savepoints/${id}`, ({ world, ids }) => {
    const found = operationOf(world, ids[0] ?? '', ids[1] ?? '');
    if (found !== null) return ok(found);
    throw new FlinkError(
      404,
      `org.apache.flink.runtime.rest.NotFoundException: There is no savepoint operation with triggerId=${ids[1]} for job ${ids[0]}.`,
    );
  }),
  route('getRequirements', 'GET', `/jobs/${id}/resource-requirements`, ({ world, ids }) =>
    ok(requirementsOf(world, jobOf(world, ids[0]))),
  ),
  route(
    'putRequirements',
    'PUT',
    `/jobs/${id}/resource-requirements`,
    ({ world, ids, request, now }) => ok(requireResources(world, jobOf(world, ids[0]), bodyOf(request), now)),
    true,
  ),
  route('getMetrics', 'GET', `/jobs/${id}/metrics`, ({ world, ids, request, now }) =>
    ok(jobMetrics(world, jobOf(world, ids[0]), namesIn(request), now)),
  ),
  route(
    'getVertexMetrics',
    'GET',
    `/jobs/${id}/vertices/${id}/subtasks/metrics`,
    ({ world, sources, ids, request, now }) => {
      const job = jobOf(world, ids[0]);
      const vertex = vertexIn(job, ids[1] ?? '');
      return ok(
        vertex === null ? [] : vertexMetrics(sources, [...world.jobs.values()], job, vertex, namesIn(request), now),
      );
    },
  ),
  route('getBackpressure', 'GET', `/jobs/${id}/vertices/${id}/backpressure`, ({ world, ids }) => {
    const job = jobOf(world, ids[0]);
    return ok({ status: 'ok', backpressureLevel: job.program.fate.backpressure, subtasks: [] });
  }),
];

function submission({ world }: Call): void {
  if (!world.settings.submission) throw new FlinkError(404, 'Not found: /jars');
}

function jobOf(world: World, wanted: string | undefined): Job {
  const job = world.jobs.get(wanted ?? '');
  if (job === undefined) throw missingJob(wanted ?? '');
  return job;
}

function jarOf(call: Call): Jar {
  submission(call);
  const wanted = decodeURIComponent(call.ids[0] ?? '');
  const jar = call.world.jars.get(wanted);
  if (jar !== undefined) return jar;
  throw serverError(
    `org.apache.flink.runtime.rest.handler.RestHandlerException: Jar file /tmp/flink-web/flink-web-upload/${wanted} does not exist`,
  );
}

function bodyOf({ body }: EmulatedRequest): JsonObject {
  if (body.length === 0) return {};
  try {
    const value = JSON.parse(body.toString('utf8')) as unknown;
    if (isObject(value)) return value;
  } catch {
    throw new FlinkError(
      400,
      'org.apache.flink.runtime.rest.handler.RestHandlerException: Bad request received. Request did not conform to expected format.',
    );
  }
  throw new FlinkError(
    400,
    'org.apache.flink.runtime.rest.handler.RestHandlerException: Bad request received. Request did not conform to expected format.',
  );
}

function namesIn({ query }: EmulatedRequest): readonly string[] | null {
  const given = query.get('get');
  return given === null || given === '' ? null : given.split(',');
}
