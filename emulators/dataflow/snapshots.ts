import type { JsonObject } from '../../src/model/json.js';
import { DataflowError, wrongMoment } from './error.js';
import { type DataflowRun, stateOf } from './run.js';
import { time } from './view.js';
import type { World } from './world.js';

/** Seconds from the request to RUNNING and to READY. */
const runningAfter = 5;
const readyAfter = 30;
const defaultTtlSeconds = 604_800;
const snapshotLimit = 1000;

export interface Snapshot {
  readonly id: string;
  readonly project: string;
  readonly location: string;
  readonly job: string;
  readonly createdAt: number;
  readonly ttlSeconds: number;
  readonly description: string;
  state: 'PENDING' | 'RUNNING' | 'READY';
}

/** `…/jobs/ID:snapshot`: streaming jobs on Streaming Engine that are RUNNING. */
export function takeSnapshot(world: World, run: DataflowRun, body: JsonObject, now: number): Snapshot {
  if (run.type !== 'JOB_TYPE_STREAMING' || !run.streamingEngine) {
    throw wrongMoment(`(${run.id}): Snapshots are supported for Streaming Engine jobs only.`);
  }
  if (stateOf(run) !== 'JOB_STATE_RUNNING')
    throw wrongMoment(`(${run.id}): Snapshots can be taken of running jobs only.`);
  const ttl = /^(\d+)(?:\.\d+)?s$/.exec(String(body['ttl'] ?? ''));
  const snapshot: Snapshot = {
    id: `${now.toString(36)}-${(world.snapshots.size + 1).toString(36).padStart(4, '0')}`,
    project: run.project,
    location: run.location,
    job: run.id,
    createdAt: now,
    ttlSeconds: ttl ? Number(ttl[1]) : defaultTtlSeconds,
    description: String(body['description'] ?? ''),
    state: 'PENDING',
  };
  world.snapshots.set(snapshot.id, snapshot);
  for (const old of world.snapshots.keys()) if (world.snapshots.size > snapshotLimit) world.snapshots.delete(old);
  return snapshot;
}

/** Brings snapshots to where they are by now; those whose time to live is over are gone. */
export function settleSnapshots(world: World, now: number): void {
  for (const snapshot of world.snapshots.values()) {
    const age = (now - snapshot.createdAt) / 1000;
    if (age >= snapshot.ttlSeconds) world.snapshots.delete(snapshot.id);
    snapshot.state = age >= readyAfter ? 'READY' : age >= runningAfter ? 'RUNNING' : 'PENDING';
  }
}

export function findSnapshot(world: World, project: string, location: string, id: string): Snapshot {
  const snapshot = world.snapshots.get(id);
  if (snapshot?.project === project && snapshot.location === location) return snapshot;
  throw new DataflowError(404, `Snapshot ${id} was not found in ${location}.`);
}

export function snapshotView(snapshot: Snapshot): JsonObject {
  return {
    id: snapshot.id,
    projectId: snapshot.project,
    sourceJobId: snapshot.job,
    creationTime: time(snapshot.createdAt),
    ttl: `${snapshot.ttlSeconds}s`,
    state: snapshot.state,
    region: snapshot.location,
    ...(snapshot.description === '' ? {} : { description: snapshot.description }),
    ...(snapshot.state === 'READY' ? { diskSizeBytes: '1048576' } : {}),
  };
}
