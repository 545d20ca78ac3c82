import { trigger } from '../../flink/savepoints.js';
import { objectAt, textAt } from '../api/value.js';
import { jobIn, newestSnapshot } from './cluster.js';
import { dismantle } from './cluster-objects.js';
import type { Look } from './context.js';
import { keepSavepoint } from './observe.js';
import { jobOf, type UpgradeMode } from './spec.js';
import { errorText, reconciled } from './status.js';

/** A try of the operator that failed: it keeps the error and tries again. */
export class Failure extends Error {
  readonly type: string;
  readonly reason: string;
  /** The exception below it, as Java shows one; null: none. */
  readonly origin: string | null;

  constructor(type: string, reason: string, message: string, origin: string | null = null) {
    super(message);
    this.type = type;
    this.reason = reason;
    this.origin = origin;
  }
}

const exceptions = 'org.apache.flink.kubernetes.operator.exception';

export function recoveryFailure(message: string): Failure {
  return new Failure(`${exceptions}.RecoveryFailureException`, 'RestoreFailed', message);
}

/** Tries in all before the operator waits for a change. */
const mostTries = 15;

/** Keeps a failure in the status; seconds until the next try. */
export function failed(look: Look, failure: Failure): number | null {
  const { status, operator, settings } = look;
  status['error'] = errorText(failure.type, failure.message, failure.origin);
  look.tell('Warning', failure.reason, failure.message);
  look.save();
  const tries = (operator.memory.tries.get(look.remembered) ?? 0) + 1;
  operator.memory.tries.set(look.remembered, tries);
  return tries >= mostTries ? null : settings.retrySeconds * 1.5 ** (tries - 1);
}

/** Ends the running job the way that an upgrade mode asks for. True: it has ended; false: a savepoint is under way. */
export function stop(look: Look, mode: UpgradeMode, path: string | null): boolean {
  const { cluster, now, operator } = look;
  look.tell('Normal', 'Suspended', 'Suspending existing deployment.');
  const job = cluster === null ? null : jobIn(cluster, now);
  if (mode !== 'savepoint' || path !== null || cluster === null || job === null) {
    ended(look, mode, path);
    return true;
  }
  const format = look.configuration().text('kubernetes.operator.savepoint.format.type') || 'CANONICAL';
  const body = { formatType: format, drain: false };
  const answer = trigger(cluster.world, job.id, body, true, now);
  operator.memory.stopping.set(look.remembered, { trigger: textAt(answer, 'request-id'), since: now });
  return false;
}

/** Waits for a savepoint that ends the job: the operator writes nothing meanwhile. Seconds until the next look; null: it waits for none. */
export function stopGoesOn(look: Look): number | null {
  const { operator, cluster, now, status } = look;
  const under = operator.memory.stopping.get(look.remembered);
  if (under === undefined) return null;
  const job = cluster === null ? null : jobIn(cluster, now);
  const found = job === null ? undefined : cluster?.world.triggers.get(`${job.id} ${under.trigger}`);
  const limit =
    under.since + look.configuration().seconds('kubernetes.operator.flink.client.cancel.timeout', 60) * 1000;
  if (found !== undefined && found.result === null && now < limit) return untilOr(found.doneAt, limit, now);
  const end = job?.end?.at ?? null;
  if (found?.result && 'location' in found.result && end !== null && now < end) return untilOr(end, limit, now);
  operator.memory.stopping.delete(look.remembered);
  const result = found?.result ?? null;
  if (result !== null && 'location' in result) {
    ended(look, 'savepoint', result.location);
    look.save();
    return 0;
  }
  const trace = result?.trace ?? '';
  // The savepoint is whole, only the job restarted: it is cancelled and the savepoint taken.
  const written = /A savepoint has been created at: (\S+?), but/.exec(trace)?.[1];
  if (written !== undefined) {
    ended(look, 'savepoint', written);
    look.save();
    return 0;
  }
  const message =
    result === null
      ? `Timed out stopping the job ${textAt(status, 'jobStatus', 'jobId')} with savepoint, please configure a larger timeout via 'kubernetes.operator.flink.client.cancel.timeout'`
      : `org.apache.flink.util.FlinkRuntimeException: ${trace.split('\n').at(-1) ?? trace}`;
  return failed(look, new Failure(`${exceptions}.ReconciliationException`, 'SavepointError', message, trace || null));
}

/** The smallest step keeps a look from being due again at the same time. */
function untilOr(at: number, limit: number, now: number): number {
  return Math.max(0.001, (Math.min(at, limit) - now) / 1000);
}

/** The job is down and its pods are deleted: the status says so now, and not before. */
function ended(look: Look, mode: UpgradeMode, path: string | null): void {
  const { status, object, spec, now, cluster } = look;
  if (path !== null) keepSavepoint(look, path);
  // A JobManager whose job is finished stays until the next one is made.
  if (mode !== 'savepoint' || cluster === null || jobIn(cluster, now)?.end?.state !== 'FINISHED') {
    dismantle(look);
    status['jobManagerDeploymentStatus'] = 'MISSING';
  }
  // A job that ended for good leaves no HA metadata.
  if (mode !== 'last-state') look.operator.clusters.metadata.delete(look.key);
  status['jobStatus'] = { ...objectAt(status, 'jobStatus'), state: mode === 'savepoint' ? 'FINISHED' : 'CANCELED' };
  const suspended = { ...spec, job: { ...objectAt(spec, 'job'), state: 'suspended', upgradeMode: mode } };
  reconciled(status, object, suspended, jobOf(spec)?.state === 'running' ? 'UPGRADING' : 'DEPLOYED', false, now);
}

/** Where the state of a job that does not run any more lies. */
export function lastSnapshot(look: Look): string | null {
  const { cluster, now } = look;
  const job = cluster === null ? null : jobIn(cluster, now);
  return cluster === null || job === null ? null : newestSnapshot(cluster, job, now);
}
