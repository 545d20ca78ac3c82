import { checkpointsAt } from '../../flink/world.js';
import { textAt } from '../api/value.js';
import { jobIn, stateOf } from './cluster.js';
import type { Look } from './context.js';
import { savepointKept } from './observe.js';
import type { UpgradeMode } from './spec.js';
import type { Kept } from './status.js';
import { lastSnapshot, recoveryFailure } from './stop.js';

/** How a job will be taken down. `path`: its state is there already, so that no savepoint is asked for. */
export interface Upgrade {
  readonly mode: UpgradeMode;
  readonly path: string | null;
}

const lost =
  'JobManager deployment is missing and HA data is not available to make stateful upgrades. It is possible that the job has finished or terminally failed, or the configmaps have been deleted. Manual restore required.';

/** What an upgrade can be made with; null: the operator waits for the job to get well. Throws a Failure where nothing will help. */
export function upgradeOf(look: Look, kept: Kept, wanted: UpgradeMode): Upgrade | null {
  const { cluster, status, operator, key, now, spec } = look;
  if (wanted === 'stateless') return { mode: 'stateless', path: null };
  const before = look.configuration(kept.spec);
  const fromHa = before.highlyAvailable ? (operator.clusters.metadata.get(key) ?? null) : null;
  const manager = textAt(status, 'jobManagerDeploymentStatus');
  const job = cluster === null ? null : jobIn(cluster, now);
  const state = job === null || manager !== 'READY' ? 'RECONCILING' : stateOf(job, now);
  const version = kept.spec['flinkVersion'] !== spec['flinkVersion'];

  if (state === 'RUNNING') {
    if (version || wanted === 'savepoint') return { mode: 'savepoint', path: null };
    if (isTooOld(look)) return { mode: 'savepoint', path: null };
    if (before.highlyAvailable) return { mode: 'last-state', path: null };
    return before.lastStateNeedsHa
      ? { mode: 'savepoint', path: null }
      : { mode: 'last-state', path: lastSnapshot(look) };
  }
  if (['FINISHED', 'FAILED', 'CANCELED'].includes(state)) return { mode: 'savepoint', path: lastSnapshot(look) };
  const falls = look.configuration().flag('kubernetes.operator.job.upgrade.last-state-fallback.enabled', true);
  if (fromHa !== null && !version && (wanted === 'last-state' || falls)) return { mode: 'last-state', path: null };
  // What never ran changed no state: the snapshot that it was to start from is still the newest.
  if (cluster !== null && !cluster.ran && manager !== 'READY')
    return { mode: savepointKept(look) === null ? 'stateless' : 'savepoint', path: savepointKept(look) };
  if (manager === 'MISSING' || manager === 'ERROR') throw recoveryFailure(lost);
  return null;
}

/** No checkpoint is young enough to go on from. */
function isTooOld(look: Look): boolean {
  const { cluster, now } = look;
  const limit = look
    .configuration()
    .seconds('kubernetes.operator.job.upgrade.last-state.max.allowed.checkpoint.age', Infinity);
  const job = cluster === null ? null : jobIn(cluster, now);
  if (limit === Infinity || cluster === null || job === null) return false;
  const completed = checkpointsAt(cluster.world, job, now);
  const newest =
    completed === 0 ? job.createdAt : job.runningAt + completed * cluster.world.settings.checkpointSeconds * 1000;
  return now - newest > limit * 1000;
}
