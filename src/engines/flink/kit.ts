import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { fieldValue, type Stamp } from '../../model/stamp.js';
import type { Api } from '../../platforms/flink/api.js';
import type { Snapshots } from '../../platforms/flink/snapshots/index.js';
import type { Ambient, Progress } from '../engine.js';

/** What a session remembers of its runs; all of it can be read again by another process. */
export interface Memory {
  /** Stamps of runs that do not carry one, because their program replaced it. */
  readonly stamps: Map<string, Stamp>;
  /** What a run was told to start from. */
  readonly from: Map<string, string>;
  /** How runs ended that were ended here: what Flink shows of them is late. */
  readonly ends: Map<string, 'stopped' | 'drained'>;
  /** sha256 of the bytes behind a URI. */
  readonly digests: Map<string, string>;
  /** Jars that were prepared, by their digest: what the cluster calls them, so that a start need not ask for its list. */
  readonly jars: Map<string, string>;
  /** Launches whose job graph was made before: the program's classes are warm. */
  readonly planned: Set<string>;
}

/** What the verbs and checks of one session work with. */
export interface Kit {
  readonly api: Api;
  readonly url: string;
  readonly ambient: Ambient;
  readonly snapshots: Snapshots;
  readonly idIsRun: true;
  readonly memory: Memory;
}

/** What a step remembers in its process. Times in milliseconds by the tool's clock. */
export interface Memo {
  /** The change was accepted at that time. */
  readonly sentAt?: number;
  /** Path of the snapshot that was written. */
  readonly location?: string;
  /** The savepoint was written, but the run failed while it stopped, and goes on; then it was told to go. */
  readonly failedStop?: boolean;
  readonly cancelled?: boolean;
  /** The run that the step started. */
  readonly run?: string;
}

export function memoOf(memo: Json): Memo {
  return isObject(memo) ? (memo as Memo) : {};
}

export function running(memo: Memo, retryAfterSeconds: number): Progress {
  return { state: 'running', memo: { ...memo } as JsonObject, retryAfterSeconds };
}

export function succeeded(run: string | null, snapshot: string | null = null): Progress {
  return { state: 'succeeded', run, snapshot };
}

/** True where nothing may be changed: the process is cancelled, or what was read before took so long that the lock has to be looked at again. */
export function isCancelled(
  kit: Kit,
  call: { readonly signal: AbortSignal; readonly isLate?: () => boolean },
): boolean {
  return kit.ambient.signal.aborted || call.signal.aborted || call.isLate?.() === true;
}

/** Remembers the stamp of a run that this process started, as it is read back from runs that carry it. */
export function remember(kit: Pick<Kit, 'memory'>, run: string, stamp: Stamp): void {
  const predecessor = stamp.predecessor === null ? null : fieldValue(stamp.predecessor);
  if (!kit.memory.stamps.has(run)) kit.memory.stamps.set(run, { ...stamp, predecessor });
}
