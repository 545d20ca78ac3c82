import type { BuildResult } from '../model/artifact.js';
import type { JobRecord } from '../model/record.js';

/** A record with the place in the ledger where it was read; `head` is opaque (a commit, an ETag, a counter). */
export interface Held {
  readonly record: JobRecord;
  readonly head: string;
}

/** Answer of a compare-and-swap. Not landed: `now` is what stands there (null: nothing). */
export type Swap =
  | { readonly landed: true; readonly head: string }
  | { readonly landed: false; readonly now: Held | null };

/** One line of the audit log, newest first. */
export interface LogEntry {
  readonly job: string;
  readonly environment: string;
  readonly at: string;
  readonly message: string;
  readonly record: JobRecord;
}

/**
 * The durable store of records and of build results. `write` is compare-and-swap against `expected` (null: must not exist yet).
 * Throwing means that the answer is not known: read again and compare the nonce and the counter.
 */
export interface Ledger {
  /** For people and for next commands, for example `git:origin` or `file:/var/lib/rollouts`. */
  readonly url: string;
  /** Records of an environment, by job key; all of them where `jobs` is not given. */
  read(environment: string, jobs?: readonly string[]): Promise<ReadonlyMap<string, Held>>;
  /** Environments that have records. */
  environments(): Promise<readonly string[]>;
  write(record: JobRecord, expected: string | null, message: string): Promise<Swap>;
  /** Newest first. */
  log(environment: string, job: string, limit: number): Promise<readonly LogEntry[]>;
  readBuilds(job: string): Promise<readonly BuildResult[]>;
  /** First writer wins: answers with the result that stands in the ledger for this code digest. */
  writeBuild(job: string, result: BuildResult): Promise<BuildResult>;
  /** Proves that the ledger is writable without changing it; throws a RolloutError that names the missing permission. */
  prove(): Promise<void>;
  /** Number of pushes or writes sent so far, for reports and tests. */
  readonly writes: number;
  close(): Promise<void>;
}
