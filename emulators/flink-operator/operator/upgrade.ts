import { FlinkError } from '../../flink/errors.js';
import { verticesOf } from '../../flink/job.js';
import { require as rescale } from '../../flink/requirements.js';
import { objectAt, textAt } from '../api/value.js';
import { jobIn, newJobId, stateOf } from './cluster.js';
import { build, dismantle } from './cluster-objects.js';
import type { Look } from './context.js';
import { keepSavepoint, savepointKept } from './observe.js';
import { recover, rollBack, wantsRollback } from './recovery.js';
import { diffOf, jobOf, told } from './spec.js';
import { generationOf, type Kept, keptSpec, reconciled, stateOfReconciliation } from './status.js';
import { stop } from './stop.js';
import { upgradeOf } from './upgrade-mode.js';

/** Brings what runs closer to the spec, by one step. Seconds until the next look where that is not as usual. */
export function carryOut(look: Look): number | null {
  const { status, spec, object } = look;
  const kept = keptSpec(status, 'lastReconciledSpec');
  if (kept === null) return first(look);
  const state = stateOfReconciliation(status);
  if (state === 'ROLLING_BACK') return rollBack(look);
  const diff = diffOf(kept.spec, spec);
  if (diff.type !== 'IGNORE' || state === 'UPGRADING') {
    if (diff.type !== 'IGNORE' && kept.generation !== generationOf(object))
      look.tell('Normal', 'SpecChanged', told(diff), 'JobManagerDeployment');
    if (diff.type === 'SCALE' && scaledInPlace(look)) return null;
    return changed(look, kept, diff.type === 'SAVEPOINT_REDEPLOY');
  }
  if (kept.generation !== generationOf(object)) seen(look, kept);
  if (wantsRollback(look)) return 0;
  return recover(look);
}

/** Only ignored fields changed: the generation is taken, and the object is not taken for stable until the next look. */
function seen({ status, object }: Look, kept: Kept): void {
  const before = objectAt(status, 'reconciliationStatus');
  const old = JSON.parse(textAt(before, 'lastReconciledSpec')) as { readonly resource_metadata: object };
  const metadata = { ...old.resource_metadata, metadata: { generation: generationOf(object) } };
  const text = JSON.stringify({ spec: kept.spec, resource_metadata: metadata });
  status['reconciliationStatus'] = { ...before, lastReconciledSpec: text };
  status['observedGeneration'] = generationOf(object);
}

function first(look: Look): number | null {
  const { status, object, spec, now } = look;
  const job = jobOf(spec);
  const suspended = job === null ? spec : { ...spec, job: { ...objectAt(spec, 'job'), state: 'suspended' } };
  const jobId = newJobId();
  status['jobStatus'] = { ...objectAt(status, 'jobStatus'), ...(job !== null && { jobId }) };
  reconciled(status, object, suspended, 'UPGRADING', true, now);
  look.save();
  return deploy(look, job?.initialSavepointPath ?? null, true);
}

/** The steps of an upgrade: the job goes down, then what is new comes up. */
function changed(look: Look, kept: Kept, redeploys: boolean): number | null {
  const { status, spec, object, now } = look;
  const [old, job] = [jobOf(kept.spec), jobOf(spec)];
  if (job === null || old === null) {
    if (stateOfReconciliation(status) !== 'UPGRADING') {
      dismantle(look);
      status['jobManagerDeploymentStatus'] = 'MISSING';
      reconciled(status, object, spec, 'UPGRADING', false, now);
      return 0;
    }
    return deploy(look, null, false);
  }
  if (old.state === 'running') {
    if (redeploys && job.initialSavepointPath !== null) {
      stop(look, 'savepoint', job.initialSavepointPath);
      return 0;
    }
    const upgrade = upgradeOf(look, kept, job.upgradeMode);
    if (upgrade === null) return null;
    return stop(look, upgrade.mode, upgrade.path) ? 0 : 0.001;
  }
  if (job.state === 'suspended') {
    reconciled(status, object, spec, 'DEPLOYED', false, now);
    return null;
  }
  const how = job.upgradeMode === 'stateless' ? 'stateless' : old.upgradeMode;
  if (redeploys && job.initialSavepointPath !== null) keepSavepoint(look, job.initialSavepointPath);
  const suspended = {
    ...spec,
    job: { ...objectAt(spec, 'job'), state: 'suspended', upgradeMode: redeploys ? 'savepoint' : how },
  };
  reconciled(status, object, suspended, 'UPGRADING', false, now);
  look.save();
  if (look.cluster !== null) dismantle(look);
  status['jobManagerDeploymentStatus'] = 'MISSING';
  look.save();
  const fromHa = look.operator.clusters.metadata.get(look.key) ?? null;
  const paths = { stateless: null, savepoint: savepointKept(look), 'last-state': fromHa ?? savepointKept(look) };
  if (how === 'stateless') status['jobStatus'] = { ...objectAt(status, 'jobStatus'), jobId: newJobId() };
  return deploy(look, redeploys ? job.initialSavepointPath : paths[how], false);
}

/** Makes the new Flink. UPGRADING is written by now: a process that dies here finds out what it had done. */
export function deploy(look: Look, savepoint: string | null, isFirst: boolean): null {
  const { status, object, spec, operator, now } = look;
  const job = jobOf(spec);
  operator.passes('before-deploy');
  look.tell('Normal', 'Submit', 'Starting deployment', 'JobManagerDeployment');
  const jobId = textAt(status, 'jobStatus', 'jobId') || newJobId();
  const start = job === null ? null : { jobId, savepoint, allowNonRestoredState: job.allowNonRestoredState };
  build(look, spec, start);
  operator.passes('after-deploy');
  reconciled(status, object, spec, 'DEPLOYED', isFirst, now);
  deployed(look);
  return null;
}

/** What a status says right after something was made. */
export function deployed({ status, operator, key, spec }: Look): void {
  operator.memory.readySince.delete(key);
  status['jobManagerDeploymentStatus'] = 'DEPLOYING';
  if (jobOf(spec) !== null) status['jobStatus'] = { ...objectAt(status, 'jobStatus'), state: 'RECONCILING' };
}

/** Overrides of the vertices' parallelism need no restart on the adaptive scheduler. False: they do here. */
function scaledInPlace(look: Look): boolean {
  const { cluster, now, status, object, spec } = look;
  const configuration = look.configuration();
  const enabled = configuration.flag('kubernetes.operator.job.upgrade.inplace-scaling.enabled', true);
  const job = cluster === null ? null : jobIn(cluster, now);
  if (!enabled || !configuration.adaptive || cluster === null || job === null || stateOf(job, now) !== 'RUNNING')
    return false;
  const overrides = configuration.text('pipeline.jobvertex-parallelism-overrides').split(',');
  const wanted = new Map(overrides.map((one) => one.trim().split(':') as [string, string]));
  const present = job.parallelism.at(-1)?.of ?? 1;
  const body = verticesOf(job.program).map(({ id }) => {
    const upperBound = Number(wanted.get(id) ?? present);
    return [id, { parallelism: { lowerBound: 1, upperBound } }] as const;
  });
  try {
    rescale(cluster.world, job, Object.fromEntries(body), now);
  } catch (error) {
    if (error instanceof FlinkError) return false;
    throw error;
  }
  look.tell('Normal', 'Scaling', 'Scaling vertices in place', 'Job');
  reconciled(status, object, spec, 'DEPLOYED', false, now);
  return true;
}
