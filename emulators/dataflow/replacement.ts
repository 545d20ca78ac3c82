import { isTerminal } from './enums.js';
import { causedBy, DataflowError, wrongMoment } from './error.js';
import { asksParallel, parallelTimes, type UpdateOptions } from './options.js';
import { type DataflowRun, type Launched, type Replacement, stateOf } from './run.js';
import type { World } from './world.js';

/** How a launch names the job that it updates, besides the options. */
export interface UpdateRequest {
  readonly update: boolean;
  /** `jobs.create` only. */
  readonly replaceJobId: string | null;
  readonly options: UpdateOptions;
}

/** Two jobs of one name start at least this far apart in a parallel update. */
const sameNameSeconds = 120;

/**
 * Decides what a new job does to an old one, with the service's refusals. `rejected`: parallel options that the service refuses;
 * thrown: refusals that always fail the call itself.
 */
export function replacementOf(
  world: World,
  job: Launched,
  request: UpdateRequest,
  now: number,
): { readonly replacement: Replacement; readonly rejected: string | null } {
  const { options } = request;
  if (options.validateOnly) {
    const old = updatable(world, job, request);
    return { replacement: { mode: 'validate-only', old: old.id }, rejected: null };
  }
  if (asksParallel(options)) {
    try {
      return { replacement: parallel(world, job, request, now), rejected: null };
    } catch (error) {
      if (!(error instanceof DataflowError) || error.code === 409) throw error;
      return { replacement: { mode: 'none' }, rejected: error.message };
    }
  }
  const present = world.active(job.project, job.location, job.name);
  const updates = request.update || request.replaceJobId !== null || (options.createOrUpdate && present.length > 0);
  if (!updates) {
    if (present[0]) throw nameTaken(job.name, present[0]);
    return { replacement: { mode: 'none' }, rejected: null };
  }
  const old = updatable(world, job, request);
  if (present.some(({ id }) => id !== old.id && inPlaceOf(world, id) === old.id)) {
    throw wrongMoment(causedBy(`An update of the job ${old.id} is already in progress.`));
  }
  return { replacement: { mode: 'in-place', old: old.id }, rejected: null };
}

/** 409, as template launches answer it. */
export function nameTaken(name: string, old: DataflowRun): DataflowError {
  const text = `There is already an active job named ${name}. If you want to submit a second job, try again by setting a different name. Active job: ${old.id}`;
  return new DataflowError(409, causedBy(text));
}

function parallel(world: World, job: Launched, request: UpdateRequest, now: number): Replacement {
  const { options } = request;
  const { minSeconds, maxStopSeconds } = parallelTimes(options);
  if (!job.streamingEngine) throw refusal('Parallel replace job is only supported for Streaming Engine.');
  const old = parallelTarget(world, job, request);
  if (old === null) return { mode: 'none' };
  if (isTerminal(stateOf(old))) throw refusal(`The parallel replace job ${old.id} is not in a active state.`);
  if (old.type !== 'JOB_TYPE_STREAMING' || job.type !== 'JOB_TYPE_STREAMING') {
    throw refusal('The parallel replace job must be a streaming job.');
  }
  const other = world.active(job.project, job.location, job.name).find(({ id }) => id !== old.id);
  if (old.name !== job.name && other) throw nameTaken(job.name, other);
  if (old.name === job.name && now - old.createdAt < sameNameSeconds * 1000) {
    throw refusal(
      `The parallel replace job ${old.id} started less than 2 minutes ago. Wait at least 2 minutes between jobs of the same name.`,
    );
  }
  const { cancelOnTimeout } = options;
  if (minSeconds !== null) return { mode: 'parallel', old: old.id, minSeconds, maxStopSeconds, cancelOnTimeout };
  return { mode: 'stop-and-replace', old: old.id, maxStopSeconds: maxStopSeconds ?? 0, cancelOnTimeout };
}

/** The job that the options name; null where `create_or_update_job` finds none and creates. */
function parallelTarget(world: World, job: Launched, request: UpdateRequest): DataflowRun | null {
  const { oldId, oldName, strategy, createOrUpdate } = request.options;
  const { project, location } = job;
  if (oldId !== null) {
    const old = world.runs.get(oldId);
    if (!old || old.project !== project || old.location !== location)
      throw refusal(`The parallel replace job id ${oldId} was not found.`);
    if (oldName !== null && old.name !== oldName) {
      throw refusal(`The parallel replace job id ${oldId} must point to a job with name ${oldName}.`);
    }
    return old;
  }
  if (oldName !== null) {
    const old = preferred(world.active(project, location, oldName)) ?? world.named(project, location, oldName)[0];
    if (!old) throw refusal(`The parallel replace job name ${oldName} was not found.`);
    return old;
  }
  const sameName = request.update || createOrUpdate || request.replaceJobId !== null;
  if (strategy !== 'parallel' || !sameName) {
    throw refusal(
      'The parallel replace job requires you to set either the parallel_replace_job_id field or the parallel_replace_job_name field.',
    );
  }
  const replaced = request.replaceJobId === null ? undefined : world.runs.get(request.replaceJobId);
  const old = replaced ?? preferred(world.active(project, location, job.name));
  if (old) return old;
  if (createOrUpdate) return null;
  throw refusal(`The parallel replace job name ${job.name} was not found.`);
}

/** The job of an in-place update. Throws 404 where no active job has the name, 400 where it can not be updated now. */
function updatable(world: World, job: Launched, request: UpdateRequest): DataflowRun {
  const named = request.replaceJobId === null ? undefined : world.runs.get(request.replaceJobId);
  if (request.replaceJobId !== null && (!named || named.project !== job.project || named.location !== job.location)) {
    throw new DataflowError(404, causedBy(`The job ${request.replaceJobId} to be updated was not found.`));
  }
  const old = named ?? preferred(world.active(job.project, job.location, job.name));
  if (!old) throw new DataflowError(404, causedBy(`There is no active job named ${job.name} to update.`));
  const state = stateOf(old);
  if (old.name !== job.name) throw new DataflowError(400, causedBy(`The job ${old.id} has another name: ${old.name}.`));
  if (old.type !== 'JOB_TYPE_STREAMING' || job.type !== 'JOB_TYPE_STREAMING') {
    throw new DataflowError(400, causedBy('Only streaming jobs can be updated.'));
  }
  if (isTerminal(state))
    throw wrongMoment(causedBy(`The job ${old.id} is not running (${state}) and cannot be updated.`));
  if (state !== 'JOB_STATE_RUNNING' && state !== 'JOB_STATE_DRAINING') {
    throw wrongMoment(causedBy(`The job ${old.id} is not running yet (${state}) and cannot be updated.`));
  }
  return old;
}

/** Of several active jobs of a name: a running one before a draining one before one that starts, the newest of each. */
function preferred(active: readonly DataflowRun[]): DataflowRun | undefined {
  for (const state of ['JOB_STATE_RUNNING', 'JOB_STATE_DRAINING']) {
    const found = active.find((run) => stateOf(run) === state);
    if (found) return found;
  }
  return active[0];
}

function inPlaceOf(world: World, id: string): string | null {
  const run = world.runs.get(id);
  const starts = run && (stateOf(run) === 'JOB_STATE_QUEUED' || stateOf(run) === 'JOB_STATE_PENDING');
  return starts && run.replacement.mode === 'in-place' && run.lateRefusal === null ? run.replacement.old : null;
}

function refusal(text: string): DataflowError {
  return new DataflowError(400, causedBy(text));
}
