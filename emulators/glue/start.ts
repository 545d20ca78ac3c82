import * as z from 'zod';
import { checkCapacity } from './capacity.js';
import { checkArguments, checkTimeout, isStreaming, jobUpdateSchema } from './definition.js';
import { GlueError, notFound, readInput } from './errors.js';
import { launchOf, newRun } from './launch.js';
import { enter } from './lifecycle.js';
import type { Call } from './operation.js';
import type { Place } from './place.js';
import { baseId, isActive, type Run } from './run.js';

const startSchema = jobUpdateSchema
  .pick({
    JobRunQueuingEnabled: true,
    AllocatedCapacity: true,
    Timeout: true,
    MaxCapacity: true,
    SecurityConfiguration: true,
    WorkerType: true,
    NumberOfWorkers: true,
    ExecutionClass: true,
  })
  .extend({
    JobName: z.string().min(1),
    JobRunId: z.string().optional(),
    Arguments: z.record(z.string(), z.string()).optional(),
  });

const reasons = {
  job: (name: string) => new GlueError('ConcurrentRunsExceededException', `Concurrent runs exceeded for ${name}`),
  account: () => new GlueError('ResourceNumberLimitExceededException', 'Max concurrent job runs per account exceeded'),
};

/** StartJobRun. There is no idempotency token: each accepted call is a run. */
export function startJobRun({ input, place, world, now }: Call): object {
  const { JobName, JobRunId, Arguments = {}, ...own } = readInput(startSchema, input);
  const definition = place.definitions.get(JobName);
  if (!definition) throw notFound('Failed to start job run due to missing metadata');
  const streaming = isStreaming(definition.update);
  if (own.ExecutionClass === 'FLEX' && definition.update.Command?.Name !== 'glueetl')
    throw new GlueError('InvalidInputException', 'Execution class FLEX is only supported for glueetl jobs.');
  checkTimeout(own.Timeout);
  checkCapacity(own, definition.update.GlueVersion, streaming);
  const previous = JobRunId === undefined ? null : retried(place, JobName, JobRunId);
  const given = previous ? { ...previous.launch.arguments.run, ...Arguments } : Arguments;
  checkArguments(given);

  const launch = launchOf(definition, own, given, world);
  const full = place.full(JobName, world.settings.runQuota);
  if (full && !launch.queuing) throw reasons[full](JobName);
  place.started += 1;
  const run = newRun(place, launch, origin(place, previous, JobName), now);
  if (full) enter(run, 'WAITING', now, world, { detail: `Waiting for a free slot: ${reasons[full](JobName).message}` });
  else enter(run, 'STARTING', now, world);
  return { JobRunId: run.id };
}

/** `JobRunId` names an ended run to try again; it is no idempotency token. */
function retried(place: Place, jobName: string, id: string): Run {
  const run = place.runs.get(id);
  if (!run || run.launch.jobName !== jobName) throw notFound(`Job run ${id} not found.`);
  if (isActive(run)) throw new GlueError('InvalidInputException', `Job run ${id} has not ended.`);
  return run;
}

function origin(
  place: Place,
  previous: Run | null,
  jobName: string,
): Pick<Run, 'base' | 'attempt' | 'restart' | 'previousRunId'> {
  if (!previous)
    return {
      base: baseId(place.account, place.region, jobName, place.started),
      attempt: 0,
      restart: 0,
      previousRunId: null,
    };
  const attempts = place
    .runsOf(jobName)
    .filter(({ base }) => base === previous.base)
    .map(({ attempt }) => attempt);
  return { base: previous.base, attempt: Math.max(...attempts) + 1, restart: 0, previousRunId: previous.id };
}
