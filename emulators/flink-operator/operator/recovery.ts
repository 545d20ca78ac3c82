import { objectAt, textAt } from '../api/value.js';
import { newJobId } from './cluster.js';
import { build, dismantle } from './cluster-objects.js';
import type { Look } from './context.js';
import { savepointKept } from './observe.js';
import { jobOf } from './spec.js';
import { isStable, keptSpec, stateOfReconciliation } from './status.js';
import { recoveryFailure } from './stop.js';
import { deployed } from './upgrade.js';

/** Marks a deployment that did not become stable in time as one to roll back. */
export function wantsRollback(look: Look): boolean {
  const { status, now } = look;
  const configuration = look.configuration();
  const since = Number(objectAt(status, 'reconciliationStatus')['reconciliationTimestamp'] ?? 0);
  const limit = configuration.seconds('kubernetes.operator.deployment.readiness.timeout', 300);
  const stable = keptSpec(status, 'lastStableSpec');
  if (!configuration.rollsBack || stateOfReconciliation(status) !== 'DEPLOYED') return false;
  if (isStable(status) || stable === null || now < since + limit * 1000) return false;
  status['reconciliationStatus'] = { ...objectAt(status, 'reconciliationStatus'), state: 'ROLLING_BACK' };
  look.tell('Warning', 'Rollback', 'Rolling back failed deployment.', 'JobManagerDeployment');
  return true;
}

/** Brings back the last stable spec, from HA metadata or from the savepoint of the upgrade. The object's spec stays as it is. */
export function rollBack(look: Look): null {
  const { status, operator, key } = look;
  const stable = keptSpec(status, 'lastStableSpec');
  const job = stable === null ? null : jobOf(stable.spec);
  if (stable === null || job === null) return null;
  const path = operator.clusters.metadata.get(key) ?? savepointKept(look);
  if (path === null && job.upgradeMode !== 'stateless')
    throw recoveryFailure(
      'HA metadata is not available to roll back to the last stable spec. Manual restore required.',
    );
  dismantle(look);
  const jobId = textAt(status, 'jobStatus', 'jobId') || newJobId();
  build(look, stable.spec, { jobId, savepoint: path, allowNonRestoredState: job.allowNonRestoredState });
  status['reconciliationStatus'] = { ...objectAt(status, 'reconciliationStatus'), state: 'ROLLED_BACK' };
  delete status['error'];
  deployed(look);
  return null;
}

/** Makes a JobManager's Deployment again that somebody deleted. Throws a Failure without HA metadata. */
export function recover(look: Look): null {
  const { status, cluster, operator, key } = look;
  const kept = keptSpec(status, 'lastReconciledSpec');
  const configuration = look.configuration();
  const gone = cluster === null && textAt(status, 'jobManagerDeploymentStatus') === 'MISSING';
  const wanted = kept !== null && jobOf(kept.spec)?.state !== 'suspended';
  if (!gone || !wanted || !configuration.flag('kubernetes.operator.jm-deployment-recovery.enabled', true)) return null;
  const job = jobOf(look.spec);
  look.tell('Warning', 'RecoverDeployment', 'Recovering lost deployment', 'Job');
  if (job === null) {
    build(look, look.spec, null);
    deployed(look);
    return null;
  }
  const path = operator.clusters.metadata.get(key) ?? null;
  if (path === null && job.upgradeMode !== 'stateless') {
    throw recoveryFailure(
      'HA metadata not available to restore from last state. It is possible that the job has finished or terminally failed, or the configmaps have been deleted. Manual restore required.',
    );
  }
  const jobId = textAt(status, 'jobStatus', 'jobId') || newJobId();
  build(look, look.spec, { jobId, savepoint: path, allowNonRestoredState: job.allowNonRestoredState });
  deployed(look);
  return null;
}
