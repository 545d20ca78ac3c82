import type { Api } from './api.js';
import { isOwn } from './snapshots/path.js';
import { hasEnded } from './states.js';

/**
 * When processing ended in one run and began in the next, by the JobManager's clock (ISO 8601). A run that is stopped with a savepoint takes
 * its last record when the savepoint is triggered, one that is cancelled when the cancel arrives; the next one takes its first record when
 * the last of its tasks runs. Null: it is not told (any more). A run that has restarted shows the times of its newest tasks alone.
 */
export async function gapBetween(
  api: Api,
  before: string,
  after: string,
): Promise<{ readonly lastBefore: string; readonly firstAfter: string } | null> {
  // A scale makes the job's tasks anew within one run, whose old times are then gone.
  if (before === after) return null;
  const [last, first] = await Promise.all([processedUntil(api, before), processedSince(api, after)]);
  if (last === null || first === null) return null;
  return { lastBefore: new Date(last).toISOString(), firstAfter: new Date(first).toISOString() };
}

async function processedUntil(api: Api, id: string): Promise<number | null> {
  const job = await api.job(id);
  if (job === null || !hasEnded(job)) return null;
  if (job.state === 'FINISHED') {
    const savepoint = (await api.checkpoints(id))?.latest.savepoint;
    return savepoint?.checkpoint_type === 'SYNC_SAVEPOINT' ? (savepoint.trigger_timestamp ?? null) : null;
  }
  return time(job.timestamps?.[job.state === 'CANCELED' ? 'CANCELLING' : 'FAILING']);
}

async function processedSince(api: Api, id: string): Promise<number | null> {
  const job = await api.job(id);
  if (job === null || job.vertices.length === 0 || time(job.timestamps?.['RESTARTING']) !== null) return null;
  // The adaptive scheduler leaves no such mark, but the run then goes on from a checkpoint of its own.
  const restored = (await api.checkpoints(id))?.latest.restored?.external_path;
  if (restored !== undefined && isOwn(restored, id)) return null;
  const times = await Promise.all(job.vertices.map((vertex) => api.subtaskTimes(id, vertex.id)));
  const began = times.flatMap((told) => told?.subtasks.map(({ timestamps }) => time(timestamps['RUNNING'])) ?? [null]);
  const known = began.filter((at) => at !== null);
  return known.length === began.length && known.length > 0 ? Math.max(...known) : null;
}

/** Flink shows 0 for a state that a job or a task was never in. */
function time(at: number | undefined): number | null {
  return at === undefined || at <= 0 ? null : at;
}
