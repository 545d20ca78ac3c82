import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { listsAsOf } from '../kernel/stand-still.js';
import { definedOnly } from './definition.js';
import { notFound, readInput } from './errors.js';
import { definitionOf } from './jobs.js';
import { enter } from './lifecycle.js';
import type { Call, Operation } from './operation.js';
import { pageOf } from './paging.js';
import { executionSeconds, isActive, type Run } from './run.js';
import { startJobRun } from './start.js';

const jobName = z.string().min(1);
const listSchema = z.object({
  JobName: jobName,
  NextToken: z.string().optional(),
  MaxResults: z.int().min(1).max(1000).optional(),
});
const stopSchema = z.object({ JobName: jobName, JobRunIds: z.array(z.string()).min(1).max(25) });

/** Operations on runs. */
export const runOperations: { readonly [operation: string]: Operation } = {
  StartJobRun: { write: true, perform: startJobRun },
  BatchStopJobRun: { write: true, perform: batchStop },
  GetJobRun: {
    write: false,
    perform({ input, place, now }) {
      const { JobName, RunId } = readInput(z.object({ JobName: jobName, RunId: z.string() }), input);
      definitionOf(place, JobName);
      const run = place.runs.get(RunId);
      const newest = run?.launch.jobName === JobName ? run.shown.at(-1)?.run : undefined;
      if (!run || !newest) throw notFound(`Job run ${RunId} not found.`);
      return { JobRun: { ...newest, ExecutionTime: executionSeconds(run, now) } };
    },
  },
  GetJobRuns: { write: false, perform: getJobRuns },
};

/** The order is not documented: here it is the order of the ids' digests, the same at every call. Runs show as they were `listLagSeconds` ago. */
function getJobRuns({ input, place, world, now }: Call): object {
  const { pageSize, listLagSeconds, listsStandStill } = world.settings;
  const { JobName, NextToken, MaxResults = pageSize } = readInput(listSchema, input);
  definitionOf(place, JobName);
  const at = listsAsOf(now, listLagSeconds, listsStandStill);
  const visible = place
    .runsOf(JobName)
    .flatMap((run) => shownAt(run, at))
    .sort((a, b) => (a.order < b.order ? -1 : 1));
  const { items, next } = pageOf(visible, ({ order }) => order, NextToken, Math.min(MaxResults, pageSize));
  return definedOnly({ JobRuns: items.map(({ shown }) => shown), NextToken: next });
}

function shownAt(run: Run, at: number): { order: string; shown: JsonObject }[] {
  const version = run.shown.findLast((entry) => entry.at <= at);
  if (!version) return [];
  const order = createHash('sha256').update(run.id).digest('hex');
  return [{ order, shown: { ...version.run, ExecutionTime: executionSeconds(run, at) } }];
}

/** HTTP 200 whatever becomes of the single runs: what was refused stands in `Errors`. */
function batchStop({ input, place, world, now }: Call): object {
  const { JobName, JobRunIds } = readInput(stopSchema, input);
  const results = JobRunIds.map((id) => {
    const run = place.runs.get(id);
    const error = stopError(run?.launch.jobName === JobName ? run : undefined, id);
    if (run && !error) enter(run, 'STOPPING', now, world);
    return { JobName, JobRunId: id, ErrorDetail: error ?? undefined };
  });
  return {
    SuccessfulSubmissions: results
      .filter(({ ErrorDetail }) => !ErrorDetail)
      .map(({ JobName, JobRunId }) => ({ JobName, JobRunId })),
    Errors: results.filter(({ ErrorDetail }) => ErrorDetail),
  };
}

function stopError(run: Run | undefined, id: string): { ErrorCode: string; ErrorMessage: string } | null {
  if (!run) return { ErrorCode: 'EntityNotFoundException', ErrorMessage: `Job run ${id} not found.` };
  if (!isActive(run))
    return {
      ErrorCode: 'JobRunInTerminalStateException',
      ErrorMessage: `Job run ${id} is in terminal state ${run.state}.`,
    };
  if (run.state !== 'STOPPING') return null;
  return {
    ErrorCode: 'JobRunInvalidStateTransitionException',
    ErrorMessage: `Job run ${id} cannot go from STOPPING to STOPPING.`,
  };
}
