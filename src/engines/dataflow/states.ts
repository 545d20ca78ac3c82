import { RolloutError } from '../../model/error.js';
import type { RunState } from '../../model/run.js';

/**
 * Job states of google.dataflow.v1beta3 as run states. Null: known to the API, but with no meaning here that could be relied on.
 * A state that is missing (a new name, which the client shows as JOB_STATE_UNKNOWN, or a bare number) is never guessed.
 */
const states: { readonly [state: string]: RunState | null } = {
  JOB_STATE_UNKNOWN: null,
  /** Not yet started. */
  JOB_STATE_STOPPED: 'starting',
  JOB_STATE_QUEUED: 'starting',
  JOB_STATE_PENDING: 'starting',
  JOB_STATE_RUNNING: 'running',
  JOB_STATE_DRAINING: 'draining',
  JOB_STATE_DRAINED: 'drained',
  JOB_STATE_CANCELLING: 'stopping',
  JOB_STATE_CANCELLED: 'stopped',
  JOB_STATE_UPDATED: 'replaced',
  JOB_STATE_DONE: 'finished',
  JOB_STATE_FAILED: 'failed',
  /** Batch jobs that asked for it; the work is done. */
  JOB_STATE_RESOURCE_CLEANING_UP: 'stopping',
  /** Documented as not implemented: a paused job holds its name and processes nothing. */
  JOB_STATE_PAUSING: null,
  JOB_STATE_PAUSED: null,
};

/** State of a run; throws `dataflow-state-unknown` for a state that has no certain meaning. */
export function stateOf(id: string, state: string | number | null | undefined): RunState {
  const known = states[String(state ?? 'JOB_STATE_UNKNOWN')];
  if (known) return known;
  throw new RolloutError(
    'dataflow-state-unknown',
    `Run ${id} is in the state ${state ?? 'JOB_STATE_UNKNOWN'}, which this version does not know.`,
    {
      class: 'refusal',
      next: 'Look at the run in the console; update stream-rollout if the state is a new one.',
    },
  );
}
