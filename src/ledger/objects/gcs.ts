import type { File } from '@google-cloud/storage';
import { passes, refusalOf, statusOf } from '../../artifacts/stores/gcs.js';
import { openStorage } from '../../artifacts/stores/gcs-client.js';
import { repeater } from '../../artifacts/stores/repeat.js';
import type { RolloutError } from '../../model/error.js';
import { userAgent } from '../../version.js';
import type { LedgerOptions } from '../options.js';
import type { Bucket, Found, Listing, Put } from './bucket.js';
import { bucketError } from './errors.js';
import { requestSeconds } from './limits.js';

/** A bucket of Cloud Storage, or of a server that speaks its JSON API (`STORAGE_EMULATOR_HOST`). */
export async function openGcsBucket(name: string, options: LedgerOptions): Promise<Bucket> {
  const ambient = { env: options.env, userAgent, signal: new AbortController().signal, secret: () => '' };
  const nobodyElse = { region: null, role: null, impersonate: null };
  const storage = await openStorage(nobodyElse, ambient);
  const bucket = storage.bucket(name);
  const url = `gs://${name}`;
  const repeated = repeater(requestSeconds(options), passes);
  const repeatedWrite = repeater(requestSeconds(options), (error) => passes(error) && !isBusy(error));
  let exists: Promise<void> | null = null;

  function failure(error: unknown, right: string, call: string, key: string | null): RolloutError {
    const what = `${call} ${url}${key === null ? '' : `/${key}`}`;
    return bucketError(refusalOf(error, right, name), what, statusOf(error), error);
  }

  async function put(key: string, text: string, expected: string | null): Promise<Put> {
    const file = bucket.file(key);
    // To replace an object is to delete a version of it.
    const rights =
      expected === null ? 'storage.objects.create' : 'storage.objects.create and storage.objects.delete (to replace)';
    try {
      await repeatedWrite(() =>
        file.save(text, {
          resumable: false,
          contentType: 'application/json',
          // A generation is a text of 16 digits, which a number holds exactly.
          preconditionOpts: { ifGenerationMatch: expected === null ? 0 : Number(expected) },
        }),
      );
    } catch (error) {
      if (statusOf(error) === 412) return { state: 'stale' };
      if (isBusy(error)) return { state: 'busy' };
      throw failure(error, rights, 'objects.insert', key);
    }
    const { generation } = file.metadata;
    if (generation !== undefined) return { state: 'landed', tag: String(generation) };
    throw failure(new Error('the answer has no generation'), rights, 'objects.insert', key);
  }

  async function list(prefix: string): Promise<Listing> {
    const names: string[] = [];
    const folders: string[] = [];
    let pageToken: string | undefined;
    do {
      // Set anew for each page: in the query for the next one that the client makes, the switch is missing.
      const query = { prefix, delimiter: '/', autoPaginate: false, ...(pageToken ? { pageToken } : {}) };
      try {
        const [files, , page] = await repeated(() => bucket.getFiles(query));
        const { prefixes, nextPageToken } = page as { prefixes?: readonly string[]; nextPageToken?: string };
        for (const file of files) names.push(file.name.slice(prefix.length));
        for (const folder of prefixes ?? []) folders.push(folder.slice(prefix.length, -1));
        pageToken = nextPageToken;
      } catch (error) {
        throw failure(error, 'storage.objects.list', `objects.list of ${prefix || 'everything'} in`, null);
      }
    } while (pageToken);
    return { names, folders };
  }

  /** Absent objects and absent buckets get the same answer; a list tells them apart, once a process. */
  async function missing(): Promise<null> {
    exists ??= list('no such folder/').then(() => undefined);
    try {
      await exists;
      return null;
    } catch (error) {
      exists = null;
      throw error;
    }
  }

  return {
    url,
    neverTag: '1',
    async get(key) {
      try {
        return await repeated(() => download(bucket.file(key)));
      } catch (error) {
        if (statusOf(error) === 404) return missing();
        throw failure(error, 'storage.objects.get', 'objects.get', key);
      }
    },
    put,
    list,
    close: () => undefined,
  };
}

/** Content and generation out of one answer: of two, they could be of two versions. */
function download(file: File): Promise<Found> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let tag: string | undefined;
    file
      .createReadStream()
      .on('response', (response: { toJSON(): { headers: { readonly [name: string]: string | undefined } } }) => {
        tag = response.toJSON().headers['x-goog-generation'];
      })
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('error', reject)
      .on('end', () => {
        if (tag === undefined) reject(new Error('the answer has no x-goog-generation'));
        else resolve({ text: Buffer.concat(chunks).toString('utf8'), tag });
      });
  });
}

/** Another write of the object is under way, or came just now: one object takes about one write a second. */
function isBusy(error: unknown): boolean {
  return [409, 429].includes(statusOf(error) ?? 0);
}
