import type { Subject } from '../engines/engine.js';
import type { Job } from '../model/job.js';
import type { JobRecord } from '../model/record.js';
import { isActive, type Run, type SeenRun } from '../model/run.js';
import { nameIn, namesOf } from '../plan/names.js';

/** The job as its engine sees it: names from the manifest and the record, run ids that the record knows. */
export function subjectOf(job: Pick<Job, 'key' | 'target' | 'parallel'>, record: JobRecord | null): Subject {
  return {
    job: job.key,
    names: [...new Set([...namesOf(job), ...(record?.names ?? []), ...nameOfOld(record)])],
    target: job.target,
    ids: idsOf(record),
    ...(record?.seen === undefined ? {} : { known: record.seen }),
  };
}

/** While a rollout is open its undo may start the old revision again, under the name that it had. */
function nameOfOld(record: JobRecord | null): readonly string[] {
  const target = record?.closed === null ? (record.good?.target ?? null) : null;
  const name = target === null ? null : nameIn(target);
  return name === null ? [] : [name];
}

/** What is worth keeping of a look when a rollout is closed: the runs that the record names. */
export function seenOf(record: JobRecord, runs: readonly Run[]): readonly SeenRun[] {
  const ids = new Set(idsOf(record));
  return runs
    .filter((run) => ids.has(run.id))
    .map((run) => ({ run: run.id, stamp: run.stamp, scale: run.scale, ended: !isActive(run) }));
}

export function idsOf(record: JobRecord | null): readonly string[] {
  if (record === null) return [];
  const ids = [
    record.good?.runId,
    record.predecessor?.run,
    record.ready?.run,
    ...(record.closed?.runs ?? []),
    ...record.trailing.map((entry) => entry.run),
    ...(record.closed === null ? record.journal.map((entry) => entry.run) : []),
  ];
  return [...new Set(ids.filter((id): id is string => typeof id === 'string'))];
}
