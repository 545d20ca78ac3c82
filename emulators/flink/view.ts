import type { JsonObject } from '../../src/model/json.js';
import {
  failuresAt,
  isActive,
  type Job,
  parallelismAt,
  phaseAt,
  restartsUntil,
  type Vertex,
  verticesOf,
} from './job.js';
import { versionNumber } from './settings.js';
import { checkpointsAt, newestTaken, type World } from './world.js';

const taskStates = [
  'running',
  'canceling',
  'canceled',
  'total',
  'created',
  'scheduled',
  'deploying',
  'reconciling',
  'finished',
  'initializing',
  'failed',
];
/** What `vertices[].status` shows while tasks are in a state. */
const statuses = {
  created: 'CREATED',
  running: 'RUNNING',
  finished: 'FINISHED',
  canceled: 'CANCELED',
  failed: 'FAILED',
} as const;

/** A job in `/jobs/overview`: never late. */
export function overviewOf(world: World, job: Job, now: number): JsonObject {
  const { state, tasks } = phaseAt(job, now);
  const neverRan = job.end?.state === 'FAILED' && job.runningAt === Number.POSITIVE_INFINITY && !job.starved;
  const total = neverRan ? 0 : verticesOf(job.program).length * parallelismAt(job, now);
  const counts = { ...Object.fromEntries(taskStates.map((name) => [name, 0])), total, [tasks]: total };
  const ended = !isActive(job, now);
  return {
    jid: job.id,
    name: job.name,
    'start-time': job.createdAt,
    'end-time': ended ? (job.end?.at ?? now) : -1,
    duration: (ended ? (job.end?.at ?? now) : now) - job.createdAt,
    state,
    'last-modification': now,
    tasks: counts,
    ...(versionNumber(world.settings) >= 203 && {
      jobType: job.program.batch ? 'BATCH' : 'STREAMING',
      schedulerType: world.settings.scheduler === 'adaptive' ? 'Adaptive' : 'Default',
      'pending-operators': 0,
    }),
  };
}

/** `/jobs/:id`, as of `at`. */
export function detailsOf(world: World, job: Job, at: number): JsonObject {
  const { state, tasks } = phaseAt(job, at);
  const parallelism = parallelismAt(job, at);
  return {
    jid: job.id,
    name: job.name,
    isStoppable: false,
    state,
    ...(versionNumber(world.settings) >= 119 && { 'job-type': job.program.batch ? 'BATCH' : 'STREAMING' }),
    'start-time': job.createdAt,
    'end-time': isActive(job, at) ? -1 : (job.end?.at ?? at),
    now: at,
    maxParallelism: -1,
    timestamps: {
      INITIALIZING: job.createdAt,
      CREATED: job.createdAt,
      RUNNING: job.createdAt,
      // The adaptive scheduler makes the whole graph anew, and shows no restart.
      RESTARTING: world.settings.scheduler === 'adaptive' ? 0 : (restartsUntil(job, at).at(-1)?.at ?? 0),
      CANCELLING: job.cancelAt !== null && job.cancelAt <= at ? job.cancelAt : 0,
      [job.end?.state ?? 'FINISHED']: job.end !== null && job.end.at <= at ? job.end.at : 0,
    },
    vertices: hasGraph(job)
      ? verticesOf(job.program).map(({ id, name }) => ({
          id,
          name,
          parallelism,
          maxParallelism: job.maxParallelism,
          status: statuses[tasks],
          tasks: {},
          metrics: {},
        }))
      : [],
    'status-counts': {},
    plan: {},
  };
}

/** `/jobs/:id/vertices/:id/subtasktimes`, as of `at`: of the newest attempt of each subtask. 0: it never came to that state. */
export function subtaskTimesOf(job: Job, vertex: Vertex, at: number): JsonObject {
  const began = restartsUntil(job, at).at(-1)?.until ?? job.runningAt;
  const running = began <= at ? began : 0;
  const timestamps = { CREATED: job.createdAt, SCHEDULED: job.createdAt, RUNNING: running };
  const subtasks = Array.from({ length: parallelismAt(job, at) }, (_, subtask) => ({ subtask, timestamps }));
  return { id: vertex.id, name: vertex.name, now: at, subtasks };
}

/** `/jobs/:id/config`: kept after the end; a job that never came up has none. */
export function configOf(job: Job): JsonObject {
  if (!hasGraph(job)) return { jid: job.id, name: job.name };
  const parallelism = job.parallelism[0]?.of ?? 1;
  const execution = {
    'restart-strategy': 'Cluster level default restart strategy',
    'job-parallelism': parallelism,
    'object-reuse-mode': false,
    'user-config': job.parameters,
  };
  return { jid: job.id, name: job.name, 'execution-config': execution };
}

/** `/jobs/:id/checkpoints`, as of `at`. */
export function checkpointsOf(world: World, job: Job, at: number): JsonObject {
  const completed = checkpointsAt(world, job, at);
  const taken = newestTaken(job, at);
  const interval = world.settings.checkpointSeconds * 1000;
  const one = (n: number) => ({
    id: n,
    status: 'COMPLETED',
    is_savepoint: false,
    checkpoint_type: 'CHECKPOINT',
    trigger_timestamp: job.runningAt + n * interval - 200,
    latest_ack_timestamp: job.runningAt + n * interval,
    end_to_end_duration: 200,
    state_size: 1000,
    external_path: world.checkpointPath(job, n),
  });
  const savepoint =
    taken === null
      ? null
      : {
          id: taken.id,
          status: 'COMPLETED',
          is_savepoint: true,
          checkpoint_type: taken.type,
          trigger_timestamp: taken.triggeredAt,
          latest_ack_timestamp: taken.at,
          end_to_end_duration: taken.at - taken.triggeredAt,
          state_size: 1000,
          external_path: taken.path,
        };
  const restored = restoredAt(world, job, at);
  const looping = job.loops !== null ? phaseAt(job, at).restarts : 0;
  return {
    counts: {
      restored: job.restored === null ? 0 : 1 + looping,
      total: completed,
      in_progress: job.program.fate.stalled ? 1 : 0,
      completed,
      failed: 0,
    },
    summary: {},
    latest: {
      completed: completed === 0 ? null : one(completed),
      savepoint,
      failed: null,
      restored:
        restored === null
          ? null
          : {
              id: restored.id,
              restore_timestamp: restored.at,
              is_savepoint: restored.path === job.restored?.path,
              external_path: restored.path,
            },
    },
    history: completed === 0 ? [] : [one(completed)],
  };
}

/** What the newest tasks restored: after a restart or a rescale the job's own last checkpoint, as soon as it has one. */
function restoredAt(world: World, job: Job, at: number): { id: number; path: string; at: number } | null {
  const rescaled = job.parallelism.slice(1).filter((one) => one.at <= at);
  const again = Math.max(0, ...restartsUntil(job, at).map((down) => down.at), ...rescaled.map((one) => one.at));
  const own = again === 0 ? 0 : checkpointsAt(world, job, again);
  if (own > 0) return { id: own, path: world.checkpointPath(job, own), at: again };
  return job.restored === null ? null : { ...job.restored, at: job.createdAt };
}

export function checkpointConfigOf(world: World, job: Job): JsonObject {
  const interval = job.program.fate.checkpoints ? world.settings.checkpointSeconds * 1000 : Number.MAX_SAFE_INTEGER;
  return {
    mode: 'exactly_once',
    interval,
    timeout: world.settings.checkpointTimeoutSeconds * 1000,
    externalization: { enabled: true, delete_on_cancellation: world.settings.retention === 'DELETE_ON_CANCELLATION' },
    state_backend: 'HashMapStateBackend',
    checkpoint_storage: 'FileSystemCheckpointStorage',
  };
}

/** `/jobs/:id/exceptions`, as of `at`. */
export function exceptionsOf(world: World, job: Job, at: number): JsonObject {
  const entries = failuresAt(job, at).map(({ at: timestamp, trace }) => ({
    exceptionName: trace.split(/[:\n]/)[0] ?? '',
    stacktrace: trace,
    timestamp,
    failureLabels: {},
    taskName:
      job.runningAt === Number.POSITIVE_INFINITY
        ? null
        : `${job.program.operators.at(-1)?.name} (1/1) - execution #${phaseAt(job, at).restarts}`,
    concurrentExceptions: [],
  }));
  const old =
    versionNumber(world.settings) < 200
      ? {
          'root-exception': entries[0]?.stacktrace ?? null,
          timestamp: entries[0]?.timestamp ?? null,
          'all-exceptions': [],
          truncated: false,
        }
      : {};
  return { ...old, exceptionHistory: { entries, truncated: false } };
}

function hasGraph(job: Job): boolean {
  return job.starved || job.runningAt !== Number.POSITIVE_INFINITY;
}
