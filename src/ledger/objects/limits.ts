import type { LedgerOptions } from '../options.js';

/** Requests that one process has under way at once. */
export const readsAtOnce = 32;
export const writesAtOnce = 16;

/** Longest time of one request, in seconds of the real clock. Records are small: what takes longer is lost. */
export function requestSeconds({ timeoutSeconds }: LedgerOptions): number {
  return timeoutSeconds ?? 15;
}

/** Pauses before a request is repeated, in milliseconds of the real clock; the last try has none after it. */
export const pauses: readonly (number | null)[] = [100, 400, 1600, null];
