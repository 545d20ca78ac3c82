import type { JobRecord } from '../model/record.js';

/** Path of the snapshot that this rollout had written; null: none was, or where it stands is not known. */
export function writtenSnapshot({ journal }: Pick<JobRecord, 'journal'>): string | null {
  return journal.findLast((entry) => entry.verb === 'snapshot' && entry.state === 'succeeded')?.note ?? null;
}

/** The run that this rollout replaces is of the good revision: what it wrote is read by the code that wrote it. */
export function replacesGood({ good, predecessor }: Pick<JobRecord, 'good' | 'predecessor'>): boolean {
  if (good === null || predecessor === null) return false;
  return predecessor.run === good.runId || predecessor.stamp?.revision === good.revision;
}

/**
 * What the new run starts from: what the old one wrote on its way out. A job that is down goes on from what its last good run wrote when
 * it was stopped, and a rollback of such a job from what the revision's own run wrote, where that is known.
 */
export function newSnapshot(record: JobRecord): string | null {
  const written = writtenSnapshot(record);
  if (written !== null || record.plan?.strategy !== 'create') return written;
  const own = [record.good, ...record.goods].find((good) => good?.revision === record.revision)?.snapshot ?? null;
  return (record.plan.requestedRollback ? own : null) ?? record.good?.snapshot ?? null;
}

/**
 * What the old revision is started from again: what its own run wrote last (PROTOCOL 6). After a rollout that was closed for a newer
 * commit, or left stuck, the run that this one stopped is of a revision that nobody verified, and what that wrote is not taken.
 */
export function oldSnapshot(record: JobRecord): string | null {
  return (replacesGood(record) ? writtenSnapshot(record) : null) ?? record.good?.snapshot ?? null;
}

/** The old revision goes on from a snapshot that is older than the last run: what came after it is processed again. */
export function isReplayed(record: JobRecord): boolean {
  return !replacesGood(record) && writtenSnapshot(record) !== null && oldSnapshot(record) !== null;
}
