import type { Failure } from './errors.js';

/** Refusals without a time, in a row, until throttling counts as a failure. */
const mostThrottles = 20;
/** Seconds that AWS may have us wait by `retry-after`, in all, before its refusals are counted like any others. */
const mostToldSeconds = 1800;
/** Pause after a refusal that names no time, in seconds. */
const pauseSeconds = 5;

/** What a step remembers of being throttled: nothing before `notBefore` (milliseconds by the tool's clock). */
export interface PutOff {
  readonly notBefore: number;
  readonly throttles: number;
  readonly toldSeconds: number;
}

export const notPutOff: PutOff = { notBefore: 0, throttles: 0, toldSeconds: 0 };

/** Seconds until the next call may be sent; 0: now. */
export function secondsLeft({ notBefore }: PutOff, now: number): number {
  return Math.max(0, Math.ceil((notBefore - now) / 1000));
}

/**
 * A throttled call had no effect, so it is sent again later: when AWS says (`retry-after`, which is no failure), else after a pause.
 * Null: this went on for too long.
 */
export function putOff(before: PutOff, failure: Pick<Failure, 'retryAfterSeconds'>, now: number): PutOff | null {
  const told = failure.retryAfterSeconds;
  if (told !== null && before.toldSeconds + told <= mostToldSeconds) {
    // A wait of no time is one of a second: it has to end.
    const seconds = Math.max(1, told);
    return { ...before, notBefore: now + seconds * 1000, toldSeconds: before.toldSeconds + seconds };
  }
  if (before.throttles >= mostThrottles) return null;
  return { ...before, notBefore: now + pauseSeconds * 1000, throttles: before.throttles + 1 };
}
