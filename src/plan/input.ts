import type { Relation } from '../changes/relation.js';
import type { Engine } from '../engines/engine.js';
import type { Desired, Explanation } from '../model/change.js';
import type { Finding } from '../model/finding.js';
import type { Manifest, StrategyName } from '../model/job.js';
import type { Base } from '../model/plan.js';
import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';

/** Consents that a person can give for one call (input `accept`). */
export const consents = ['duplicates', 'state-loss', 'shared-input', 'downgrade', 'unsafe-rollback'] as const;
export type Consent = (typeof consents)[number];

export const driftPolicies = ['fail', 'adopt', 'overwrite'] as const;
export type OnDrift = (typeof driftPolicies)[number];

/** What planning needs of an engine: its tables and pure functions, never a connection. */
export type PlanEngine = Pick<
  Engine,
  'id' | 'impacts' | 'verbs' | 'expect' | 'exclusive' | 'artifacts' | 'reference' | 'signals'
>;

export interface JobChange {
  readonly desired: Desired;
  readonly explanation: Explanation;
  readonly findings: readonly Finding[];
}

export interface PlanOptions {
  /** Job keys, names of a `for-each`, or globs; null: all jobs. */
  readonly jobs: readonly string[] | null;
  readonly force: boolean;
  readonly accept: ReadonlySet<Consent>;
  readonly onDrift: OnDrift;
  /** Stands for every job's own `strategy`; null: as declared. */
  readonly strategy: 'auto' | readonly StrategyName[] | null;
  readonly maxChangedJobs: number;
  /** Seconds of one call in all, after which a rollout is handed over; left out: no limit. */
  readonly waitSeconds?: number;
  /** Id of the workflow run, where this is a second attempt of it: its quarantined revisions are tried again. */
  readonly rerunOf: string | null;
  /** What the plan's commit is to `deployed` (see `deployedCommit`): its `ancestor`, `descendant`, … Must answer from memory. */
  relation(job: string, deployed: string): Relation;
  /** Jobs whose code under today's `paths` and `ignore` is that of the stamped commit: only the globs were edited. */
  readonly sameCode: ReadonlySet<string>;
}

/** Everything a plan is made from; planning reads nothing else. */
export interface PlanInput {
  readonly manifest: Manifest;
  /** Name of the manifest, else the one that the ledger keeps (`owner/repository`). */
  readonly name: string;
  readonly engines: ReadonlyMap<string, PlanEngine>;
  /** `Place.key` of each job's target; a job without an entry has no known place. */
  readonly places: ReadonlyMap<string, string>;
  readonly changes: ReadonlyMap<string, JobChange>;
  /** Runs by job. Where none is active, the ended ones must be there too (`Session.look`). Null: nothing was observed (`detect`). */
  readonly observed: ReadonlyMap<string, readonly Run[]> | null;
  /** Jobs whose runs could not be read, with what went wrong: they are refused, the others are planned. */
  readonly unseen?: ReadonlyMap<string, Finding>;
  /** The ledger's records of this environment, also of jobs that the manifest does not declare. */
  readonly records: ReadonlyMap<string, JobRecord>;
  readonly base: Base;
  readonly commit: string | null;
  /** Changed files that belong to no job. */
  readonly unowned: readonly string[];
  /** About the whole comparison. */
  readonly findings?: readonly Finding[];
  readonly options: PlanOptions;
}
