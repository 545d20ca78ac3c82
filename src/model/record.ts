import type { Good } from './artifact.js';
import type { Job, StrategyName } from './job.js';
import type { JsonObject } from './json.js';
import type { Outcome } from './outcome.js';
import type { SeenRun } from './run.js';
import type { Stamp } from './stamp.js';
import type { Step, StepVerb } from './step.js';
import type { Baseline, GateResult } from './verification.js';

/** Who carries a rollout out: a workflow run's attempt, else a process on a host. The nonce tells processes apart. */
export interface Holder {
  /** For people: the workflow run's URL, or `host/pid`. */
  readonly name: string;
  readonly workflow: {
    readonly repository: string;
    readonly runId: string;
    readonly attempt: number;
    readonly server: string;
  } | null;
  readonly process: { readonly host: string; readonly pid: number; readonly startedAt: string } | null;
  /** True: a runner that ends with its attempt. Left out: the process may outlive the attempt, as on a self-hosted runner that was lost. */
  readonly endsWithAttempt?: boolean;
  readonly nonce: string;
}

/** A step that is about to be, or was, carried out. An intent without an outcome counts as unknown for whoever comes later. */
export interface JournalEntry {
  readonly at: string;
  readonly step: string;
  readonly verb: StepVerb;
  readonly state: 'intended' | 'succeeded' | 'failed';
  readonly run: string | null;
  readonly note: string | null;
}

/**
 * A revision that must not come back by itself. `scale`: only these values, not the revision. `requestedBy`: it did not fail; this person
 * rolled back from it (null: who is not known).
 */
export interface Quarantine {
  readonly revision: string;
  readonly rollout: string;
  readonly reason: string;
  readonly at: string;
  readonly scale: JsonObject | null;
  readonly requestedBy?: string | null;
}

/** A run that was accepted to drain after its rollout had succeeded. */
export interface Trailing {
  readonly run: string;
  readonly since: string;
  readonly deadline: string;
}

/** What a rollout was asked to do: enough to resume it with no manifest and no build. */
export interface RolloutPlan {
  readonly strategy: StrategyName;
  readonly steps: readonly Step[];
  /** The job as declared, without its positions. */
  readonly job: Omit<Job, 'positions'>;
  /** The new target: artifact fields are URIs, build results are filled in, the slot is applied; secrets as references. */
  readonly target: JsonObject;
  readonly scale: JsonObject;
  readonly codeDigest: string | null;
  readonly settingsDigest: string | null;
  readonly artifact: Good['artifact'];
  readonly slot: number | null;
  readonly backstopSeconds: number | null;
  readonly accepted: readonly string[];
  readonly actor: string | null;
  readonly reasons: readonly string[];
  /** Rollouts of these jobs must have succeeded first. */
  readonly needs: readonly string[];
  readonly requestedRollback: boolean;
}

/** The ledger's record of one job in one environment (PROTOCOL 3). */
export interface JobRecord {
  readonly format: 1;
  /** Grows with every write, so that no two bodies are equal. */
  readonly counter: number;
  readonly name: string;
  readonly environment: string;
  readonly job: string;
  readonly engine: string;
  readonly place: string;
  readonly names: readonly string[];
  readonly n: number;
  readonly rollout: string;
  readonly revision: string;
  readonly commit: string | null;
  readonly holder: Holder | null;
  /** ISO 8601 time until which a holder that cannot be looked up is taken to live. */
  readonly lease: string | null;
  readonly direction: 'forward' | 'undo';
  readonly undoReason: { readonly code: string; readonly message: string } | null;
  /** Number of the rollout whose verified run may be followed by a point of no return. */
  readonly ready: { readonly n: number; readonly run: string } | null;
  /** The run that the plan replaces; `scale` is what it had before, for the undo of a scale step. */
  readonly predecessor: {
    readonly run: string;
    readonly stamp: Stamp | null;
    readonly scale: JsonObject | null;
  } | null;
  readonly plan: RolloutPlan | null;
  /** The job as it was declared when its run was adopted: there is no plan, and the run itself seldom shows where it lives. */
  readonly declared?: Omit<Job, 'positions'>;
  readonly journal: readonly JournalEntry[];
  /** What the verification has seen of the run, in milliseconds by the tool's clock: a bake survives a hand-over. */
  readonly verifying: {
    readonly run: string;
    readonly startedAt: number;
    readonly runningSince: number | null;
    readonly downSince?: number;
    readonly restarts: number;
  } | null;
  readonly verdict: {
    readonly n: number;
    readonly run: string;
    readonly result: 'pass' | 'fail' | 'inconclusive';
    readonly code: string | null;
    readonly message: string;
  } | null;
  /** The old run as it was measured before the change, by gate; left out until that was done. `run` null: there was none to measure. */
  readonly baseline?: {
    readonly run: string | null;
    readonly at: string;
    readonly gates: { readonly [gate: string]: Baseline };
  };
  /** The last verdict of this rollout; stays when the direction is turned. Times are ISO 8601. */
  readonly judged?: {
    readonly n: number;
    readonly run: string;
    readonly at: string;
    readonly direction: 'forward' | 'undo';
    readonly result: 'pass' | 'fail' | 'inconclusive';
    readonly code: string | null;
    readonly message: string;
    readonly gates: readonly { readonly gate: string; readonly result: GateResult | null }[];
  };
  readonly good: Good | null;
  /** The last good revisions before `good`, newest first, at most 10. */
  readonly goods: readonly Good[];
  readonly quarantined: readonly Quarantine[];
  readonly trailing: readonly Trailing[];
  /** The runs that this record names, as the last look before its close saw them: later plans need not ask for what never changes. */
  readonly seen?: readonly SeenRun[];
  readonly closed: {
    readonly outcome: Outcome;
    readonly code: string | null;
    readonly message: string;
    readonly at: string;
    /** Runs that were up; null: nobody looked. */
    readonly runs: readonly string[] | null;
  } | null;
  /**
   * What bounds the processing gap. Looks, by the tool's clock: the last one that saw a run process before the new one did, and the first that
   * saw the new one running. `by: engine`: the engine's own times stand there instead; `nobody`: it was asked for those of a scale, and does not tell.
   */
  readonly gap: {
    readonly lastBefore: string | null;
    readonly firstAfter: string | null;
    readonly by?: 'engine' | 'nobody';
  };
  /** Nothing is left to do before a look at or after this moment (by the tool's clock): an undone overlap waits for the service's timer. */
  readonly waitsUntil?: string | null;
  /** Why the holder only closes this rollout: a newer commit carries on. Null or absent: the rollout itself goes on. */
  readonly closingFor?: string | null;
  readonly openedAt: string;
  readonly workflowUrl: string | null;
}
