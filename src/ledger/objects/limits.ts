import type { LedgerOptions } from '../options.js';

/** Requests that one process has under way at once. */
export const readsAtOnce = 32;
export const writesAtOnce = 16;

/** Longest time of one request, in seconds of the real clock. Records are small: what takes longer is lost. */
export function requestSeconds({ timeoutSeconds }: LedgerOptions): number {
  return timeoutSeconds ?? 15;
}
