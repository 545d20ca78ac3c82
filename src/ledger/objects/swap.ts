import { setTimeout as delay } from 'node:timers/promises';
import { pauses } from '../../artifacts/stores/repeat.js';
import { RolloutError } from '../../model/error.js';
import type { Bucket } from './bucket.js';
import { type Entry, encodeEntry, parseEntry, type Standing } from './entry.js';

/** The entry that stands in an object, or null. */
export async function standing(bucket: Bucket, key: string): Promise<Standing | null> {
  const found = await bucket.get(key);
  return found === null ? null : { ...found, entry: parseEntry(found.text, `${bucket.url}/${key}`) };
}

/** `landed`: our entry stood there. Else `now` is what stands there instead of what was expected. */
export type Swapped =
  | { readonly landed: true; readonly mine: Standing }
  | { readonly landed: false; readonly now: Standing | null };

/**
 * Puts an entry where exactly the version `expected` stands (null: no object). Whatever the answer was, if it was not a
 * clear yes the object is read back: an entry of ours there means that a try landed whose answer was lost.
 * Throws `ledger-write-unknown` if that can't be told, and the store's refusal if it gave one and nothing changed.
 */
export async function swap(bucket: Bucket, key: string, entry: Entry, expected: string | null): Promise<Swapped> {
  const text = encodeEntry(entry);
  const where = `${bucket.url}/${key}`;
  for (const pause of pauses) {
    const answer = await bucket.put(key, text, expected).catch((error: unknown) => error as Error);
    if ('state' in answer && answer.state === 'landed') return { landed: true, mine: { entry, text, tag: answer.tag } };
    const now = await standing(bucket, key).catch((error: unknown) => {
      // A newer format or a broken object is certain: it isn't ours and it isn't what was expected.
      if (error instanceof RolloutError && error.code.startsWith('ledger-format')) throw error;
      if (error instanceof RolloutError && error.code === 'ledger-record-broken') throw error;
      throw unknown(where, answer instanceof Error ? answer : (error as Error));
    });
    if (now?.entry.id === entry.id) return { landed: true, mine: now };
    if ((now?.tag ?? null) !== expected) return { landed: false, now };
    if (answer instanceof Error) {
      throw answer instanceof RolloutError && answer.class !== 'transient' ? answer : unknown(where, answer);
    }
    if (answer.state === 'stale')
      throw unknown(where, new Error('the store refused its own version as not the current'));
    if (pause !== null) await delay(pause * (0.5 + Math.random()));
  }
  throw unknown(where, new Error('the store was at other writes of it all the time'));
}

export function unknown(where: string, cause: Error): RolloutError {
  return new RolloutError('ledger-write-unknown', `It is not known whether ${where} was written: ${cause.message}`, {
    class: 'transient',
    next: 'Run `stream-rollout resume`: it reads the ledger again before anything is done.',
    cause,
  });
}
