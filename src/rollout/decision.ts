import type { Outcome } from '../model/outcome.js';
import type { Run } from '../model/run.js';
import type { StepVerb } from '../model/step.js';
import type { BoundVerdict } from '../model/verdict.js';

/** Why a rollout turns back, or closes without success. */
export interface Cause {
  readonly code: string;
  readonly message: string;
}

/** What the holder does next: exactly one thing. */
export type Decision =
  | { readonly do: 'wait'; readonly for: string }
  | { readonly do: 'settle'; readonly why: string }
  | { readonly do: 'verify'; readonly run: Run }
  | { readonly do: 'write-undo'; readonly cause: Cause }
  | { readonly do: 'write-ready'; readonly run: Run }
  | { readonly do: 'write-predecessor'; readonly run: Run }
  | {
      readonly do: 'call';
      readonly step: string;
      readonly verb: StepVerb;
      readonly side: 'new' | 'old';
      readonly on: Run | null;
    }
  | { readonly do: 'put-off'; readonly until: number; readonly cause: Cause }
  | {
      readonly do: 'close';
      readonly outcome: Outcome;
      readonly cause: Cause | null;
      readonly trailing: readonly Run[];
    };

/** What only this process knows of the rollout. */
export interface Own {
  readonly verdict: BoundVerdict | null;
  /** Which side's set-up this process has written (`prepare`). */
  readonly prepared: 'new' | 'old' | null;
  /** A settle has ended that began after the last unknown call and after the predecessor was seen to end. */
  readonly settled: boolean;
  /** A call was refused by the engine: it said no. */
  readonly failed: (Cause & { readonly step: string }) | null;
  /** Runs that are ending and have passed their step's deadline. */
  readonly overdue: ReadonlySet<string>;
  /** Overdue runs that were already told to stop. */
  readonly cancelled: ReadonlySet<string>;
  /** A call of ours took effect in this rollout, or may have. */
  readonly touched: boolean;
  /** Another process worked on this rollout before: what it called may not be in the journal. */
  readonly inherited: boolean;
  /** This process had a launch of the old revision accepted: its run may not show yet. */
  readonly sentBack: boolean;
  /** Steps whose verb said `running` in this process: they are polled by calling them again. */
  readonly polling: ReadonlySet<string>;
  /** A newer commit closes this rollout. */
  readonly superseding: Cause | null;
}
