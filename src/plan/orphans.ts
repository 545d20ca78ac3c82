import type { Manifest } from '../model/job.js';
import type { JobPlan } from '../model/plan.js';
import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import { undecided, undeclared } from './undecided.js';

/** Jobs that the ledger knows and the manifest does not: listed, never touched. One that left nothing running is history. */
export function orphans(
  manifest: Manifest,
  records: ReadonlyMap<string, JobRecord>,
  observed: ReadonlyMap<string, readonly Run[]> | null,
): readonly JobPlan[] {
  const taken = new Set(manifest.jobs.flatMap((job) => [job.key, ...(job.was === null ? [] : [job.was])]));
  // After a rename the old record stays; its run goes by the name that belongs to the renamed job now.
  const handedOver = new Set(manifest.jobs.flatMap((job) => namesIn(records.get(job.key))));
  return [...records]
    .filter(([key, record]) => !taken.has(key) && record.closed?.runs?.length !== 0)
    .filter(([, record]) => record.closed === null || !isHandedOver(namesIn(record), handedOver))
    .map(([key, record]) => listing(key, record, observed?.get(key) ?? []))
    .sort((a, b) => (a.job < b.job ? -1 : 1));
}

function isHandedOver(names: readonly string[], to: ReadonlySet<string>): boolean {
  return names.length > 0 && names.every((name) => to.has(name));
}

/** Names with the place where they are exact. */
function namesIn(record: JobRecord | undefined): readonly string[] {
  return record?.names.map((name) => JSON.stringify([record.engine, record.place, name])) ?? [];
}

function listing(job: string, record: JobRecord, runs: readonly Run[]): JobPlan {
  const id = record.closed?.runs?.[0] ?? record.good?.runId ?? record.predecessor?.run ?? null;
  const run = runs.find((candidate) => candidate.id === id) ?? null;
  const state = record.closed === null ? `rollout ${record.n} is open` : `run ${id ?? '(unknown)'} was left running`;
  return {
    job,
    engine: record.engine,
    place: record.place,
    action: 'list',
    changed: false,
    impact: 'none',
    reasons: [
      {
        kind: 'orphan',
        message: `it is not in the manifest any more, and ${state}: \`was: ${job}\` hands it to a renamed job, or stop it on the engine`,
      },
    ],
    findings: [],
    current: { run: id, state: run?.state ?? null, revision: record.good?.revision ?? null, url: run?.url ?? null },
    ...undeclared,
    ...undecided,
  };
}
