import { randomUUID } from 'node:crypto';
import { RolloutError } from '../../model/error.js';
import { encode, format } from '../body.js';
import type { Bucket, Put } from './bucket.js';
import { BucketDenied, grant } from './errors.js';
import type { Keys } from './keys.js';

/**
 * Proves that the bucket can hold the ledger: the rights are there, and the store keeps its conditions, which are the lock.
 * Some servers take conditional writes and ignore the condition; on such a one two rollouts would both hold the job.
 * Writes one marker object and no record. That conditions hold under a race no probe can prove.
 */
export async function proveBucket(bucket: Bucket, keys: Keys, atMs: number): Promise<void> {
  const write = (expected: string | null) =>
    bucket.put(keys.marker, encode({ format, at: new Date(atMs).toISOString(), id: randomUUID() }), expected);

  const [listed, created] = await Promise.allSettled([bucket.list(keys.root), write(null)]);
  const [read] = await Promise.allSettled([bucket.get(keys.marker)]);
  const denials = [listed, created, read].flatMap((one) =>
    one.status === 'rejected' && one.reason instanceof BucketDenied ? [one.reason] : [],
  );
  // Without the right to list, reading an object that is not there is refused too, and says nothing of the right to read.
  const certain = denials.length === 3 ? denials.slice(0, 2) : denials;
  if (certain.length > 1) throw denied(bucket, keys, certain);
  for (const one of [listed, created, read]) if (one.status === 'rejected') throw one.reason;

  // A marker was there before, or is there now: to create it has to be refused.
  if (settled(created).state === 'landed') refuseLanded(bucket, await write(null), 'to create an object that exists');
  refuseLanded(bucket, await write(bucket.neverTag), 'to replace a version that is not there');
  const marker = settled(read);
  // To replace needs rights of its own in some stores. Refused by its condition: another process proves just now.
  if (marker !== null) await write(marker.tag);
}

function refuseLanded(bucket: Bucket, answer: Put, what: string): void {
  if (answer.state !== 'landed') return;
  throw new RolloutError(
    'ledger-bucket-unconditional',
    `${bucket.url} took a write whose condition did not hold (${what}): it can't keep two rollouts apart.`,
    {
      next: 'Use a store that keeps conditional writes (Amazon S3, Google Cloud Storage), or the git ledger.',
    },
  );
}

function denied(bucket: Bucket, keys: Keys, denials: readonly BucketDenied[]): RolloutError {
  const rights = denials.map(({ right }) => right);
  const place = `${bucket.url}/${keys.root}`;
  return new RolloutError(
    'ledger-bucket-denied',
    `The ledger at ${place} can't be used: the rights ${rights.join(', ')} are missing.`,
    { next: grant(rights, place), cause: denials[0] },
  );
}

function settled<Value>(result: PromiseSettledResult<Value>): Value {
  if (result.status === 'fulfilled') return result.value;
  throw result.reason;
}
