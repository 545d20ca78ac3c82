import type { CodeIdentity } from './artifact.js';
import type { Finding } from './finding.js';
import type { Effect, Impact } from './impact.js';
import type { StrategyName } from './job.js';
import type { JsonObject } from './json.js';
import type { Position } from './position.js';
import type { RunState } from './run.js';
import type { Step } from './step.js';

export const reasonKinds = [
  'file',
  'setting',
  'artifact',
  'first-contact',
  'drift',
  'down',
  'stopped',
  'renamed',
  'forced',
  'unknown-base',
  'quarantined',
  'orphan',
  'scale',
  'unchanged',
  'open-rollout',
] as const;

/** Why a job is, or is not, part of the change. */
export interface Reason {
  readonly kind: (typeof reasonKinds)[number];
  readonly message: string;
  readonly path?: string;
  readonly field?: string;
  readonly file?: string;
  readonly line?: number;
}

/** What `apply` would do with the job. */
export type PlanAction = 'none' | 'adopt' | 'roll-out' | 'resume' | 'refuse' | 'leave' | 'list';

export interface JobPlan {
  readonly job: string;
  readonly engine: string;
  /** Account, project, region or cluster, as one readable key. */
  readonly place: string | null;
  readonly action: PlanAction;
  readonly changed: boolean;
  readonly impact: Impact;
  readonly reasons: readonly Reason[];
  readonly findings: readonly Finding[];
  readonly current: {
    readonly run: string | null;
    readonly state: RunState | null;
    readonly revision: string | null;
    readonly url: string | null;
  } | null;
  readonly desired: { readonly revision: string | null; readonly artifact: CodeIdentity | null };
  /** Settings that enter the revision, and fields of impact `scale`, as the manifest gives them. */
  readonly target: JsonObject;
  readonly settings: JsonObject;
  readonly scale: JsonObject;
  readonly settingsDigest: string | null;
  readonly strategy: StrategyName | null;
  readonly rejected: readonly { readonly strategy: StrategyName; readonly reason: string }[];
  readonly expected: Effect | null;
  readonly steps: readonly Step[];
  readonly needs: readonly string[];
  /** Waves of one plan roll out one after the other, from 0. */
  readonly wave: number;
  /** Slot that the new run takes, or null. */
  readonly slot: number | null;
  /** Seconds until the service drains the old run by itself (overlap), or null. */
  readonly backstopSeconds: number | null;
  /** Consents used by this plan (`accept`). */
  readonly accepted: readonly string[];
  readonly at: Position | null;
}

/** How the base of the explaining diff was found. */
export interface Base {
  readonly how: 'push' | 'pull-request' | 'merge-group' | 'input' | 'ledger' | 'parent' | 'unknown';
  readonly commit: string | null;
}

export interface Plan {
  readonly version: 1;
  readonly kind: 'plan';
  readonly hash: string;
  readonly environment: string;
  readonly manifest: string;
  readonly name: string;
  readonly commit: string | null;
  readonly base: Base;
  readonly jobs: readonly JobPlan[];
  /** Changed files that belong to no job. */
  readonly unowned: readonly string[];
  /** About the whole comparison, not one job. */
  readonly findings: readonly Finding[];
}
