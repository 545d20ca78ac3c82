import type { Json, JsonObject } from '../../model/json.js';
import type { Snapshots } from '../../platforms/flink/snapshots/index.js';
import type { Ambient, Place, Progress } from '../engine.js';
import { withSecrets } from '../engine.js';
import { errorOf, type Failure } from './errors.js';
import type { Kubectl } from './kubectl.js';
import type { Reveal } from './seen.js';

/** What the verbs and checks of one session work with. */
export interface Kit {
  readonly place: Place;
  readonly namespace: string;
  readonly kubectl: Kubectl;
  readonly ambient: Ambient;
  readonly snapshots: Snapshots;
  readonly reveal: Reveal;
  /** Targets of runs that were looked at, by the run's id: what is asked of a run alone needs the kind of its resource. */
  readonly targets: Map<string, JsonObject>;
}

export function revealer(ambient: Ambient): Reveal {
  return (text) => {
    try {
      return withSecrets(text, ambient.secret);
    } catch {
      // The secret is not set here (a plan needs none): then nothing can be said about the value.
      return null;
    }
  };
}

/** True where nothing may be changed: the process is cancelled, or what was read before took so long that the lock has to be looked at again. */
export function isCancelled(
  kit: Kit,
  call: { readonly signal: AbortSignal; readonly isLate?: () => boolean },
): boolean {
  return kit.ambient.signal.aborted || call.signal.aborted || call.isLate?.() === true;
}

export function running(retryAfterSeconds: number, memo: Json = null): Progress {
  return { state: 'running', memo, retryAfterSeconds };
}

export function succeeded(run: string): Progress {
  return { state: 'succeeded', run, snapshot: null };
}

/** Refusals that had no effect and may end by themselves: asked again after a look. Null: the failure is of another kind. */
export function later(failure: Failure, memo: Json = null): Progress | null {
  if (failure.kind === 'contended') return running(1, memo);
  if (failure.kind === 'throttled') return running(5, memo);
  return null;
}

/** Throws where the effect is not known, or nothing can be said to the API server at all. */
export function throwUnknown(failure: Failure, what: string): void {
  if (['unknown', 'unsent', 'unable'].includes(failure.kind)) throw errorOf(failure, what);
}
