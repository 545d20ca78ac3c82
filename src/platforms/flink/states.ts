import type { RunState } from '../../model/run.js';
import type { JobOverview } from './shapes.js';

/**
 * Flink's job states in the words of every engine (JobStatus). RUNNING is set when scheduling begins: whether tasks run is read from
 * their counts. SUSPENDED is left by a JobManager that lost its lead; another one goes on with the job.
 */
const states: { readonly [state: string]: RunState } = {
  INITIALIZING: 'starting',
  CREATED: 'starting',
  RUNNING: 'running',
  RESTARTING: 'starting',
  RECONCILING: 'starting',
  FAILING: 'starting',
  SUSPENDED: 'starting',
  CANCELLING: 'stopping',
  CANCELED: 'stopped',
  FAILED: 'failed',
  FINISHED: 'finished',
};

const terminal: ReadonlySet<string> = new Set(['CANCELED', 'FAILED', 'FINISHED']);

/** The job has ended for good. */
export function hasEnded({ state }: Pick<JobOverview, 'state'>): boolean {
  return terminal.has(state);
}

/** A submission that failed before any task was made: it is listed under its id, and processed nothing. */
export function neverCameUp({ state, tasks }: Pick<JobOverview, 'state' | 'tasks'>): boolean {
  return state === 'FAILED' && tasks.total === 0;
}

/** All tasks run (or have finished, as bounded sources do, and as tasks do while a job stops with a savepoint). */
export function isProcessing({ state, tasks }: Pick<JobOverview, 'state' | 'tasks'>): boolean {
  return state === 'RUNNING' && tasks.total > 0 && tasks.running + tasks.finished === tasks.total;
}

/** The run's state. One that Flink added later counts as active until the job has an end. */
export function stateOf(job: JobOverview): RunState {
  const state = states[job.state] ?? (job['end-time'] > 0 ? 'failed' : 'starting');
  return state === 'running' && !isProcessing(job) ? 'starting' : state;
}
