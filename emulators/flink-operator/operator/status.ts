import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import { timeOf } from '../api/store.js';
import { objectAt, textAt } from '../api/value.js';
import { atLeast } from '../api/version.js';
import type { FlinkOperatorSettings } from '../settings.js';
import { jobOf } from './spec.js';
import type { Status } from './writer.js';

export type Reconciliation = 'DEPLOYED' | 'UPGRADING' | 'ROLLING_BACK' | 'ROLLED_BACK';

/** A spec as the operator keeps it in a status, with the generation that it had. */
export interface Kept {
  readonly spec: JsonObject;
  readonly generation: number;
}

export function statusOf(object: JsonObject): Status {
  return { ...objectAt(object, 'status') };
}

export function generationOf(object: JsonObject): number {
  return Number(objectAt(object, 'metadata')['generation'] ?? 0);
}

export function keptSpec(status: JsonObject, which: 'lastReconciledSpec' | 'lastStableSpec'): Kept | null {
  const text = textAt(status, 'reconciliationStatus', which);
  if (text === '') return null;
  const value = JSON.parse(text) as JsonObject;
  return {
    spec: objectAt(value, 'spec'),
    generation: Number(objectAt(value, 'resource_metadata', 'metadata')['generation'] ?? 0),
  };
}

export function stateOfReconciliation(status: JsonObject): Reconciliation {
  const state = textAt(status, 'reconciliationStatus', 'state');
  return state === '' ? 'UPGRADING' : (state as Reconciliation);
}

/** What operators before 1.10 keep of savepoints and checkpoints. */
const oldInfo = {
  checkpointInfo: { lastPeriodicCheckpointTimestamp: 0 },
  savepointInfo: { lastPeriodicSavepointTimestamp: 0, savepointHistory: [] },
};

/** The status of an object that the operator sees for the first time. */
export function firstStatus(isDeployment: boolean, { operatorVersion }: FlinkOperatorSettings): Status {
  const common = {
    jobStatus: atLeast(operatorVersion, '1.10.0') ? {} : oldInfo,
    reconciliationStatus: { reconciliationTimestamp: 0, state: 'UPGRADING' },
    lifecycleState: 'CREATED',
  };
  if (!isDeployment) return common;
  return {
    ...common,
    clusterInfo: {},
    jobManagerDeploymentStatus: 'MISSING',
    taskManager: { labelSelector: '', replicas: 0 },
  };
}

/** Keeps a spec as the one that was carried out, or is about to be. */
export function reconciled(
  status: Status,
  object: JsonObject,
  spec: JsonObject,
  state: Reconciliation,
  first: boolean,
  now: number,
): void {
  const text = JSON.stringify({
    spec,
    resource_metadata: {
      apiVersion: String(object['apiVersion']),
      metadata: { generation: generationOf(object) },
      firstDeployment: first,
    },
  });
  const before = objectAt(status, 'reconciliationStatus');
  const suspended = jobOf(spec)?.state === 'suspended' && state === 'DEPLOYED';
  status['reconciliationStatus'] = {
    ...before,
    lastReconciledSpec: text,
    reconciliationTimestamp: now,
    state,
    ...(suspended && { lastStableSpec: text }),
  };
  status['observedGeneration'] = generationOf(object);
  delete status['error'];
}

export function markStable(status: Status): void {
  const reconciliation = objectAt(status, 'reconciliationStatus');
  const last = reconciliation['lastReconciledSpec'];
  if (last === undefined || last === reconciliation['lastStableSpec']) return;
  status['reconciliationStatus'] = { ...reconciliation, lastStableSpec: last };
}

export function isStable(status: JsonObject): boolean {
  const { lastReconciledSpec, lastStableSpec } = objectAt(status, 'reconciliationStatus');
  return lastReconciledSpec !== undefined && lastReconciledSpec === lastStableSpec;
}

/** Texts of an error that make a lost JobManager a failure for good. */
const final = [
  'Manual restore required.',
  'HA metadata is not available',
  'It is possible that the job has finished or terminally failed, or the configmaps have been deleted.',
];

/** `lifecycleState`: the first rule that fits (facts: CommonStatus). */
export function lifecycleOf(status: JsonObject): string {
  const now = textAt(status, 'lifecycleState');
  if (now === 'DELETING' || now === 'DELETED') return now;
  const kept = keptSpec(status, 'lastReconciledSpec');
  const error = textAt(status, 'error');
  if (kept === null) return error === '' ? 'CREATED' : 'FAILED';
  const state = stateOfReconciliation(status);
  if (state === 'UPGRADING' || state === 'ROLLING_BACK') return state;
  if (jobOf(kept.spec)?.state === 'suspended') return 'SUSPENDED';
  if (textAt(status, 'jobStatus', 'state') === 'FAILED') return 'FAILED';
  const lost = ['MISSING', 'ERROR'].includes(textAt(status, 'jobManagerDeploymentStatus'));
  if (lost && final.some((text) => error.includes(text))) return 'FAILED';
  if (state === 'ROLLED_BACK') return state;
  return isStable(status) ? 'STABLE' : 'DEPLOYED';
}

/** A status as an operator of a version writes it. */
export function shown(status: Status, spec: JsonObject, settings: FlinkOperatorSettings, now: number): JsonObject {
  const { operatorVersion } = settings;
  const whole: Status = { ...status, lifecycleState: lifecycleOf(status) };
  if (!atLeast(operatorVersion, '1.10.0')) delete whole['observedGeneration'];
  if (atLeast(operatorVersion, '1.15.0')) whole['conditions'] = [conditionOf(whole, spec, now)];
  return whole;
}

const managerReasons: { readonly [state: string]: string } = {
  READY: 'JobManagerReady',
  DEPLOYED_NOT_READY: 'DeployedNotReady',
  DEPLOYING: 'JobManagerIsDeploying',
  MISSING: 'JobManagerDeploymentMissing',
  ERROR: 'Error',
};

function conditionOf(status: JsonObject, spec: JsonObject, now: number): Json {
  const manager = textAt(status, 'jobManagerDeploymentStatus');
  const job = textAt(status, 'jobStatus', 'state');
  const isJob = isObject(spec['job']);
  const runs = isJob ? job === 'RUNNING' : manager === 'READY';
  const reason = isJob && job !== '' ? camel(job) : (managerReasons[manager] ?? 'Error');
  const before = status['conditions'];
  const old = Array.isArray(before) ? (before[0] as JsonObject | undefined) : undefined;
  const value = runs ? 'True' : 'False';
  const lastTransitionTime = old?.['status'] === value ? (old['lastTransitionTime'] ?? timeOf(now)) : timeOf(now);
  return { type: 'Running', status: value, reason, message: `Job state ${job || 'unknown'}`, lastTransitionTime };
}

function camel(state: string): string {
  return state.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** An exception as the operator keeps it in `status.error`: JSON in a text. */
export function errorText(type: string, message: string, cause: string | null = null): string {
  const one = (name: string, text: string) => ({ type: name, message: text, additionalMetadata: {} });
  const causes = cause === null ? [] : [one(cause.split(':')[0] ?? '', cause.slice(cause.indexOf(':') + 2))];
  return JSON.stringify({ ...one(type, message), throwableList: causes });
}
