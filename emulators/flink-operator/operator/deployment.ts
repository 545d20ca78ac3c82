import { isObject, type JsonObject } from '../../../src/model/json.js';
import { flinkDeployments, type Kind } from '../api/kinds.js';
import { objectAt, same, textAt } from '../api/value.js';
import { dismantle } from './cluster-objects.js';
import { Look, type Operator } from './context.js';
import { observe } from './observe.js';
import { withDefaults } from './spec.js';
import { errorText, firstStatus, keptSpec, stateOfReconciliation, statusOf } from './status.js';
import { Failure, failed, stopGoesOn } from './stop.js';
import { carryOut } from './upgrade.js';
import { refusal } from './validate.js';
import { writeObject } from './writer.js';

/** One look of the operator at a FlinkDeployment: observe, validate, act. Seconds until the next look; null: only when something changes. */
export function lookAtDeployment(operator: Operator, found: JsonObject, now: number): number | null {
  if (textAt(found, 'metadata', 'deletionTimestamp') !== '') return cleanUp(operator, found, now);
  const object = taken(operator, flinkDeployments, found, now);
  const status = isObject(object['status']) ? statusOf(object) : firstStatus(true, operator.settings());
  const look = new Look(operator, flinkDeployments, object, status, now);
  const pending = stopGoesOn(look);
  if (pending !== null) return pending;
  observe(look);
  const kept = keptSpec(status, 'lastReconciledSpec');
  const why = refusal(look.spec, kept?.spec ?? null, look.settings);
  if (why !== null) {
    status['error'] = errorText('org.apache.flink.kubernetes.operator.exception.ValidationException', why);
    look.tell('Warning', 'ValidationError', why);
    look.save();
    return kept === null ? null : look.settings.reconcileSeconds;
  }
  // The first thing that shows of a new object is UPGRADING.
  if (kept !== null) look.save();
  try {
    const next = carryOut(look);
    operator.memory.tries.delete(look.remembered);
    look.save();
    return next ?? untilNext(look);
  } catch (error) {
    if (error instanceof Failure) return failed(look, error);
    throw error;
  }
}

/** The operator puts its finalizer into an object that it sees for the first time, and its classes' defaults go along. */
export function taken(operator: Operator, kind: Kind, object: JsonObject, now: number): JsonObject {
  const metadata = objectAt(object, 'metadata');
  const finalizer = `${kind.plural}.${kind.group}/finalizer`;
  const finalizers = Array.isArray(metadata['finalizers']) ? (metadata['finalizers'] as readonly string[]) : [];
  if (finalizers.includes(finalizer)) return object;
  const spec = withDefaults(objectAt(object, 'spec'));
  const next = { ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] }, spec };
  return same(next, object) ? object : writeObject(operator.store, kind, next, now);
}

function cleanUp(operator: Operator, object: JsonObject, now: number): null {
  const look = new Look(operator, flinkDeployments, object, statusOf(object), now);
  look.tell('Normal', 'Cleanup', 'Cleaning up FlinkDeployment', 'Operator');
  dismantle(look);
  operator.clusters.metadata.delete(look.key);
  operator.memory.stopping.delete(look.remembered);
  released(operator, flinkDeployments, object, now);
  return null;
}

/** Takes the finalizer away, so that the object goes. */
export function released(operator: Operator, kind: Kind, object: JsonObject, now: number): void {
  const metadata = objectAt(object, 'metadata');
  const finalizer = `${kind.plural}.${kind.group}/finalizer`;
  const finalizers = Array.isArray(metadata['finalizers']) ? (metadata['finalizers'] as readonly string[]) : [];
  const live = operator.store.get(kind, textAt(metadata, 'namespace'), textAt(metadata, 'name'));
  if (live === null) return;
  const left = finalizers.filter((one) => one !== finalizer);
  writeObject(operator.store, kind, { ...live, metadata: { ...objectAt(live, 'metadata'), finalizers: left } }, now);
}

function untilNext(look: Look): number {
  const { status, settings, cluster, now } = look;
  const state = stateOfReconciliation(status);
  if (state === 'UPGRADING' || state === 'ROLLING_BACK') return 0;
  const manager = textAt(status, 'jobManagerDeploymentStatus');
  if (manager === 'DEPLOYED_NOT_READY') return settings.restReadySeconds;
  if (manager !== 'DEPLOYING') return settings.reconcileSeconds;
  // The operator is told when the Deployment becomes available.
  const ready = cluster === null ? Infinity : (cluster.readyAt - now) / 1000;
  return Math.min(settings.progressSeconds, Math.max(0, ready));
}
