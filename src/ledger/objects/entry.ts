import type { JobRecord } from '../../model/record.js';
import { broken, decode, decodeRecord, encode, format } from '../body.js';
import type { Held, LogEntry } from '../ledger.js';

/**
 * What one write holds. `n` counts the writes of a job and `id` names this one: so no two bodies are equal, and neither are
 * their ETags, which are made from the bytes in S3. By `id` a writer knows its own entry again after a lost answer.
 */
export interface Entry {
  readonly n: number;
  readonly id: string;
  readonly at: string;
  readonly message: string;
  readonly record: JobRecord;
}

export function encodeEntry(entry: Entry): string {
  return encode({ format, ...entry });
}

/** An entry from its text; `where` names the object in errors. */
export function parseEntry(text: string, where: string): Entry {
  const { n, id, at, message, record } = decode(text, where);
  if (typeof n !== 'number' || typeof id !== 'string' || typeof at !== 'string' || typeof message !== 'string')
    throw broken(where, 'it has no n, id, at or message');
  return { n, id, at, message, record: decodeRecord(JSON.stringify(record ?? null), where) };
}

/** An entry in its object, with the object's mark. */
export interface Standing {
  readonly entry: Entry;
  readonly text: string;
  readonly tag: string;
}

export function heldOf({ entry, tag }: Standing): Held {
  return { record: entry.record, head: headOf(entry.n, tag) };
}

export function logEntryOf({ at, message, record }: Entry): LogEntry {
  return { job: record.job, environment: record.environment, at, message, record };
}

/** The count, for the next one, and the store's mark, for the condition. */
export function headOf(n: number, tag: string): string {
  return `${n}:${tag}`;
}

export function partsOf(head: string): { readonly n: number; readonly tag: string } {
  const colon = head.indexOf(':');
  return { n: Number(head.slice(0, colon)), tag: head.slice(colon + 1) };
}
