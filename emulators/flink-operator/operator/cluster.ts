import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { sep } from 'node:path';
import { isObject, type JsonObject } from '../../../src/model/json.js';
import { Disk, pathOf, type WriteObject } from '../../flink/disk.js';
import { FlinkError } from '../../flink/errors.js';
import { serviceOf } from '../../flink/index.js';
import { type Job, phaseAt } from '../../flink/job.js';
import { changedSettings, type FlinkSettings } from '../../flink/settings.js';
import { submit } from '../../flink/submit.js';
import { checkpointsAt, newestTaken, World } from '../../flink/world.js';
import type { EmulatorClock, Service } from '../../service.js';
import type { FlinkOperatorSettings } from '../settings.js';
import { Configuration } from './configuration.js';
import { crashLoop, type Image, imageOf } from './image.js';
import { jobOf } from './spec.js';

/** How an application is started. */
export interface Start {
  readonly jobId: string;
  readonly savepoint: string | null;
  readonly allowNonRestoredState: boolean;
}

/** The Flink behind one FlinkDeployment, from its creation to its deletion. Times in milliseconds. */
export interface Cluster {
  /** What it was made from. */
  readonly spec: JsonObject;
  /** Generation of the object that it was made for: by this the operator knows it again. */
  readonly generation: number;
  readonly world: World;
  readonly flink: Service;
  readonly image: Image;
  readonly start: Start | null;
  /** When its REST API answers; infinite: never. */
  readyAt: number;
  /** Why its container does not run; null: it does. */
  trouble: { readonly reason: string; readonly message: string } | null;
  /** Its JobManager ran once. */
  ran: boolean;
}

/** All clusters of the emulated Kubernetes, and what outlives them: snapshots and HA metadata. By `namespace/name`. */
export class Clusters {
  readonly #clock: EmulatorClock;
  readonly #settings: () => FlinkOperatorSettings;
  readonly #programs: ReadonlyMap<string, string>;
  readonly #running = new Map<string, Cluster>();
  /** Path that a recovery begins from, where HA is on; null: no checkpoint yet. */
  readonly metadata = new Map<string, string | null>();
  readonly disk: Disk;
  #latest = 0;

  constructor(
    clock: EmulatorClock,
    settings: () => FlinkOperatorSettings,
    programs: ReadonlyMap<string, string>,
    object: WriteObject | null,
  ) {
    this.#clock = clock;
    this.#settings = settings;
    this.#programs = programs;
    this.disk = new Disk(object, (file) => file.startsWith(`${tmpdir()}${sep}`));
  }

  get(key: string): Cluster | null {
    return this.#running.get(key) ?? null;
  }

  /** Lines of the program that a spec names. */
  linesOf(spec: JsonObject): string {
    const { lines, trouble } = imageOf(spec, this.#programs);
    return trouble === null ? lines : `# image-missing\n${lines}`;
  }

  all(): ReadonlyMap<string, Cluster> {
    return this.#running;
  }

  /** Makes the Flink of a spec; with `start` its application is run as soon as its JobManager is up. */
  make(key: string, spec: JsonObject, generation: number, start: Start | null, at: number): Cluster {
    const settings = this.#settings();
    const world = new World(flinkSettings(spec, settings), null, this.disk);
    const image = imageOf(spec, this.#programs);
    const readyAt =
      image.trouble === null ? at + (image.jobManagerSeconds ?? settings.jobManagerSeconds) * 1000 : Infinity;
    const flink = serviceOf(this.#clock, world);
    const cluster: Cluster = {
      spec,
      generation,
      world,
      flink,
      image,
      start,
      readyAt,
      trouble: image.trouble,
      ran: false,
    };
    this.#running.set(key, cluster);
    return cluster;
  }

  /** Carries out what is due in all clusters. */
  settle(at: number): void {
    // What was planted into the past does not take newer metadata back.
    const isNewest = at >= this.#latest;
    this.#latest = Math.max(at, this.#latest);
    for (const [key, cluster] of this.#running) {
      if (!cluster.ran && cluster.trouble === null && at >= cluster.readyAt) {
        cluster.ran = true;
        if (cluster.start !== null) this.#run(cluster, cluster.start, cluster.readyAt);
      }
      cluster.world.settle(at);
      if (isNewest && this.#isHighlyAvailable(cluster))
        this.metadata.set(key, checkpointOf(cluster, at) ?? this.metadata.get(key) ?? null);
    }
  }

  /** Its container starts again: with HA metadata from the last checkpoint, without as it was started. */
  restart(key: string, at: number): void {
    const cluster = this.#running.get(key);
    if (cluster === undefined) return;
    this.settle(at);
    cluster.world.jobs.clear();
    cluster.readyAt = at + this.#settings().jobManagerSeconds * 1000;
    if (cluster.start === null) return;
    const path = this.#isHighlyAvailable(cluster) ? this.metadata.get(key) : null;
    this.#run(cluster, { ...cluster.start, savepoint: path ?? cluster.start.savepoint }, cluster.readyAt);
  }

  /** An application that Flink refuses to start takes its JobManager down. */
  #run(cluster: Cluster, start: Start, at: number): void {
    try {
      runApplication(cluster, start, at);
    } catch (error) {
      if (!(error instanceof FlinkError)) throw error;
      cluster.trouble = { reason: 'CrashLoopBackOff', message: `[flink-main-container] ${crashLoop}` };
    }
  }

  remove(key: string): void {
    this.#running.delete(key);
  }

  #isHighlyAvailable({ spec }: Cluster): boolean {
    return new Configuration(spec, this.#settings()).highlyAvailable;
  }
}

/** The one job of an application cluster; the newest where there were several. */
export function jobIn(cluster: Cluster, at: number): Job | null {
  if (at < cluster.readyAt || cluster.trouble !== null) return null;
  return [...cluster.world.jobs.values()].at(-1) ?? null;
}

/** A job's state as the operator tells it: RUNNING once all of its tasks run. */
export function stateOf(job: Job, at: number): string {
  const { state, tasks } = phaseAt(job, at);
  return state === 'RUNNING' && tasks !== 'running' ? 'CREATED' : state;
}

/** Path of the newest checkpoint or savepoint that a job left. */
export function newestSnapshot(cluster: Cluster, job: Job, at: number): string | null {
  const taken = newestTaken(job, at);
  const checkpoints = checkpointsAt(cluster.world, job, at);
  if (taken !== null && taken.id > checkpoints) return taken.path;
  if (checkpoints > 0) return pathOf(cluster.world.checkpointPath(job, checkpoints));
  return job.restored?.path ?? null;
}

function checkpointOf(cluster: Cluster, at: number): string | null {
  const job = jobIn(cluster, at);
  return job === null ? null : newestSnapshot(cluster, job, at);
}

export const newJobId = () => randomBytes(16).toString('hex');

/** Runs a program in a cluster. A job that can't be started at all is listed as FAILED. */
export function run(cluster: Cluster, lines: string, body: JsonObject, at: number): string {
  const jar = cluster.world.addJar('application.jar', Buffer.from(lines), at);
  const failure = cluster.world.programIn(jar).fate.mainFails;
  if (failure !== null) {
    // An application cluster shows a main method that failed as a job that failed.
    const text = `# emulator: fail-after 0 "org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: ${failure.replaceAll('"', "'")}"`;
    return submit(cluster.world, cluster.world.addJar('application.jar', Buffer.from(text), at), body, at);
  }
  try {
    return submit(cluster.world, jar, body, at);
  } catch (error) {
    // A state that does not fit: the job is listed as FAILED with the reason.
    if (error instanceof FlinkError && cluster.world.jobs.has(String(body['jobId']))) return String(body['jobId']);
    throw error;
  }
}

function runApplication(cluster: Cluster, { jobId, savepoint, allowNonRestoredState }: Start, at: number): void {
  const { spec, image } = cluster;
  const body = {
    jobId,
    parallelism: jobOf(spec)?.parallelism ?? 1,
    flinkConfiguration: isObject(spec['flinkConfiguration']) ? spec['flinkConfiguration'] : {},
    allowNonRestoredState,
    ...(savepoint !== null && { savepointPath: savepoint }),
  };
  run(cluster, image.lines, body, at);
}

const versions: { readonly [version: string]: FlinkSettings['version'] } = { v1_19: '1.20.5', v1_20: '1.20.5' };

function flinkSettings(spec: JsonObject, settings: FlinkOperatorSettings): FlinkSettings {
  const { startSeconds, savepointSeconds, stopSeconds, checkpointSeconds, refreshSeconds } = settings;
  const configuration = new Configuration(spec, settings);
  const version = String(spec['flinkVersion'] ?? '');
  return changedSettings(
    { startSeconds, savepointSeconds, stopSeconds, checkpointSeconds, refreshSeconds },
    {
      version: versions[version] ?? (version.startsWith('v2') ? '2.3.0' : '1.18.1'),
      scheduler: configuration.adaptive ? 'adaptive' : 'default',
      // TaskManagers come as they are needed.
      taskManagers: 1000,
      checkpointDirectory: configuration.checkpoints || null,
      savepointDirectory: configuration.savepoints || null,
    },
  );
}
