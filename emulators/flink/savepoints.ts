import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../../src/model/json.js';
import { restError } from './errors.js';
import { canCheckpoint, type Trigger, type World } from './world.js';

const stacked = 'java.util.concurrent.CompletionException: org.apache.flink.runtime.checkpoint.CheckpointException: ';

/** Carries out `/jobs/:id/stop` (camelCase) and `/jobs/:id/savepoints` (kebab-case); the wrong style is ignored. Also for a job that is not there. */
export function trigger(world: World, job: string, body: JsonObject, ends: boolean, now: number): JsonObject {
  const given = body[ends ? 'targetDirectory' : 'target-directory'];
  const directory = typeof given === 'string' ? given : world.settings.savepointDirectory;
  if (directory === null) {
    throw restError(
      400,
      'Config key [execution.checkpointing.savepoint-dir] is not set. Property [targetDirectory] must be provided.',
    );
  }
  const id = typeof body['triggerId'] === 'string' ? body['triggerId'] : randomBytes(16).toString('hex');
  const key = `${job} ${id}`;
  if (!world.triggers.has(key)) world.triggers.set(key, newTrigger(world, job, id, directory, ends, now));
  return { 'request-id': id };
}

function newTrigger(world: World, job: string, id: string, directory: string, ends: boolean, now: number): Trigger {
  const found = world.jobs.get(job);
  const fate = found?.program.fate;
  const never = fate?.savepoint?.kind === 'never' || fate?.stalled === true;
  const seconds = never
    ? world.settings.checkpointTimeoutSeconds
    : (fate?.savepointSeconds ?? world.settings.savepointSeconds);
  const failure = () => {
    if (never) return `${stacked}Checkpoint expired before completing.`;
    if (found !== undefined && !canCheckpoint(found, now))
      return `${stacked}Checkpoint triggering task of job ${job} is not being executed at the moment. Aborting checkpoint. Failure reason: Not all required tasks are currently running.`;
    return fate?.savepoint?.kind === 'fails'
      ? `${stacked}Could not complete the pending checkpoint.\nCaused by: ${fate.savepoint.message}`
      : null;
  };
  const stopFails = ends && fate?.savepoint?.kind === 'stop-fails';
  return {
    job,
    id,
    at: now,
    doneAt: now + seconds * 1000,
    ends,
    directory,
    failure: failure(),
    stopFails,
    result: null,
  };
}

/** `/jobs/:id/savepoints/:triggerid`; null: Flink knows no such trigger (any more). */
export function operationOf(world: World, job: string, id: string): JsonObject | null {
  const found = world.triggers.get(`${job} ${id}`);
  if (found === undefined) return null;
  const { result } = found;
  if (result === null) return { status: { id: 'IN_PROGRESS' }, operation: null };
  if ('location' in result) return { status: { id: 'COMPLETED' }, operation: { location: result.location } };
  const cause = { class: result.trace.split(':')[0] ?? '', 'stack-trace': result.trace, 'serialized-throwable': '' };
  return { status: { id: 'COMPLETED' }, operation: { 'failure-cause': cause } };
}
