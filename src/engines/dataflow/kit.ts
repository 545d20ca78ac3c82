import type { Clock } from '../../model/clock.js';
import { isObject, type Json } from '../../model/json.js';
import type { Ambient, Progress } from '../engine.js';
import type { Api } from './api.js';
import type { Links } from './links.js';
import type { Runs } from './runs.js';
import type { ReadSeries } from './series.js';

/** What the verbs act through. */
export interface Kit {
  readonly api: Api;
  readonly runs: Runs;
  readonly links: Links;
  readonly series: ReadSeries;
  readonly clock: Clock;
  readonly secret: Ambient['secret'];
  /** Aborted when the process is cancelled. */
  readonly signal: AbortSignal;
}

/** True where nothing may be changed: the process is cancelled, or what was read before took so long that the lock has to be looked at again. */
export function isCancelled(
  kit: Kit,
  call: { readonly signal: AbortSignal; readonly isLate?: () => boolean },
): boolean {
  return kit.signal.aborted || call.signal.aborted || call.isLate?.() === true;
}

/** What a step remembers in its process. Times in milliseconds by the tool's clock. */
export interface Memo {
  /** The run that the step launched. */
  readonly run?: string;
  /** When the last change was accepted, and how many were. */
  readonly sentAt?: number;
  readonly sent?: number;
  /** Since when the new run was seen running. */
  readonly runningSince?: number;
  /** Since when a start waits for the name. */
  readonly waitingSince?: number;
  /** How often the service put the change off, and until when nothing is sent. */
  readonly refusals?: number;
  readonly notBefore?: number;
  /** Seconds that the service had us wait by `retry-after`, in all. */
  readonly toldSeconds?: number;
}

export function memoOf(memo: Json): Memo {
  return isObject(memo) ? (memo as Memo) : {};
}

export function running(memo: Memo, retryAfterSeconds: number): Progress {
  return { state: 'running', memo: memo as Json, retryAfterSeconds };
}

export function succeeded(run: string): Progress {
  return { state: 'succeeded', run, snapshot: null };
}

/** Seconds that have gone by since a time of the clock. */
export function secondsSince(kit: Kit, time: number): number {
  return (kit.clock.now() - time) / 1000;
}

/** Progress while the service has put a change off, or null where it may be sent. */
export function putOff(kit: Kit, memo: Memo): Progress | null {
  const left = -secondsSince(kit, memo.notBefore ?? 0);
  return left > 0 ? running(memo, Math.ceil(left)) : null;
}
