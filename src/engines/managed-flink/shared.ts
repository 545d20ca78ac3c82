import type { Json } from '../../model/json.js';
import type { Ambient, Place, Progress } from '../engine.js';
import type { FlinkCalls } from './client.js';
import { errorOf, type Failure } from './errors.js';
import type { S3Objects } from './objects.js';

/** What the verbs and checks of one session work with. */
export interface Tools {
  readonly place: Place;
  readonly flink: FlinkCalls;
  readonly ambient: Ambient;
  /** Loaded at first use. */
  objects(): Promise<S3Objects>;
  /** Account of the credentials; asked once. */
  account(): Promise<string>;
}

/** True where nothing may be changed: the process is cancelled, or what was read before took so long that the lock has to be looked at again. */
export function isCancelled(
  tools: Tools,
  call: { readonly signal: AbortSignal; readonly isLate?: () => boolean },
): boolean {
  return tools.ambient.signal.aborted || call.signal.aborted || call.isLate?.() === true;
}

export function running(retryAfterSeconds: number, memo: Json = null): Progress {
  return { state: 'running', memo, retryAfterSeconds };
}

/** Refusals that had no effect and may end by themselves: asked again after a look. Null: the failure is of another kind. */
export function later(failure: Failure, memo: Json = null): Progress | null {
  if (failure.kind === 'conflict') return running(1, memo);
  if (failure.kind === 'busy') return running(5, memo);
  if (failure.kind === 'throttled') return running(Math.max(1, failure.retryAfterSeconds ?? 5), memo);
  return null;
}

/** Throws where the effect is not known, or nothing can be said to AWS at all. */
export function throwUnknown(failure: Failure, what: string): void {
  if (failure.kind === 'unknown' || failure.kind === 'credentials') throw errorOf(failure, what);
}
