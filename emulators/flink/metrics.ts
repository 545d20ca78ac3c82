import type { JsonObject } from '../../src/model/json.js';
import type { Sources, Working } from '../workload/index.js';
import { type Job, parallelismAt, phaseAt, type Vertex, verticesOf } from './job.js';
import { checkpointsAt, type World } from './world.js';

/** Metrics are fetched every 10 s: until the first time there is none. */
const firstAfterMs = 10_000;

/** Metrics of a job as a whole; values are texts. Without names, the names that there are. */
export function jobMetrics(
  world: World,
  job: Job,
  names: readonly string[] | null,
  now: number,
): readonly JsonObject[] {
  const values: { readonly [name: string]: number } = {
    numRestarts: phaseAt(job, now).restarts,
    numberOfCompletedCheckpoints: checkpointsAt(world, job, now),
    numberOfFailedCheckpoints: 0,
    lastCheckpointDuration: 200,
    runningTime: Math.max(0, now - job.createdAt),
  };
  if (names === null) return Object.keys(values).map((id) => ({ id }));
  return names.flatMap((id) => (values[id] === undefined ? [] : [{ id, value: String(values[id]) }]));
}

/** Metrics of the subtasks of a vertex, added up. A name that is not there is left out. */
export function vertexMetrics(
  sources: Sources,
  jobs: readonly Job[],
  job: Job,
  vertex: Vertex,
  names: readonly string[] | null,
  now: number,
): readonly JsonObject[] {
  if (now < job.runningAt + firstAfterMs || phaseAt(job, now).tasks !== 'running') return [];
  const values = valuesOf(sources, jobs, job, vertex, now);
  if (names === null) return Object.keys(values).map((id) => ({ id }));
  const subtasks = parallelismAt(job, now);
  return names.flatMap((id) => {
    const value = values[id];
    if (value === undefined) return [];
    const sum = value.sums ? value.value : value.value * subtasks;
    const one = value.sums ? value.value / subtasks : value.value;
    return [{ id, min: one, max: one, avg: one, sum }];
  });
}

function valuesOf(
  sources: Sources,
  jobs: readonly Job[],
  job: Job,
  vertex: Vertex,
  now: number,
): { readonly [id: string]: { readonly value: number; readonly sums: boolean } } {
  const pressed = { ok: 0, low: 300, high: 950 }[job.program.fate.backpressure];
  const task = {
    initializationTime: { value: 400, sums: false },
    backPressuredTimeMsPerSecond: { value: pressed, sums: false },
    busyTimeMsPerSecond: { value: 300, sums: false },
  };
  if (!vertex.source) return task;
  const trace = sources.trace(
    job.name,
    jobs.filter(({ name }) => name === job.name).map((one) => working(one, now)),
    now,
  );
  const from = Math.max(job.runningAt, now - 10_000);
  const perSecond = trace.takenBy(job.id, from, now) / Math.max(1, (now - from) / 1000);
  const name = vertex.name.split(' -> ')[0]?.replace(/[^A-Za-z0-9]/g, '_') ?? '';
  return {
    ...task,
    [`${name}.numRecordsOutPerSecond`]: { value: perSecond, sums: true },
    [`${name}.pendingRecords`]: { value: trace.backlogAt(now), sums: true },
    [`${name}.KafkaSourceReader.KafkaConsumer.records-lag-max`]: { value: trace.backlogAt(now), sums: false },
    [`${name}.watermarkLag`]: { value: trace.lagAt(now) * 1000, sums: false },
    [`${name}.currentFetchEventTimeLag`]: { value: trace.lagAt(now) * 1000, sums: false },
  };
}

function working(job: Job, now: number): Working {
  const { fate } = job.program;
  const to = job.cancelAt ?? job.end?.at ?? null;
  const reads = job.runningAt > now || job.loops !== null ? [] : [{ from: job.runningAt, to }];
  return { run: job.id, reads, perSecond: fate.stalled ? 0 : fate.capacity, warmUpSeconds: fate.warmUp };
}

export function vertexIn(job: Job, id: string): Vertex | null {
  return verticesOf(job.program).find((vertex) => vertex.id === id) ?? null;
}
