import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { Json } from '../../model/json.js';
import type { JobRecord } from '../../model/record.js';
import { refuseSecrets } from '../guard.js';
import type { Held, Ledger, Swap } from '../ledger.js';
import { artifacts, isName } from '../names.js';
import type { LedgerOptions } from '../options.js';
import type { Bucket } from './bucket.js';
import { builds, keepBuild } from './builds.js';
import { type Entry, headOf, heldOf, partsOf, type Standing } from './entry.js';
import { history, keepEntry, lastNumber } from './history.js';
import { keysBelow } from './keys.js';
import { readsAtOnce, writesAtOnce } from './limits.js';
import { placeOf } from './place.js';
import { proveBucket } from './prove.js';
import { standing, swap } from './swap.js';

export async function openS3(place: string, options: LedgerOptions): Promise<Ledger> {
  const { bucket, prefix } = placeOf('s3', place);
  return openObjects(await (await import('./s3.js')).openS3Bucket(bucket, options), prefix, options);
}

export async function openGcs(place: string, options: LedgerOptions): Promise<Ledger> {
  const { bucket, prefix } = placeOf('gs', place);
  return openObjects(await (await import('./gcs.js')).openGcsBucket(bucket, options), prefix, options);
}

/**
 * A ledger in a bucket: `<environment>/<job>/record.json`, replaced by conditional writes, which are the lock. The entry
 * that is about to be replaced is copied to `log/` beside it first, so record and log together are the audit log.
 */
function openObjects(bucket: Bucket, prefix: string, options: LedgerOptions): Ledger {
  const keys = keysBelow(prefix);
  const isSecret = options.isSecret ?? (() => false);
  const reading = pLimit(readsAtOnce);
  const writing = pLimit(writesAtOnce);
  /** What this process saw last in each record, to copy it to the log without reading it again. */
  const seen = new Map<string, Standing>();
  let writes = 0;

  async function look(environment: string, job: string): Promise<Standing | null> {
    const key = keys.record(environment, job);
    const found = await reading(() => standing(bucket, key));
    note(key, found);
    return found;
  }

  function note(key: string, found: Standing | null): void {
    if (found === null) seen.delete(key);
    else seen.set(key, found);
  }

  async function write(record: JobRecord, expected: string | null, message: string): Promise<Swap> {
    const { environment, job } = record;
    const key = keys.record(environment, job);
    refuseSecrets(`The record of ${job}`, [message, record as unknown as Json], isSecret);
    let n: number;
    if (expected === null) {
      n = 1 + (await reading(() => lastNumber(bucket, keys, environment, job)));
    } else {
      const known = seen.get(key);
      const before = known && isAt(known, expected) ? known : await look(environment, job);
      if (before === null || !isAt(before, expected)) return refused(before);
      await writing(() => keepEntry(bucket, keys, before));
      n = before.entry.n + 1;
    }
    const at = new Date(options.clock.now()).toISOString();
    const entry: Entry = { n, id: randomUUID(), at, message, record };
    const tag = expected === null ? null : partsOf(expected).tag;
    const swapped = await writing(() => {
      writes += 1;
      return swap(bucket, key, entry, tag);
    });
    note(key, swapped.landed ? swapped.mine : swapped.now);
    return swapped.landed ? { landed: true, head: headOf(n, swapped.mine.tag) } : refused(swapped.now);
  }

  async function read(environment: string, jobs?: readonly string[]): Promise<ReadonlyMap<string, Held>> {
    const names = jobs ?? (await bucket.list(keys.environment(environment))).folders.filter(isName);
    const all = await Promise.all(names.map(async (job) => [job, await look(environment, job)] as const));
    return new Map(all.flatMap(([job, found]) => (found === null ? [] : [[job, heldOf(found)] as const])));
  }

  return {
    url: `${bucket.url}${prefix === '' ? '' : `/${prefix.slice(0, -1)}`}`,
    read,
    async environments() {
      const { folders } = await bucket.list(keys.root);
      return folders.filter((name) => isName(name) && name !== artifacts).sort();
    },
    write,
    async log(environment, job, limit) {
      const newest = await look(environment, job);
      return history(bucket, keys, { environment, job, limit }, newest, reading);
    },
    readBuilds: (job) => builds(bucket, keys, job, reading),
    async writeBuild(job, result) {
      refuseSecrets(`The build result of ${job}`, result as unknown as Json, isSecret);
      return writing(() => {
        writes += 1;
        return keepBuild(bucket, keys, job, result);
      });
    },
    prove: () => proveBucket(bucket, keys, options.clock.now()),
    get writes() {
      return writes;
    },
    close: async () => bucket.close(),
  };
}

function isAt(found: Standing, head: string): boolean {
  return headOf(found.entry.n, found.tag) === head;
}

function refused(now: Standing | null): Swap {
  return { landed: false, now: now === null ? null : heldOf(now) };
}
