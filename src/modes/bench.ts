import type { TreeSource } from '../changes/remote.js';
import type { Ambient, Engine } from '../engines/engine.js';
import type { Inputs } from '../inputs/inputs.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Clock } from '../model/clock.js';
import type { Holder } from '../model/record.js';
import type { AttemptState } from '../rollout/holder.js';
import type { measuringOf } from '../rollout/measuring.js';
import type { RealTime } from '../rollout/real-time.js';
import type { Sessions } from '../rollout/sessions.js';

/** Lines for people while a command works: a log group of the action, stderr of the CLI. */
export interface Teller {
  line(text: string): void;
  /** How things stand now, in a line that replaces the last one; only where there is a terminal. */
  live?(text: string): void;
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** What the git host is asked below the entry points; every answer may be unknown. */
export interface Forge {
  attemptState: AttemptState;
  /** Trees and relations of commits that cannot be fetched; null outside GitHub. */
  readonly source: TreeSource | null;
}

/** The things a mode works with; made once by the entry point. */
export interface Bench {
  readonly inputs: Inputs;
  readonly clock: Clock;
  /** For locks and leases; the machine's own where it is not given. */
  readonly time?: RealTime | undefined;
  readonly ambient: Ambient;
  readonly sessions: Sessions;
  readonly holder: Holder;
  readonly forge: Forge;
  readonly teller: Teller;
  readonly signal: AbortSignal;
  /** Milliseconds by the clock at which this call hands over. */
  readonly handOverAt: number;
  /** Reads signals of runs, and keeps the evidence of this call. */
  readonly measuring: ReturnType<typeof measuringOf>;
  engine(id: string): Promise<Engine>;
  ledger(): Promise<Ledger>;
  /** Values of the secrets that were read. */
  secrets(): readonly string[];
  /** Replaces the values of secrets that were read by `***`. */
  mask(text: string): string;
  /** Ends sessions and the ledger. */
  close(): Promise<void>;
}
