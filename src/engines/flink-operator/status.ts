import { isObject, type JsonObject } from '../../model/json.js';
import { isActive, type RunState } from '../../model/run.js';
import type { Resource, Status } from './shapes.js';

/** Specs of a resource: what is asked for, and what the operator has brought out (null: nothing yet). */
export interface Specs {
  readonly wanted: JsonObject;
  readonly deployed: JsonObject | null;
  /** What the operator took last, which differs from `deployed` where it went back by itself. */
  readonly taken: JsonObject | null;
}

export function specsOf({ spec, status }: Resource): Specs {
  const { state, lastReconciledSpec, lastStableSpec } = status?.reconciliationStatus ?? {};
  const taken = specIn(lastReconciledSpec);
  const wentBack = state === 'ROLLED_BACK' || state === 'ROLLING_BACK';
  return { wanted: spec ?? {}, taken, deployed: wentBack ? (specIn(lastStableSpec) ?? taken) : taken };
}

/** A spec as the operator notes it; older ones wrap it into `spec`. */
export function specIn(text: string | null | undefined): JsonObject | null {
  if (!text) return null;
  try {
    const value = JSON.parse(text) as unknown;
    if (!isObject(value)) return null;
    return isObject(value['spec']) && value['job'] === undefined ? value['spec'] : value;
  } catch {
    return null;
  }
}

export function isSuspended(spec: JsonObject | null): boolean {
  const job = spec?.['job'];
  return isObject(job) && job['state'] === 'suspended';
}

/** What the operator says about an error: its own type and text. */
export function errorIn(status: Status | undefined): { readonly type: string; readonly text: string } | null {
  const text = status?.error;
  if (!text) return null;
  try {
    const value = JSON.parse(text) as unknown;
    if (isObject(value)) {
      const { type, message, throwableList } = value;
      const [cause] = Array.isArray(throwableList) ? throwableList : [];
      const more = isObject(cause) && typeof cause['message'] === 'string' ? `: ${cause['message']}` : '';
      return { type: String(type ?? ''), text: `${String(message ?? text)}${more}`.slice(0, 1200) };
    }
  } catch {
    // Plain text, as early versions have it.
  }
  return { type: '', text: text.slice(0, 1200) };
}

/** The operator won't carry out a spec that it refuses: it goes on with the one before. Other errors it tries again. */
export function refusalIn(status: Status | undefined): string | null {
  const error = errorIn(status);
  return error !== null && /ValidationException/.test(error.type) ? error.text : null;
}

/** Flink's job states (JobStatus) as the operator's status has them. */
const jobStates: { readonly [state: string]: RunState } = {
  FINISHED: 'finished',
  FAILED: 'failed',
  CANCELED: 'stopped',
  CANCELLING: 'stopping',
};

/** Lifecycle states in which a RUNNING job is the one that was asked for. DEPLOYED is not yet. */
const settled: ReadonlySet<string> = new Set(['STABLE', 'ROLLED_BACK']);

/** How the run behind the deployed spec does. `code`: what of it has a code of its own. */
export function deployedState(
  resource: Resource,
  specs: Specs,
): { readonly state: RunState; readonly code: StateCode | null } {
  const { status, metadata } = resource;
  const { lifecycleState, jobManagerDeploymentStatus, jobStatus, reconciliationStatus } = status ?? {};
  const is = (state: RunState, code: StateCode | null = null) => ({ state, code });
  if (metadata.deletionTimestamp !== undefined || lifecycleState === 'DELETING') return is('stopping');
  const upgrading = reconciliationStatus?.state === 'UPGRADING' || reconciliationStatus?.state === 'ROLLING_BACK';
  if (isSuspended(specs.deployed)) return upgrading && !isSuspended(specs.wanted) ? is('starting') : is('stopped');
  if (isSuspended(specs.wanted)) return is('stopping');
  if (upgrading) return is('starting');
  if (jobManagerDeploymentStatus === 'ERROR') return is('failed', 'flink-operator-jobmanager-error');
  if (lifecycleState === 'FAILED') return is('failed', 'flink-operator-run-failed');
  const ended = jobStates[jobStatus?.state ?? ''];
  if (ended === 'failed') return is('failed', 'flink-operator-run-failed');
  // The operator calls a finished job STABLE.
  if (ended !== undefined) return is(ended, ended === 'finished' ? 'flink-operator-run-finished' : null);
  if (jobManagerDeploymentStatus === 'MISSING') return is('starting', 'flink-operator-jobmanager-missing');
  if (settled.has(lifecycleState ?? '') && jobStatus?.state === 'RUNNING') return is('running');
  return is('starting');
}

export type StateCode =
  | 'flink-operator-jobmanager-error'
  | 'flink-operator-jobmanager-missing'
  | 'flink-operator-run-failed'
  | 'flink-operator-run-finished';

/** How far the operator's clock may be behind ours. */
const skewMs = 60_000;

/**
 * Savepoint that the operator began the job with at its last upgrade; null: it names none. Up to 1.9 it stands among the other savepoints. What
 * is no path is the operator's word for the state that high availability has. Of a job that has ended the operator names the last checkpoint
 * instead, which the job itself has written: then the savepoint counts that was taken since `launchedAt` (ISO 8601), when the run was launched.
 */
export function savepointIn(status: Status | undefined, launchedAt: string | null = null): string | null {
  const { upgradeSavepointPath: named, savepointInfo, jobId, state } = status?.jobStatus ?? {};
  const last = savepointInfo?.lastSavepoint?.triggerType === 'UPGRADE' ? savepointInfo.lastSavepoint : null;
  const isOfRun = launchedAt !== null && (last?.timeStamp ?? 0) >= Date.parse(launchedAt) - skewMs;
  const isItsOwn = !isActive({ state: jobStates[state ?? ''] ?? 'running' }) && named?.includes(`/${jobId}/`) === true;
  const isEarly = status?.observedGeneration === undefined;
  const kept = last?.location ?? null;
  const path = isItsOwn ? (isOfRun ? kept : null) : (named ?? (isEarly ? kept : null));
  return path?.includes('/') ? path : null;
}

/** The state in the operator's own words. */
export function statusText({ status }: Resource): string {
  const { lifecycleState, jobStatus, jobManagerDeploymentStatus } = status ?? {};
  const words = [
    lifecycleState,
    jobStatus?.state,
    jobManagerDeploymentStatus === 'READY' ? null : jobManagerDeploymentStatus,
  ];
  return words.filter(Boolean).join(' / ') || 'no status yet';
}

/** Milliseconds since 1970, as the operator gives them (a number, a text of one, or ISO 8601), as ISO 8601. */
export function timeOf(value: string | number | null | undefined): string | null {
  if (value === undefined || value === null || value === '') return null;
  const ms = /^\d+$/.test(String(value)) ? Number(value) : Date.parse(String(value));
  return Number.isFinite(ms) && ms > 0 ? new Date(ms).toISOString() : null;
}
