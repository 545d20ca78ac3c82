import type { Engine, Session, Subject } from '../engines/engine.js';
import type { Clock } from '../model/clock.js';
import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Cause } from './decision.js';
import type { Pen } from './pen.js';
import type { RealTime } from './real-time.js';

/** Something to tell about a rollout while it goes on. */
export interface Progress {
  readonly job: string;
  readonly at: number;
  readonly text: string;
}

/** What carrying out one job's rollout acts through. */
export interface Crew {
  readonly clock: Clock;
  /** For the lease; the machine's own where it is not given. */
  readonly time?: RealTime | undefined;
  readonly engine: Pick<Engine, 'id' | 'times' | 'pollSeconds' | 'fence'>;
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
  /** Before a write that is waited for, but not inside a gap: lets the writes of many rollouts meet. */
  readonly turn?: (() => Promise<void>) | undefined;
  /** Set when a newer commit closes this rollout. */
  readonly superseding: Cause | null;
  /** True after a takeover, on an empty ledger, or without a known good revision: settle before the first decision. */
  readonly mustSettle: boolean;
  tell(progress: Progress): void;
}

/** How carrying out ended in this process. */
export interface Ended {
  readonly how: 'closed' | 'pending' | 'interrupted' | 'lost';
  readonly record: JobRecord;
  /** The last look; null: this process never looked, so it can't say what runs. */
  readonly runs: readonly Run[] | null;
  /** What stood in the ledger where the lock was lost. */
  readonly note: string | null;
}
