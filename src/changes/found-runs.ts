import { rolloutIdOf } from '../artifacts/digest.js';
import type { Job } from '../model/job.js';
import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';

/** One job as declared, recorded and seen. */
export interface Asked {
  readonly job: Pick<Job, 'key' | 'engine' | 'was' | 'desired'>;
  /** Exact names on the engine. */
  readonly names: readonly string[];
  /** Name of the manifest, else `owner/repository`. */
  readonly name: string;
  readonly environment: string;
  /** `Place.key` of the job's target; null where it is not known. */
  readonly place: string | null;
  readonly record: JobRecord | null;
  readonly runs: readonly Run[];
}

/** The runs of a job, sorted by what the ledger and the stamps say of them. A run stands in one list of the upper five. */
export interface Sorted {
  /** Active and staying: the ledger names it. */
  readonly recorded: readonly Run[];
  /** Active and staying, ours, of an older rollout than the newest known one, and not recorded. */
  readonly strays: readonly Run[];
  /** Active and staying, ours, of a rollout that the ledger does not know; the newest one where it is empty. */
  readonly newer: readonly Run[];
  readonly foreign: readonly Run[];
  /** Active and staying, without a stamp, not recorded. */
  readonly byHand: readonly Run[];
  /** On their way out, not as the trailing run of a rollout that succeeded, nor left over from an older rollout. */
  readonly ending: readonly Run[];
  /** Of those, the ones that the ledger names. */
  readonly expectedEnding: readonly Run[];
  /** All runs of the job that are active, also those on their way out. */
  readonly active: readonly Run[];
  /** Runs, active or ended, that the ledger names. */
  readonly known: readonly Run[];
  /** Runs, active or ended, with our stamp. */
  readonly ours: readonly Run[];
  readonly all: readonly Run[];
  /** Id of the run that this one continues in the end (an engine's own restarts keep the identity). */
  rootOf(run: Run): string;
}

/** PROTOCOL 2.2: the rollout id is the hash of this job (or its `was`), this environment, and the stamp's own revision and n. */
export function isOurs(asked: Pick<Asked, 'job' | 'name' | 'environment'>, run: Run): boolean {
  const { stamp } = run;
  if (stamp === null) return false;
  const { job, name, environment } = asked;
  return [job.key, job.was].some(
    (key) => key !== null && rolloutIdOf(name, key, environment, stamp.revision, stamp.n) === stamp.rollout,
  );
}

export function sortFound(asked: Asked): Sorted {
  const { record } = asked;
  const byId = new Map(asked.runs.map((run) => [run.id, run]));
  const rootOf = (run: Run) => root(run, byId);
  const ids = record === null ? new Set<string>() : idsOf(record);
  const isRecorded = (run: Run) =>
    record !== null && (ids.has(rootOf(run)) || ids.has(run.id) || launchedBy(asked, record, run));
  const ours = (run: Run) => isOurs(asked, run) || isRecorded(run);
  // A run by another name is none of this job's, unless the ledger or our stamp says so.
  const all = asked.runs.filter((run) => asked.names.includes(run.name) || ours(run));
  const trailing = new Set(record?.trailing.map((entry) => entry.run));
  const active = all.filter((run) => isActive(run) && !trailing.has(run.id));
  const staying = active.filter((run) => !isEnding(run));
  const rest = staying.filter((run) => !isRecorded(run));
  const stamped = rest.filter((run) => isOurs(asked, run));
  const highest = record?.n ?? Math.max(0, ...stamped.map((run) => (run.stamp?.n ?? 0) - 1));
  const leaving = active.filter(isEnding);
  return {
    recorded: staying.filter(isRecorded),
    strays: stamped.filter((run) => (run.stamp?.n ?? 0) <= highest),
    newer: stamped.filter((run) => (run.stamp?.n ?? 0) > highest),
    foreign: rest.filter((run) => run.stamp !== null && !isOurs(asked, run)),
    byHand: rest.filter((run) => run.stamp === null),
    ending: leaving.filter((run) => run.stamp === null || isRecorded(run) || !isOurs(asked, run)),
    expectedEnding: leaving.filter(isRecorded),
    active,
    known: all.filter(isRecorded),
    ours: all.filter((run) => isOurs(asked, run)),
    all,
    rootOf,
  };
}

/** Revision of a run as the ledger knows it, else as its stamp says; null for a run that was never stamped or recorded. */
export function recordedRevision(record: JobRecord | null, run: Run | null, sorted: Sorted): string | null {
  if (run === null) return null;
  const id = sorted.rootOf(run);
  const good = record === null ? undefined : [record.good, ...record.goods].find((entry) => entry?.runId === id);
  // A run that was replaced on first contact is good for going back to, under no revision of ours.
  if (good != null && good.revision !== 'unknown') return good.revision;
  if (run.stamp !== null) return run.stamp.revision;
  return record?.closed?.outcome === 'adopted' ? record.revision : null;
}

/** The run that started last. */
export function newest(runs: readonly Run[]): Run | null {
  return [...runs].sort((a, b) => (b.startedAt ?? '').localeCompare(a.startedAt ?? ''))[0] ?? null;
}

/**
 * Ids that the ledger names. What else was active when a rollout closed as refused or stuck is not ours, so `closed.runs`
 * counts only where the rollout closed well; otherwise it is the predecessor that may still be there.
 */
function idsOf(record: JobRecord): ReadonlySet<string> {
  const outcome = record.closed?.outcome;
  const closedWell = outcome === 'succeeded' || outcome === 'adopted';
  const runs = closedWell ? (record.closed?.runs ?? []) : [record.predecessor?.run];
  return new Set([record.good?.runId, ...runs].filter((id): id is string => id != null));
}

/** Launched by the record's rollout: its new run, or the one that its undo started (which bears the old revision). */
function launchedBy(asked: Asked, record: JobRecord, run: Run): boolean {
  if (run.stamp?.n !== record.n) return false;
  return run.stamp.rollout === record.rollout || isOurs(asked, run);
}

function root(run: Run, byId: ReadonlyMap<string, Run>): string {
  let id = run.id;
  let before = run.continues;
  for (let hops = 0; before !== null && hops < 1000; hops += 1) {
    id = before;
    before = byId.get(before)?.continues ?? null;
  }
  return id;
}
