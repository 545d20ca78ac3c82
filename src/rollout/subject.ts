import type { Subject } from '../engines/engine.js';
import type { Job } from '../model/job.js';
import type { JobRecord } from '../model/record.js';
import { namesOf } from '../plan/names.js';

/** The job as its engine sees it: names from the manifest and the record, run ids that the record knows. */
export function subjectOf(job: Pick<Job, 'key' | 'target' | 'parallel'>, record: JobRecord | null): Subject {
  return {
    job: job.key,
    names: [...new Set([...namesOf(job), ...(record?.names ?? [])])],
    target: job.target,
    ids: idsOf(record),
  };
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
