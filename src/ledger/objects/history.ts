import type { LogEntry } from '../ledger.js';
import type { Bucket } from './bucket.js';
import { createOnce } from './create.js';
import { logEntryOf, parseEntry, type Standing } from './entry.js';
import { type Keys, numberOf } from './keys.js';

/**
 * Copies an entry to the log before it is replaced. Not after: a process that dies in between would leave a hole. The copy
 * is created once; that one is there already means that somebody else was about to replace the same entry.
 */
export async function keepEntry(bucket: Bucket, keys: Keys, { entry, text }: Standing): Promise<void> {
  const { environment, job } = entry.record;
  await createOnce(bucket, keys.entry(environment, job, entry.n), text);
}

/** Number of the newest entry in the log; 0 where there is none. The log of a lost record goes on where it ended. */
export async function lastNumber(bucket: Bucket, keys: Keys, environment: string, job: string): Promise<number> {
  return Math.max(0, ...(await numbersIn(bucket, keys, environment, job)));
}

/** Newest first. `newest` is what stands in the record itself; the entries before it are in the log. */
export async function history(
  bucket: Bucket,
  keys: Keys,
  place: { readonly environment: string; readonly job: string; readonly limit: number },
  newest: Standing | null,
  bounded: <Answer>(read: () => Promise<Answer>) => Promise<Answer>,
): Promise<readonly LogEntry[]> {
  const { environment, job, limit } = place;
  const before = newest ? below(newest.entry.n) : [...(await numbersIn(bucket, keys, environment, job))].reverse();
  const older = await Promise.all(
    before.slice(0, newest ? limit - 1 : limit).map((n) =>
      bounded(async () => {
        const key = keys.entry(environment, job, n);
        const found = await bucket.get(key);
        // Old entries may have been deleted by a rule of the bucket.
        return found === null ? [] : [logEntryOf(parseEntry(found.text, `${bucket.url}/${key}`))];
      }),
    ),
  );
  return [...(newest ? [logEntryOf(newest.entry)] : []), ...older.flat()].slice(0, limit);
}

/** Numbers from n-1 down to 1. */
function below(n: number): readonly number[] {
  return Array.from({ length: Math.max(0, n - 1) }, (_, index) => n - 1 - index);
}

/** Oldest first. */
async function numbersIn(bucket: Bucket, keys: Keys, environment: string, job: string): Promise<readonly number[]> {
  const { names } = await bucket.list(keys.log(environment, job));
  return names.flatMap((name) => numberOf(name) ?? []).sort((a, b) => a - b);
}
