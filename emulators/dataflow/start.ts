import { isTerminal } from './enums.js';
import { causedBy, DataflowError, wrongMoment } from './error.js';
import type { Wanted } from './launch.js';
import { startLife } from './lifecycle.js';
import { replacementOf } from './replacement.js';
import { type DataflowRun, type Launched, stateOf } from './run.js';
import type { World } from './world.js';

/** Creates a job from a template launch, or only checks it: null then. Throws the service's refusals. */
export function startFromTemplate(world: World, wanted: Wanted, now: number): DataflowRun | null {
  const { job, request } = wanted;
  const { replacement, rejected } = replacementOf(world, job, request, now);
  const late = job.carrier === 'flex' && world.settings.flexRejections === 'late';
  if (rejected !== null && !late) throw new DataflowError(400, rejected);
  checkQuota(world, job, replacement.mode);
  if (wanted.validateOnly) return null;
  const run = world.add(job, replacement, job.carrier === 'flex' ? 'JOB_STATE_QUEUED' : 'JOB_STATE_PENDING', now);
  run.lateRefusal = rejected;
  begin(world, run, now);
  return run;
}

/**
 * Creates a job from `jobs.create`. An active job of the same name is returned instead of a new one, and so is the successor of a
 * job that was updated already; a client request id that was used for this name is refused.
 */
export function startFromGraph(world: World, wanted: Wanted, now: number): DataflowRun {
  const { job, request } = wanted;
  const { project, location, name } = job;
  const known = world.named(project, location, name);
  if (job.clientRequestId !== null && known.some((run) => run.clientRequestId === job.clientRequestId)) {
    throw new DataflowError(
      409,
      causedBy(`A job named ${name} with the client request id ${job.clientRequestId} exists already.`),
    );
  }
  checkSnapshot(world, job);
  const replaced = request.replaceJobId === null ? undefined : world.runs.get(request.replaceJobId);
  const successor = replaced?.replacedByJobId ? world.runs.get(replaced.replacedByJobId) : undefined;
  if (successor && stateOf(replaced as DataflowRun) === 'JOB_STATE_UPDATED') return successor;
  try {
    const { replacement, rejected } = replacementOf(world, job, request, now);
    if (rejected !== null) throw new DataflowError(400, rejected);
    checkQuota(world, job, replacement.mode);
    const run = world.add(job, replacement, 'JOB_STATE_PENDING', now);
    begin(world, run, now);
    return run;
  } catch (error) {
    const existing = known.find((run) => !isTerminal(stateOf(run)));
    if (existing && error instanceof DataflowError && error.code === 409) return existing;
    throw error;
  }
}

function begin(world: World, run: DataflowRun, now: number): void {
  const { replacement } = run;
  const linked =
    replacement.mode === 'in-place' || replacement.mode === 'validate-only' || world.settings.parallelLinks;
  if (replacement.mode !== 'none' && linked) run.replaceJobId = replacement.old;
  startLife(world, run, now);
}

/** In-place updates and validations take no place of their own. */
function checkQuota(world: World, job: Launched, mode: DataflowRun['replacement']['mode']): void {
  if (mode === 'in-place' || mode === 'validate-only') return;
  const active = [...world.runs.values()].filter((run) => run.project === job.project && !isTerminal(stateOf(run)));
  const { concurrentJobs } = world.settings;
  if (active.length < concurrentJobs) return;
  const text = `The project ${job.project} has reached its limit of ${concurrentJobs} concurrent Dataflow jobs.`;
  throw new DataflowError(429, causedBy(text));
}

function checkSnapshot(world: World, job: Launched): void {
  if (job.createdFromSnapshotId === null) return;
  const snapshot = world.snapshots.get(job.createdFromSnapshotId);
  if (!snapshot || snapshot.project !== job.project) {
    throw new DataflowError(404, causedBy(`The snapshot ${job.createdFromSnapshotId} was not found.`));
  }
  if (snapshot.state !== 'READY')
    throw wrongMoment(causedBy(`The snapshot ${snapshot.id} is not ready (${snapshot.state}).`));
}
