import { isObject, type JsonObject } from '../../../src/model/json.js';
import { isActive, type Job } from '../../flink/job.js';
import { trigger } from '../../flink/savepoints.js';
import { checkpointsAt } from '../../flink/world.js';
import { flinkDeployments, flinkSessionJobs, flinkStateSnapshots } from '../api/kinds.js';
import { timeOf } from '../api/store.js';
import { objectAt, textAt } from '../api/value.js';
import { type Cluster, jobIn } from './cluster.js';
import { keyOf, type Operator } from './context.js';
import { released, taken } from './deployment.js';
import { type Status, tell, writeStatus } from './writer.js';

/** One look of the operator at a FlinkStateSnapshot. */
export function lookAtSnapshot(operator: Operator, found: JsonObject, now: number): number | null {
  const kind = flinkStateSnapshots;
  if (textAt(found, 'metadata', 'deletionTimestamp') !== '') {
    released(operator, kind, found, now);
    return null;
  }
  const object = taken(operator, kind, found, now);
  const status: Status = { state: 'TRIGGER_PENDING', failures: 0, ...objectAt(object, 'status') };
  const save = (change: Status) => {
    writeStatus(operator.store, kind, object, { ...status, ...change }, now);
  };
  const { state } = status;
  if (state === 'COMPLETED' || state === 'FAILED' || state === 'ABANDONED') return null;
  const spec = objectAt(object, 'spec');
  const savepoint = isObject(spec['savepoint']) ? spec['savepoint'] : null;
  if (savepoint?.['alreadyExists'] === true) {
    save({ state: 'COMPLETED', path: savepoint['path'] ?? '', resultTimestamp: timeOf(now) });
    return null;
  }
  const { cluster, job } = jobReferred(operator, object, now);
  if (cluster === null || job === null || !isActive(job, now)) {
    if (state === 'IN_PROGRESS') {
      save({ state: 'ABANDONED', error: 'Job is not running any more', resultTimestamp: timeOf(now) });
      return null;
    }
    save({ state: 'TRIGGER_PENDING' });
    return operator.settings().progressSeconds;
  }
  if (state === 'TRIGGER_PENDING') {
    tell(operator.store, object, 'Normal', 'SnapshotTriggered', 'Snapshot triggered', 'Snapshot', now);
    const id = savepoint === null ? 'checkpoint' : begin(cluster, job, savepoint, now);
    save({ state: 'IN_PROGRESS', triggerId: id, triggerTimestamp: timeOf(now) });
    return operator.settings().progressSeconds;
  }
  return savepoint === null
    ? checkpointed(cluster, job, save, now)
    : finished(operator, object, status, cluster, job, save, now);
}

function begin(cluster: Cluster, job: Job, savepoint: JsonObject, now: number): string {
  const path = textAt(savepoint, 'path');
  const directory = path === '' ? {} : { 'target-directory': path };
  return textAt(trigger(cluster.world, job.id, { ...directory }, false, now), 'request-id');
}

function checkpointed(cluster: Cluster, job: Job, save: (change: Status) => void, now: number): null {
  const path = cluster.world.checkpointPath(job, checkpointsAt(cluster.world, job, now));
  save({ state: 'COMPLETED', path, resultTimestamp: timeOf(now) });
  return null;
}

function finished(
  operator: Operator,
  object: JsonObject,
  status: Status,
  cluster: Cluster,
  job: Job,
  save: (change: Status) => void,
  now: number,
): number | null {
  const result = cluster.world.triggers.get(`${job.id} ${status['triggerId']}`)?.result ?? null;
  if (result === null) return operator.settings().progressSeconds;
  if ('location' in result) {
    save({ state: 'COMPLETED', path: result.location, resultTimestamp: timeOf(now) });
    return null;
  }
  const failures = Number(status['failures'] ?? 0) + 1;
  const limit = Number(objectAt(object, 'spec')['backoffLimit'] ?? -1);
  const over = limit >= 0 && failures > limit;
  const error = result.trace;
  tell(operator.store, object, 'Warning', 'SnapshotError', error, 'Snapshot', now);
  save({ state: over ? 'FAILED' : 'TRIGGER_PENDING', failures, error, ...(over && { resultTimestamp: timeOf(now) }) });
  return over ? null : operator.settings().retrySeconds * 2 ** (failures - 1);
}

function jobReferred(
  operator: Operator,
  object: JsonObject,
  now: number,
): { cluster: Cluster | null; job: Job | null } {
  const reference = objectAt(object, 'spec', 'jobReference');
  const [namespace, name] = [textAt(object, 'metadata', 'namespace'), textAt(reference, 'name')];
  if (reference['kind'] !== flinkSessionJobs.kind) {
    const target = operator.store.get(flinkDeployments, namespace, name);
    const cluster = target === null ? null : operator.clusters.get(keyOf(target));
    return { cluster, job: cluster === null ? null : jobIn(cluster, now) };
  }
  const target = operator.store.get(flinkSessionJobs, namespace, name) ?? {};
  const cluster = operator.clusters.get(`${namespace}/${textAt(target, 'spec', 'deploymentName')}`);
  return { cluster, job: cluster?.world.jobs.get(textAt(target, 'status', 'jobStatus', 'jobId')) ?? null };
}
