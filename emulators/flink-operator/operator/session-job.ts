import { createHash } from 'node:crypto';
import { isObject, type JsonObject } from '../../../src/model/json.js';
import { phaseAt } from '../../flink/job.js';
import { trigger } from '../../flink/savepoints.js';
import { flinkDeployments, flinkSessionJobs } from '../api/kinds.js';
import { objectAt, textAt } from '../api/value.js';
import { type Cluster, newestSnapshot, run, stateOf } from './cluster.js';
import { Look, type Operator } from './context.js';
import { released, taken } from './deployment.js';
import { keepSavepoint, savepointKept } from './observe.js';
import { diffOf, type JobSpec, jobOf, told } from './spec.js';
import {
  errorText,
  firstStatus,
  generationOf,
  type Kept,
  keptSpec,
  markStable,
  reconciled,
  stateOfReconciliation,
  statusOf,
} from './status.js';
import { Failure, failed } from './stop.js';

const exceptions = 'org.apache.flink.kubernetes.operator.exception';

/** One look of the operator at a FlinkSessionJob: a job on the Flink of a session FlinkDeployment. */
export function lookAtSessionJob(operator: Operator, found: JsonObject, now: number): number | null {
  const status = isObject(found['status']) ? statusOf(found) : firstStatus(false, operator.settings());
  if (textAt(found, 'metadata', 'deletionTimestamp') !== '')
    return cleanUp(new Look(operator, flinkSessionJobs, found, status, now));
  const object = taken(operator, flinkSessionJobs, found, now);
  const look = new Look(operator, flinkSessionJobs, object, status, now);
  const cluster = sessionOf(look);
  const why = refusal(look, cluster);
  if (why !== null) {
    status['error'] = errorText(`${exceptions}.ValidationException`, why);
    look.tell('Warning', 'ValidationError', why);
    look.save();
    return look.settings.reconcileSeconds;
  }
  if (cluster === null || now < cluster.readyAt || cluster.trouble !== null) return look.settings.progressSeconds;
  try {
    observe(look, cluster);
    look.save();
    const next = carryOut(look, cluster);
    operator.memory.tries.delete(look.remembered);
    look.save();
    return next;
  } catch (error) {
    if (error instanceof Failure) return failed(look, error);
    throw error;
  }
}

function sessionOf({ operator, object, spec }: Look): Cluster | null {
  return operator.clusters.get(`${textAt(object, 'metadata', 'namespace')}/${textAt(spec, 'deploymentName')}`);
}

function refusal({ operator, object, spec, status }: Look, cluster: Cluster | null): string | null {
  const name = textAt(spec, 'deploymentName');
  const session = operator.store.get(flinkDeployments, textAt(object, 'metadata', 'namespace'), name);
  const job = jobOf(spec);
  if (job === null) return 'The job spec should not be empty';
  if (job.jarURI === '') return 'The jarURI should not be empty';
  if (session === null) return null;
  if (isObject(objectAt(session, 'spec')['job']))
    return `The session job deployment ${name} is an application cluster.`;
  if (keptSpec(status, 'lastReconciledSpec') === null && job.state === 'suspended')
    return 'Job must start in running state';
  if (job.upgradeMode === 'last-state') return 'The LAST_STATE upgrade mode is not supported in session job now.';
  const noDirectory = cluster !== null && cluster.world.settings.savepointDirectory === null;
  return job.upgradeMode === 'savepoint' && noDirectory
    ? 'Job could not be upgraded with savepoint while config key[state.savepoints.dir] is not set'
    : null;
}

function observe(look: Look, cluster: Cluster): void {
  const { status, now } = look;
  const job = cluster.world.jobs.get(textAt(status, 'jobStatus', 'jobId'));
  if (job === undefined || stateOfReconciliation(status) !== 'DEPLOYED') return;
  const before = objectAt(status, 'jobStatus');
  const state = stateOf(job, now);
  status['jobStatus'] = {
    ...before,
    jobName: job.name,
    startTime: String(job.createdAt),
    state,
    ...(before['state'] !== state && { updateTime: String(now) }),
  };
  if (before['state'] !== state)
    look.tell('Normal', 'JobStatusChanged', `Job status changed from ${before['state']} to ${state}`);
  if (state === 'RUNNING' || state === 'FINISHED') markStable(status);
  if (state === 'FAILED') {
    const trace = job.failures.at(-1)?.trace ?? '';
    status['error'] = errorText(trace.split(/[:\n]/)[0] ?? '', trace);
  }
}

function carryOut(look: Look, cluster: Cluster): number {
  const { status, spec, object, settings, now } = look;
  const kept = keptSpec(status, 'lastReconciledSpec');
  const job = jobOf(spec) as JobSpec;
  if (kept === null) return submitted(look, cluster, job.initialSavepointPath, true);
  const diff = diffOf(kept.spec, spec);
  if (diff.type === 'IGNORE' && stateOfReconciliation(status) !== 'UPGRADING') {
    if (kept.generation !== generationOf(object)) reconciled(status, object, spec, 'DEPLOYED', false, now);
    const state = textAt(status, 'jobStatus', 'state');
    return state === 'CREATED' || state === 'RECONCILING' ? settings.progressSeconds : settings.reconcileSeconds;
  }
  if (kept.generation !== generationOf(object)) look.tell('Normal', 'SpecChanged', told(diff));
  if (jobOf(kept.spec)?.state === 'running') return stopped(look, cluster, job);
  if (job.state === 'suspended') {
    reconciled(status, object, spec, 'DEPLOYED', false, now);
    return settings.reconcileSeconds;
  }
  const path = diff.type === 'SAVEPOINT_REDEPLOY' ? job.initialSavepointPath : pathOf(look, kept, job);
  return submitted(look, cluster, path, false);
}

function pathOf(look: Look, kept: Kept, job: JobSpec): string | null {
  return job.upgradeMode === 'stateless' || jobOf(kept.spec)?.upgradeMode === 'stateless' ? null : savepointKept(look);
}

/** Takes the job down; the operator waits in this call for a savepoint, so that the status is written afterwards. */
function stopped(look: Look, cluster: Cluster, job: JobSpec): number {
  const { status, operator, now } = look;
  const running = cluster.world.jobs.get(textAt(status, 'jobStatus', 'jobId'));
  const state = running === undefined ? 'GONE' : phaseAt(running, now).state;
  const isDown = running === undefined || ['FINISHED', 'FAILED', 'CANCELED'].includes(state);
  const under = operator.memory.stopping.get(look.remembered);
  if (!isDown && under === undefined) {
    look.tell('Normal', 'Suspended', 'Suspending existing deployment.');
    const needsSavepoint = job.upgradeMode === 'savepoint' && stateOf(running, now) === 'RUNNING';
    if (needsSavepoint) {
      const answer = trigger(cluster.world, running.id, { drain: false }, true, now);
      operator.memory.stopping.set(look.remembered, { trigger: textAt(answer, 'request-id'), since: now });
      return 0.1;
    }
    if (job.upgradeMode === 'savepoint') return look.settings.progressSeconds;
    cluster.flink.plant?.({ run: running.id, fate: 'cancel' });
  }
  if (!isDown && under !== undefined) {
    const result = cluster.world.triggers.get(`${running.id} ${under.trigger}`)?.result ?? null;
    if (result === null || 'location' in result) return 0.1;
    operator.memory.stopping.delete(look.remembered);
    const message = `org.apache.flink.util.FlinkRuntimeException: ${result.trace.split('\n').at(-1) ?? result.trace}`;
    throw new Failure(`${exceptions}.ReconciliationException`, 'SavepointError', message, result.trace);
  }
  operator.memory.stopping.delete(look.remembered);
  const path = running === undefined || job.upgradeMode === 'stateless' ? null : newestSnapshot(cluster, running, now);
  if (path !== null) keepSavepoint(look, path);
  status['jobStatus'] = {
    ...objectAt(status, 'jobStatus'),
    state: isDown && running !== undefined ? state : 'CANCELED',
  };
  suspend(look, job);
  return job.state === 'running' ? 0 : look.settings.reconcileSeconds;
}

function suspend({ status, object, spec, now }: Look, job: JobSpec): void {
  const suspended = { ...spec, job: { ...objectAt(spec, 'job'), state: 'suspended' } };
  reconciled(status, object, suspended, job.state === 'running' ? 'UPGRADING' : 'DEPLOYED', false, now);
}

/** Runs the jar. The job's id follows from the object and its generation, so that a second try finds the first one's job. */
function submitted(look: Look, cluster: Cluster, savepoint: string | null, first: boolean): number {
  const { status, object, spec, settings, now, operator } = look;
  const job = jobOf(spec) as JobSpec;
  const { uid, generation } = objectAt(object, 'metadata');
  const jobId = createHash('md5').update(`${uid} ${generation}`).digest('hex');
  suspend(look, job);
  status['jobStatus'] = { ...objectAt(status, 'jobStatus'), jobId, state: 'RECONCILING' };
  look.save();
  operator.passes('before-deploy');
  const lines = operator.clusters.linesOf(spec);
  if (lines.includes('image-missing')) {
    const message = `java.io.FileNotFoundException: Could not fetch the jar ${job.jarURI}`;
    throw new Failure(`${exceptions}.ReconciliationException`, 'SubmitError', message);
  }
  look.tell('Normal', 'Submit', 'Starting deployment');
  if (!cluster.world.jobs.has(jobId)) {
    const body = {
      jobId,
      parallelism: job.parallelism,
      flinkConfiguration: objectAt(spec, 'flinkConfiguration'),
      allowNonRestoredState: job.allowNonRestoredState,
      ...(savepoint !== null && { savepointPath: savepoint }),
    };
    run(cluster, lines, body, now);
  }
  operator.passes('after-deploy');
  reconciled(status, object, spec, 'DEPLOYED', first, now);
  return settings.progressSeconds;
}

function cleanUp(look: Look): number | null {
  const { operator, object, status, now } = look;
  look.tell('Normal', 'Cleanup', 'Cleaning up FlinkSessionJob', 'Operator');
  const cluster = sessionOf(look);
  const job = cluster?.world.jobs.get(textAt(status, 'jobStatus', 'jobId'));
  if (cluster !== null && job !== undefined && job.end === null) cluster.flink.plant?.({ run: job.id, fate: 'cancel' });
  released(operator, flinkSessionJobs, object, now);
  return null;
}
