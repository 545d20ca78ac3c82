import type { Engine, Session, Subject } from '../engines/engine.js';
import type { Clock } from '../model/clock.js';
import type { Code } from '../model/codes/index.js';
import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { GateReport } from '../model/verification.js';
import type { Cause } from './decision.js';
import type { Measuring } from './measuring.js';
import type { Pen } from './pen.js';

/** Something to tell about a rollout while it goes on. */
export interface Progress {
  readonly job: string;
  readonly at: number;
  readonly text: string;
  /** How things stand now; the next one replaces it, and a log leaves it out. */
  readonly live?: boolean;
}

/** What carrying out one job's rollout acts through. */
export interface Crew {
  readonly clock: Clock;
  readonly engine: Pick<Engine, 'id' | 'times' | 'pollSeconds' | 'fence' | 'signals'>;
  /** Left out: nothing is measured, so that no gate is met. */
  readonly measuring?: Measuring | undefined;
  readonly session: Session;
  readonly subject: Subject;
  readonly pen: Pen;
  readonly isOurs: (run: Run) => boolean;
  /** Milliseconds by the clock at which this process should hand over; never inside a gap. */
  readonly handOverAt: number;
  /** Aborted when the process is cancelled. */
  readonly signal: AbortSignal;
  /** True in the post step: no other step of this workflow run comes after it. */
  readonly last?: boolean | undefined;
  /** Renews the leases of this process that are due, its own among them; asked at every round. */
  readonly beat?: (() => void) | undefined;
  /** Before a write that is waited for, but not inside a gap: lets the writes of many rollouts meet. */
  readonly turn?: (() => Promise<void>) | undefined;
  /** Set when a newer commit closes this rollout. */
  readonly superseding: Cause | null;
  /** True after a takeover, on an empty ledger, or without a known good revision: settle before the first decision. */
  readonly mustSettle: boolean;
  /** The rollout was another process's before. */
  readonly takenOver?: boolean | undefined;
  /** That process is known to be gone: no call of it is still to be sent. */
  readonly deadHolder?: boolean | undefined;
  tell(progress: Progress): void;
}

/** What a look saw. Time in milliseconds. */
export interface LastLook {
  readonly at: number;
  readonly runs: readonly Run[];
}

/** A bake that does not fit into one call, and can't be cut in two. Seconds. */
export interface Anew {
  /** Gates whose sources keep no history. */
  readonly gates: readonly string[];
  readonly needs: number;
  readonly had: number;
}

/** How carrying out ended in this process. */
export interface Ended {
  readonly how: 'closed' | 'pending' | 'interrupted' | 'lost';
  readonly record: JobRecord;
  /** The last look; null: this process never looked, or sent a call since, so it can't say what runs. */
  readonly runs: readonly Run[] | null;
  /** Where `runs` is null: the look before. */
  readonly last?: LastLook | null;
  /** Why it ended so, for people. */
  readonly note: string | null;
  /** What stands in the ledger where the lock was lost; null: nothing was read. */
  readonly now?: JobRecord | null;
  /** Active runs that came up between the last look and the close. */
  readonly late?: readonly Run[];
  /** How the gates of the new run stood; empty where it has none. */
  readonly gates?: readonly GateReport[];
  /** The bake begins anew in the next call, which needs more time than this one had. */
  readonly anew?: Anew | null;
  /** Of what went wrong, where it is not the usual end. */
  readonly code?: Code;
}
