import { failed } from '../../platforms/flink/errors.js';
import { hasEnded } from '../../platforms/flink/states.js';
import type { LaunchCall, Progress } from '../engine.js';
import { type Kit, running } from './kit.js';
import { isDrains, savepointAtEnd } from './savepoint.js';
import { readTarget } from './target.js';

/** What a start begins from; null: empty. */
export interface From {
  readonly snapshot: string | null;
}

/**
 * The state that a start goes on from. The snapshot that it is given; else, after a run that was cancelled or failed, the last checkpoint
 * that was kept of it. A run that was drained or came to its end left nothing to go on from. A run that had checkpoints of which none was
 * kept is a definite no: its state is never dropped silently.
 */
export async function keptState(kit: Kit, call: LaunchCall): Promise<From | Progress> {
  if (call.snapshot !== null) return { snapshot: call.snapshot };
  const { 'start-from': given = null } = readTarget(call.target);
  const before = call.predecessor;
  if (before === null) return { snapshot: given };
  if (before.state !== 'stopped' && before.state !== 'failed' && before.state !== 'finished') return { snapshot: null };
  const found = await keptOf(kit, before.id, before.state);
  switch (found.state) {
    case 'kept':
      return { snapshot: found.path };
    case 'late':
      return running({}, 0.3);
    case 'none':
      return { snapshot: given };
    case 'discarded':
      if (given !== null) return { snapshot: given };
      return failed(
        'flink-checkpoint-not-retained',
        `Run ${before.id} had checkpoints, and none was kept after its end.`,
      );
    case 'forgotten':
      if (given !== null) return { snapshot: given };
      return failed(
        'flink-state-not-known',
        `Flink does not know the run ${before.id} any more, nor where its state stands.`,
      );
  }
}

export type Kept =
  | { readonly state: 'kept'; readonly path: string; readonly at: number | null }
  | { readonly state: 'none' | 'discarded' | 'forgotten' | 'late' };

/**
 * The state that an ended run left: the savepoint of its end, else its last checkpoint, if that outlives such an end. `late`: what Flink
 * shows of it is older than its end, since all answers about one job come from one copy that is kept for `web.refresh-interval`.
 */
export async function keptOf(kit: Pick<Kit, 'api'>, id: string, end: 'stopped' | 'failed' | 'finished'): Promise<Kept> {
  const job = await kit.api.job(id);
  if (job === null) return { state: 'forgotten' };
  if (!hasEnded(job)) return { state: 'late' };
  const savepoint = job.state === 'FINISHED' ? await savepointAtEnd(kit, id) : null;
  if (savepoint !== null) return isDrains(savepoint) ? { state: 'none' } : { state: 'kept', path: savepoint, at: null };
  return job.state === 'FINISHED' || end === 'finished' ? { state: 'none' } : keptCheckpoint(kit, id, end);
}

/** The last checkpoint of a run and whether it outlives its end in this way. A failed job's checkpoints are kept unless none is. */
export async function keptCheckpoint(kit: Pick<Kit, 'api'>, id: string, end: 'stopped' | 'failed'): Promise<Kept> {
  const checkpoints = await kit.api.checkpoints(id);
  if (checkpoints === null) return { state: 'forgotten' };
  const { completed, restored } = checkpoints.latest;
  const config = await kit.api.checkpointConfig(id);
  const kept = config?.externalization;
  const outlives = kept?.enabled === true && (end === 'failed' || !kept.delete_on_cancellation);
  if (completed !== null) {
    const path = completed.external_path;
    if (!outlives || path === undefined || path.startsWith('<')) return { state: 'discarded' };
    return { state: 'kept', path, at: completed.trigger_timestamp ?? null };
  }
  // It never came to a checkpoint of its own: what it started from still holds.
  if (restored?.external_path !== undefined) return { state: 'kept', path: restored.external_path, at: null };
  return { state: 'none' };
}
