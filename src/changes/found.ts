import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import { fieldValue } from '../model/stamp.js';
import { type Asked, newest, recordedRevision, type Sorted, sortFound } from './found-runs.js';

/** Whether the rollout that left a run proved it. `left`: it failed its verification and was left. `no`: it was never judged. */
export type Proof = 'yes' | 'left' | 'no';

/** What was found on the engine, held against the ledger (DESIGN 5b). Closed: each kind is one row. */
export type Found =
  /** Nothing runs and nothing should have: never ran, stopped as declared, or our own rollout left nothing running. */
  | { readonly kind: 'none'; readonly since: 'never' | 'stopped' | 'failed'; readonly last: Run | null }
  /** The run that the ledger names is active. */
  | {
      readonly kind: 'recorded';
      readonly run: Run;
      readonly revision: string | null;
      readonly proof: Proof;
      readonly strays: readonly Run[];
    }
  /** Our stamp is on an active run, but the ledger knows nothing of the job. */
  | { readonly kind: 'unrecorded'; readonly run: Run; readonly revision: string }
  /** The ledger is empty, and two runs of ours are up: the stamp of `fresh` names `run`, which it was started beside. */
  | { readonly kind: 'overlapping'; readonly run: Run; readonly fresh: Run }
  /** None active, the ledger is empty, and the engine's history holds runs of ours: a rollout may have been cut off. */
  | { readonly kind: 'lost'; readonly last: Run }
  /** First contact: one active run of the exact name without a stamp. */
  | { readonly kind: 'adoptable'; readonly run: Run }
  /** An active run that the ledger does not name: started by hand, of a newer rollout, or a lone stray of an older one. */
  | { readonly kind: 'drift'; readonly run: Run; readonly why: 'by-hand' | 'newer' | 'stray' }
  /** An active run with a stamp that is not this job's in this environment. */
  | { readonly kind: 'foreign'; readonly run: Run }
  /** It ran, and no rollout stopped it. */
  | { readonly kind: 'down'; readonly last: Run | null }
  /** Somebody else is draining or stopping the job's only run. */
  | { readonly kind: 'ending'; readonly run: Run }
  /** Declared as stopped; `run` is still to be stopped. */
  | { readonly kind: 'stopped'; readonly run: Run | null; readonly revision: string | null }
  /** The ledger's run lives on another engine, account, region or cluster. */
  | { readonly kind: 'elsewhere'; readonly engine: string; readonly place: string; readonly run: string | null }
  /** A rollout is open: it is resumed or superseded first. */
  | { readonly kind: 'open-rollout'; readonly run: Run | null; readonly revision: string | null }
  | { readonly kind: 'not-streaming'; readonly run: Run }
  /** Several active runs and no way to tell which one is the job. */
  | { readonly kind: 'ambiguous'; readonly runs: readonly Run[] };

/**
 * Classifies one job. Pure. `runs` must hold the ended runs too where none is active (`Session.look`): "no run" is
 * claimed of the engine's history, not of its active list.
 */
export function find(asked: Asked): Found {
  const sorted = sortFound(asked);
  return (
    elsewhere(asked, sorted) ??
    open(asked, sorted) ??
    batch(asked, sorted) ??
    active(asked, sorted) ??
    idle(asked, sorted)
  );
}

function elsewhere({ record, job, place }: Asked, sorted: Sorted): Found | null {
  if (record === null || place === null) return null;
  if (record.engine === job.engine && record.place === place) return null;
  // A rollout that failed before it had any run leaves nothing behind in the old place.
  const neverRan = record.closed !== null && record.good === null && (record.closed.runs ?? []).length === 0;
  if (neverRan || sorted.known.length > 0) return null;
  const run = record.good?.runId ?? record.closed?.runs?.[0] ?? record.predecessor?.run ?? null;
  return { kind: 'elsewhere', engine: record.engine, place: record.place, run };
}

function open({ record }: Asked, sorted: Sorted): Found | null {
  if (record === null || record.closed !== null) return null;
  const run = [...sorted.recorded, ...sorted.expectedEnding][0] ?? null;
  return { kind: 'open-rollout', run, revision: recordedRevision(record, run, sorted) };
}

function batch({ record }: Asked, sorted: Sorted): Found | null {
  const up = [...sorted.recorded, ...sorted.byHand].find((run) => run.streaming === false);
  if (up !== undefined) return { kind: 'not-streaming', run: up };
  const last = record === null && sorted.active.length === 0 ? newest(sorted.all) : null;
  return last?.streaming === false ? { kind: 'not-streaming', run: last } : null;
}

/** Something is up and stays up. */
function active(asked: Asked, sorted: Sorted): Found | null {
  const { recorded, byHand, newer, foreign, strays } = sorted;
  const unexpected = [...byHand, ...newer, ...foreign];
  if (recorded.length + unexpected.length > 1) return { kind: 'ambiguous', runs: [...recorded, ...unexpected] };
  const [run] = recorded;
  if (run !== undefined) return named(asked, sorted, run);
  if (foreign[0] !== undefined) return { kind: 'foreign', run: foreign[0] };
  if (byHand[0] !== undefined) return strange(asked, byHand[0], strays);
  if (newer[0] !== undefined) return fromStamps(asked, newer[0], strays);
  if (strays.length > 1) return { kind: 'ambiguous', runs: strays };
  return strays[0] === undefined ? null : { kind: 'drift', run: strays[0], why: 'stray' };
}

/** The run that the ledger names. */
function named({ job, record }: Asked, sorted: Sorted, run: Run): Found {
  const revision = recordedRevision(record, run, sorted);
  if (job.desired === 'stopped') return { kind: 'stopped', run, revision };
  return { kind: 'recorded', run, revision, proof: proofOf(record, run, sorted), strays: sorted.strays };
}

function strange({ job, record }: Asked, run: Run, strays: readonly Run[]): Found {
  if (strays.length > 0) return { kind: 'ambiguous', runs: [run, ...strays] };
  if (record !== null) return { kind: 'drift', run, why: 'by-hand' };
  return job.desired === 'stopped' ? { kind: 'stopped', run, revision: null } : { kind: 'adoptable', run };
}

/** Our stamp, of a rollout that the ledger does not know: newer than its record, or there is no record. */
function fromStamps({ job, record }: Asked, run: Run, strays: readonly Run[]): Found {
  if (record !== null || run.stamp === null) return { kind: 'drift', run, why: 'newer' };
  const [old, more] = strays;
  const beside = old !== undefined && more === undefined && fieldValue(run.stamp.predecessor) === fieldValue(old.id);
  if (beside && job.desired !== 'stopped') return { kind: 'overlapping', run: old, fresh: run };
  // Which of them is to go can't be told without a record of what was good.
  if (strays.length > 0) return { kind: 'ambiguous', runs: [run, ...strays] };
  const { revision } = run.stamp;
  if (job.desired === 'stopped') return { kind: 'stopped', run, revision };
  return { kind: 'unrecorded', run, revision };
}

/** Nothing is up that stays up. */
function idle({ job, record }: Asked, sorted: Sorted): Found {
  if (job.desired === 'stopped') return { kind: 'stopped', run: null, revision: null };
  const [ending] = sorted.ending;
  if (ending !== undefined) return { kind: 'ending', run: ending };
  const last = newest(sorted.all);
  if (record === null) {
    if (last === null) return { kind: 'none', since: 'never', last };
    const ours = newest(sorted.ours);
    return ours === null ? { kind: 'down', last } : { kind: 'lost', last: ours };
  }
  return { ...leftBy(record), last };
}

/** What the last rollout left, now that nothing is active. */
function leftBy(record: JobRecord): { kind: 'none'; since: 'never' | 'stopped' | 'failed' } | { kind: 'down' } {
  const { closed } = record;
  if (closed === null || (closed.runs ?? []).length > 0) return { kind: 'down' };
  if (closed.outcome === 'succeeded' && record.plan?.strategy === 'stop') return { kind: 'none', since: 'stopped' };
  if (closed.outcome === 'failed' || closed.outcome === 'stuck') return { kind: 'none', since: 'failed' };
  return record.good === null ? { kind: 'none', since: 'never' } : { kind: 'down' };
}

function proofOf(record: JobRecord | null, run: Run, sorted: Sorted): Proof {
  const outcome = record?.closed?.outcome;
  if (record?.good?.runId != null && sorted.rootOf(run) === record.good.runId) return 'yes';
  if (outcome === 'succeeded' || outcome === 'adopted' || outcome === 'rolled-back') return 'yes';
  return outcome === 'stuck' ? 'left' : 'no';
}

export type { Asked } from './found-runs.js';
export { isOurs } from './found-runs.js';
