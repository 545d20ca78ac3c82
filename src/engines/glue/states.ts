import type { JobRunState } from '@aws-sdk/client-glue';
import type { RunState } from '../../model/run.js';

/**
 * Glue's run states in the words of every engine (https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html).
 * RUNNING says that the driver started, not that it makes progress. EXPIRED: a maintenance restart took over under `<id>_restart_N`.
 * SUCCEEDED: a stream that ended by itself. WAITING: queued by a start that somebody else made; holds a place, may still run.
 */
const states = {
  STARTING: 'starting',
  WAITING: 'starting',
  RUNNING: 'running',
  STOPPING: 'stopping',
  STOPPED: 'stopped',
  SUCCEEDED: 'finished',
  FAILED: 'failed',
  TIMEOUT: 'failed',
  ERROR: 'failed',
  EXPIRED: 'replaced',
} as const satisfies { readonly [state in JobRunState]: RunState };

/** The run's state. One that Glue added later counts as active until the run has an end, so that nothing is started beside it. */
export function stateOf(state: string | undefined, ended: boolean): RunState {
  if (state !== undefined && Object.hasOwn(states, state)) return states[state as JobRunState];
  return ended ? 'failed' : 'starting';
}
