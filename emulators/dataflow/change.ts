import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import { enumFrom, isTerminal, type JobState, jobStates } from './enums.js';
import { DataflowError, wrongMoment } from './error.js';
import { startCancel, startDrain } from './lifecycle.js';
import { type DataflowRun, stateOf } from './run.js';
import type { World } from './world.js';

/** A cancel may be forced this long after the first one. */
const forceAfterSeconds = 1800;

/**
 * `PUT …/jobs/ID`. Without a mask only `requestedState` counts and every other field is ignored (proto: UpdateJobRequest);
 * with a mask only runtime-updatable parameters may be in it.
 */
export function changeJob(
  world: World,
  run: DataflowRun,
  body: JsonObject,
  mask: readonly string[],
  now: number,
): void {
  const requested = enumFrom(jobStates, body['requestedState']);
  if (requested === undefined)
    throw new DataflowError(400, `Invalid value at 'job.requested_state': ${String(body['requestedState'])}`);
  const state = requested === 'JOB_STATE_UNKNOWN' ? null : requested;
  if (state !== null && mask.length > 0) {
    throw new DataflowError(400, 'The job state and the update mask cannot both be set in one update request.');
  }
  if (mask.length > 0) changeParameters(run, body, mask);
  else if (state !== null) changeState(world, run, state, forced(body), now);
}

function changeState(world: World, run: DataflowRun, requested: JobState, force: boolean, now: number): void {
  const state = stateOf(run);
  if (isTerminal(state)) {
    throw wrongMoment(`(${run.id}): Could not modify workflow; Job has terminated in state ${state}.`);
  }
  switch (requested) {
    case 'JOB_STATE_DRAINED':
    case 'JOB_STATE_DRAINING':
      drain(world, run, now);
      break;
    case 'JOB_STATE_CANCELLED':
    case 'JOB_STATE_CANCELLING':
      cancel(world, run, force, now);
      break;
    case 'JOB_STATE_DONE':
      if (state !== 'JOB_STATE_RUNNING') throw illegal(run, requested);
      world.move(run, 'JOB_STATE_DONE', now);
      break;
    case 'JOB_STATE_RUNNING':
      if (state !== 'JOB_STATE_RUNNING') throw illegal(run, requested);
      break;
    default:
      throw illegal(run, requested);
  }
  run.requestedState = requested;
}

function drain(world: World, run: DataflowRun, now: number): void {
  const state = stateOf(run);
  if (run.type !== 'JOB_TYPE_STREAMING') {
    throw new DataflowError(400, `(${run.id}): Could not drain workflow: draining is not supported for batch jobs.`);
  }
  if (state === 'JOB_STATE_DRAINING') return;
  if (state !== 'JOB_STATE_RUNNING') throw illegal(run, 'JOB_STATE_DRAINED');
  startDrain(world, run, now);
}

function cancel(world: World, run: DataflowRun, force: boolean, now: number): void {
  const { notReadyForCancelSeconds } = world.settings;
  if (now - run.createdAt < notReadyForCancelSeconds * 1000) {
    throw wrongMoment(`(${run.id}): The job is not yet ready for canceling. Please retry in a few minutes.`);
  }
  if (force) forceCancel(world, run, now);
  else if (stateOf(run) !== 'JOB_STATE_CANCELLING') startCancel(world, run, now);
}

function forceCancel(world: World, run: DataflowRun, now: number): void {
  const asked = run.cancelAskedAt;
  if (asked === null || now - asked < forceAfterSeconds * 1000) {
    throw wrongMoment(
      `(${run.id}): A job can be force cancelled only 30 minutes or more after a regular cancel request.`,
    );
  }
  world.say(run, 'JOB_MESSAGE_WARNING', 'The job was force cancelled. Worker VMs may be leaked.', now);
  world.move(run, 'JOB_STATE_CANCELLED', now);
}

const checks: { readonly [field: string]: (value: Json) => boolean } = {
  maxNumWorkers: (value) => Number.isInteger(value) && (value as number) >= 1,
  minNumWorkers: (value) => Number.isInteger(value) && (value as number) >= 1,
  workerUtilizationHint: (value) => typeof value === 'number' && value >= 0.1 && value <= 0.9,
  autoscalingTier: (value) => ['low-latency', 'medium-latency', 'high-latency'].includes(String(value)),
};

/** Changes worker bounds and hints without a new job: Streaming Engine and RUNNING only. A field in the mask without a value is unset. */
function changeParameters(run: DataflowRun, body: JsonObject, mask: readonly string[]): void {
  const sent = isObject(body['runtimeUpdatableParams']) ? body['runtimeUpdatableParams'] : {};
  const fields = mask.flatMap((path) => {
    const [head, field, ...rest] = path.split('.');
    if (head !== 'runtimeUpdatableParams' || rest.length > 0) {
      throw new DataflowError(400, `The field ${path} cannot be updated. Only runtime_updatable_params can.`);
    }
    return field === undefined ? Object.keys(checks) : [field];
  });
  if (!run.streamingEngine) throw wrongMoment(`(${run.id}): Only Streaming Engine jobs support in-flight updates.`);
  if (stateOf(run) !== 'JOB_STATE_RUNNING') {
    throw wrongMoment(`(${run.id}): The job is not running (${stateOf(run)}); its options cannot be updated.`);
  }
  const updated = { ...run.updatable };
  for (const field of fields) {
    const check = checks[field];
    if (!check) throw new DataflowError(400, `Invalid field runtime_updatable_params.${field}.`);
    const value = sent[field];
    if (value === undefined || value === null) delete updated[field];
    else if (check(value)) updated[field] = value as number | string;
    else throw new DataflowError(400, `Invalid value ${JSON.stringify(value)} for runtime_updatable_params.${field}.`);
  }
  const max = Number(updated['maxNumWorkers'] ?? run.maxWorkers ?? Number.POSITIVE_INFINITY);
  if (Number(updated['minNumWorkers'] ?? 1) > max) {
    throw new DataflowError(400, 'runtime_updatable_params: min_num_workers must not be greater than max_num_workers.');
  }
  run.updatable = updated;
}

function forced(body: JsonObject): boolean {
  return isObject(body['labels']) && body['labels']['force_cancel_job'] === 'true';
}

function illegal(run: DataflowRun, requested: JobState): DataflowError {
  return wrongMoment(`(${run.id}): The job in state ${stateOf(run)} cannot be requested to go to ${requested}.`);
}
