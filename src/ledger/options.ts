import type { Clock } from '../model/clock.js';
import type { IsSecret } from './guard.js';

/** What the entry point hands to a ledger. */
export interface LedgerOptions {
  /** Folder of the checkout: names of git remotes and relative paths are looked up from here. */
  readonly cwd: string;
  readonly clock: Clock;
  /** The environment that git runs in. */
  readonly env: { readonly [name: string]: string | undefined };
  /** Aborted when the process has to end now: running git commands are ended and no new one is started. Requests to a bucket end with the process. */
  readonly signal?: AbortSignal;
  /** Tells whether a text contains a secret's value; such a body is never written. */
  readonly isSecret?: IsSecret;
  /** Longest time of one git command (60 if left out) or of one request to a bucket (15), in seconds of the real clock. */
  readonly timeoutSeconds?: number;
}
