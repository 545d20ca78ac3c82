import type { Good } from '../model/artifact.js';
import type { Outcome } from '../model/outcome.js';
import type { Holder, JobRecord, JournalEntry, RolloutPlan } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { StepVerb } from '../model/step.js';
import type { Cause } from './decision.js';
import { seenOf } from './subject.js';

/** How many good revisions before the running one are kept for a rollback. */
export const goodsKept = 10;
/** Journal entries kept in the record; the ledger's history holds the rest. */
const journalKept = 200;

/** What opening needs to know about the job and its rollout. */
export interface Opening extends Pick<JobRecord, OfOpening> {
  readonly holder: Holder;
  readonly predecessor: Run | null;
  readonly plan: RolloutPlan;
  readonly at: string;
}

type OfOpening =
  | ('name' | 'environment' | 'job' | 'engine' | 'place' | 'names')
  | ('n' | 'rollout' | 'revision' | 'commit' | 'lease' | 'workflowUrl');

/** W1: opens a rollout. Clears ready, outcomes and verdicts; keeps what is known to be good and what is quarantined. */
export function openRecord(o: Opening, before: JobRecord | null): JobRecord {
  return {
    format: 1,
    counter: (before?.counter ?? 0) + 1,
    name: o.name,
    environment: o.environment,
    job: o.job,
    engine: o.engine,
    place: o.place,
    names: o.names,
    n: o.n,
    rollout: o.rollout,
    revision: o.revision,
    commit: o.commit,
    holder: o.holder,
    lease: o.lease,
    direction: 'forward',
    undoReason: null,
    ready: null,
    predecessor: predecessorOf(o.predecessor),
    plan: o.plan,
    journal: [],
    verifying: null,
    verdict: null,
    good: before?.good ?? null,
    goods: before?.goods ?? [],
    quarantined: before?.quarantined ?? [],
    trailing: before?.trailing ?? [],
    seen: before?.seen ?? [],
    closed: null,
    gap: { lastBefore: null, firstAfter: null },
    openedAt: o.at,
    workflowUrl: o.workflowUrl,
  };
}

export function predecessorOf(run: Run | null): JobRecord['predecessor'] {
  return run === null ? null : { run: run.id, stamp: run.stamp, scale: run.scale };
}

/** A stray stands for an ended predecessor: what was written of the old one's state says nothing about it. */
export function movedRecord(record: JobRecord, run: Run): JobRecord {
  const journal = record.journal.filter((entry) => entry.verb !== 'snapshot');
  return { ...record, predecessor: predecessorOf(run), journal };
}

/** W2: the direction is turned, and never turns back. */
export function undoRecord(record: JobRecord, cause: Cause): JobRecord {
  return { ...record, direction: 'undo', undoReason: cause, verdict: null, verifying: null };
}

/** W3: the verified run, bound to this rollout's number. */
export function readyRecord(record: JobRecord, run: string): JobRecord {
  return { ...record, ready: { n: record.n, run } };
}

export function journaled(
  record: JobRecord,
  entry: {
    at: string;
    step: string;
    verb: StepVerb;
    state: JournalEntry['state'];
    run: string | null;
    note: string | null;
  },
): JobRecord {
  return { ...record, journal: [...record.journal, entry].slice(-journalKept) };
}

export interface Closing {
  readonly outcome: Outcome;
  readonly cause: Cause | null;
  /** Null: nobody looked. */
  readonly runs: readonly string[] | null;
  readonly trailing: JobRecord['trailing'];
  readonly good: Good | null;
  readonly quarantine: boolean;
  readonly at: string;
  /** The last look; absent where nobody looked. */
  readonly look?: readonly Run[];
}

/** W4: closes the rollout and frees the lock. A new good revision pushes the old one onto the list. */
export function closeRecord(record: JobRecord, c: Closing): JobRecord {
  const replaced = c.good !== null && record.good !== null && record.good.revision !== c.good.revision;
  // A mere verification has no values to scale: there the revision itself is what failed.
  const values = record.plan?.strategy === 'in-flight-update' ? record.plan.scale : {};
  const scale = Object.keys(values).length === 0 ? null : values;
  const closed: JobRecord = {
    ...record,
    holder: null,
    lease: null,
    good: c.good ?? record.good,
    goods: replaced && record.good ? [record.good, ...record.goods].slice(0, goodsKept) : record.goods,
    trailing: [...record.trailing.filter((entry) => !c.trailing.some((now) => now.run === entry.run)), ...c.trailing],
    quarantined: c.quarantine
      ? [
          {
            revision: record.revision,
            rollout: record.rollout,
            reason: c.cause?.message ?? c.outcome,
            at: c.at,
            scale,
          },
          ...record.quarantined.filter((entry) => entry.revision !== record.revision || entry.scale !== null),
        ].slice(0, 20)
      : record.quarantined,
    closed: {
      outcome: c.outcome,
      code: c.cause?.code ?? null,
      message: c.cause?.message ?? '',
      at: c.at,
      runs: c.runs,
    },
  };
  return c.look === undefined ? closed : { ...closed, seen: seenOf(closed, c.look) };
}
