import type { JobRecord } from '../model/record.js';
import type { MayTakeOver } from './holder.js';

/**
 * Why an open rollout is left alone: who holds it, how long it is open, and what ends the waiting. `now` in milliseconds by the tool's
 * clock; the holder's may be behind or ahead of it.
 */
export function heldMessage(record: JobRecord, { why, until }: MayTakeOver, now: number): string {
  const minutes = Math.max(0, Math.round((now - Date.parse(record.openedAt)) / 60_000));
  const unknown =
    until === null
      ? ''
      : ` Whether the holder is still at work could not be looked up, so it is left alone until its lease ends at ${until}.`;
  return `Rollout ${record.n} is ${why}, opened ${minutes} min ago.${unknown}`;
}
