import type { ApplicationStatus } from '@aws-sdk/client-kinesis-analytics-v2';
import type { RunState } from '../../model/run.js';

/**
 * States of an application in the words of every engine; `ended`: no run is active. RUNNING says nothing of an update's success: that
 * is read from the operation (timeline.ts). ROLLED_BACK: when it shows and whether anything runs then is not documented, so that it
 * counts as active and not as running.
 */
const states = {
  READY: 'ended',
  STARTING: 'starting',
  RUNNING: 'running',
  UPDATING: 'starting',
  AUTOSCALING: 'running',
  MAINTENANCE: 'running',
  STOPPING: 'stopping',
  FORCE_STOPPING: 'stopping',
  ROLLING_BACK: 'starting',
  ROLLED_BACK: 'starting',
  DELETING: 'stopping',
} as const satisfies { readonly [status in ApplicationStatus]: RunState | 'ended' };

/** The state of the application's run. A status that AWS added later counts as active, so that nothing is started beside it. */
export function stateOf(status: string | undefined): RunState | 'ended' {
  return status !== undefined && Object.hasOwn(states, status) ? states[status as ApplicationStatus] : 'starting';
}

/** Statuses in which a change is refused until the application comes to rest. */
export function isInTransition(status: string | undefined): boolean {
  return status !== 'READY' && status !== 'RUNNING';
}
