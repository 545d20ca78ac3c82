import { objectAt, textAt } from '../api/value.js';
import { atLeast } from '../api/version.js';
import { jobIn, stateOf } from './cluster.js';
import type { Look } from './context.js';
import { jobOf } from './spec.js';
import { errorText, generationOf, keptSpec, markStable, stateOfReconciliation } from './status.js';

/** Writes into the status what there is to see of a FlinkDeployment; changes nothing else. */
export function observe(look: Look): void {
  const { status } = look;
  const kept = keptSpec(status, 'lastReconciledSpec');
  if (kept === null) return;
  if (stateOfReconciliation(status) === 'UPGRADING') {
    recognise(look, kept.generation);
    if (stateOfReconciliation(status) === 'UPGRADING') return;
  }
  if (jobOf(kept.spec)?.state === 'suspended') return;
  observeManager(look);
  if (textAt(status, 'jobManagerDeploymentStatus') !== 'READY') return;
  if (jobOf(kept.spec) === null) markStable(status);
  else observeJob(look);
}

/** After a crash of the operator: is what it was about to make already there? */
function recognise({ status, cluster, object }: Look, generation: number): void {
  if (cluster === null || cluster.generation !== generation || generation !== generationOf(object)) return;
  const kept = keptSpec(status, 'lastReconciledSpec');
  if (kept === null) return;
  const text = JSON.parse(textAt(status, 'reconciliationStatus', 'lastReconciledSpec')) as object;
  const spec = {
    ...kept.spec,
    ...('job' in kept.spec && { job: { ...objectAt(kept.spec, 'job'), state: 'running' } }),
  };
  status['reconciliationStatus'] = {
    ...objectAt(status, 'reconciliationStatus'),
    lastReconciledSpec: JSON.stringify({ ...text, spec }),
    state: 'DEPLOYED',
  };
}

function observeManager(look: Look): void {
  const { status, cluster, now, operator, key, settings } = look;
  const before = textAt(status, 'jobManagerDeploymentStatus');
  const unseen = (state: string) => {
    status['jobManagerDeploymentStatus'] = state;
    status['jobStatus'] = { ...objectAt(status, 'jobStatus'), state: 'RECONCILING' };
  };
  if (cluster === null) {
    if (before !== 'MISSING') look.tell('Warning', 'Missing', 'Missing JobManager deployment', 'JobManagerDeployment');
    unseen('MISSING');
    return;
  }
  if (cluster.trouble !== null && cluster.trouble.reason !== '') {
    const { reason, message } = cluster.trouble;
    unseen('ERROR');
    status['error'] = errorText('org.apache.flink.kubernetes.operator.exception.DeploymentFailedException', message);
    look.tell('Warning', reason, message, 'JobManagerDeployment');
    return;
  }
  if (now < cluster.readyAt) {
    unseen('DEPLOYING');
    return;
  }
  if (before === 'READY') return;
  const since = operator.memory.readySince.get(key);
  if (since === undefined) operator.memory.readySince.set(key, now);
  if (since === undefined || now < since + settings.restReadySeconds * 1000) {
    unseen('DEPLOYED_NOT_READY');
    return;
  }
  status['jobManagerDeploymentStatus'] = 'READY';
  status['clusterInfo'] = {
    'flink-version': cluster.world.settings.version,
    'flink-revision': 'emulated',
    'total-cpu': '1.0',
    'total-memory': '2147483648',
  };
}

function observeJob(look: Look): void {
  const { status, cluster, now } = look;
  if (cluster === null) return;
  const job = jobIn(cluster, now);
  const before = objectAt(status, 'jobStatus');
  if (job === null) {
    status['jobStatus'] = { ...before, state: 'RECONCILING' };
    status['error'] = errorText(
      'org.apache.flink.kubernetes.operator.exception.ReconciliationException',
      'Job Not Found',
    );
    look.tell('Warning', 'Missing', 'Job Not Found');
    return;
  }
  const state = stateOf(job, now);
  status['jobStatus'] = {
    ...before,
    jobId: job.id,
    jobName: job.name,
    startTime: String(job.createdAt),
    state,
    ...(before['state'] !== state && { updateTime: String(now) }),
  };
  if (before['state'] !== state)
    look.tell('Normal', 'JobStatusChanged', `Job status changed from ${before['state']} to ${state}`);
  if (state === 'FAILED') {
    const trace = job.failures.at(-1)?.trace ?? 'java.lang.RuntimeException: it failed';
    status['error'] = errorText(trace.split(/[:\n]/)[0] ?? '', trace);
  } else if (state === 'RUNNING') delete status['error'];
  if (stateOfReconciliation(status) === 'DEPLOYED' && (state === 'RUNNING' || state === 'FINISHED')) markStable(status);
  status['taskManager'] = {
    labelSelector: `component=taskmanager,app=${textAt(look.object, 'metadata', 'name')}`,
    replicas: state === 'RUNNING' ? Math.max(1, job.parallelism.at(-1)?.of ?? 1) : 0,
  };
}

/** Where the savepoint of an upgrade lies, as an operator of a version keeps it. */
export function keepSavepoint({ status, now, settings }: Look, path: string, format = 'CANONICAL'): void {
  const job = objectAt(status, 'jobStatus');
  if (atLeast(settings.operatorVersion, '1.10.0')) {
    status['jobStatus'] = { ...job, upgradeSavepointPath: path };
    return;
  }
  const lastSavepoint = { formatType: format, location: path, timeStamp: now, triggerType: 'UPGRADE' };
  const info = objectAt(job, 'savepointInfo');
  const history = Array.isArray(info['savepointHistory']) ? info['savepointHistory'] : [];
  const savepointInfo = {
    ...info,
    lastPeriodicSavepointTimestamp: 0,
    lastSavepoint,
    savepointHistory: [...history, lastSavepoint],
  };
  status['jobStatus'] = { ...job, savepointInfo };
}

/** The path that the last upgrade kept; null: none. */
export function savepointKept({ status }: Look): string | null {
  const job = objectAt(status, 'jobStatus');
  const old = textAt(job, 'savepointInfo', 'lastSavepoint', 'location');
  return textAt(job, 'upgradeSavepointPath') || old || null;
}
