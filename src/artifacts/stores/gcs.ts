import { createHash } from 'node:crypto';
import type { Storage } from '@google-cloud/storage';
import type { ByteRange } from '../../engines/engine.js';
import { conflict, type Refusal, storeError } from './errors.js';
import { openStorage } from './gcs-client.js';
import { isPassing, repeater } from './repeat.js';
import type { Access, Address, ObjectStore, StoreAmbient } from './store.js';

/** Larger objects are sent as a session of their own: the bytes go out after the bucket has said yes. */
const resumableBytes = 8 * 1024 * 1024;
/** An object's size is not known before it is read; artifacts that are larger are rare. */
const mostBytesRead = 64 * 1024 * 1024;

/** Longest time of one transfer: a minute, and what a line of 256 KiB a second takes. */
function secondsFor(bytes: number): number {
  return 60 + Math.ceil(bytes / (256 * 1024));
}

export async function openGcs(access: Access, ambient: StoreAmbient): Promise<ObjectStore> {
  const sdk = await import('./sdk-storage.js');
  let storage: Promise<Storage> | null = null;
  const client = () => {
    storage ??= openStorage(access, ambient);
    return storage;
  };
  /** The client keeps no time limit, whatever its option `timeout` says. */
  const timely = <Answer>(bytes: number, ask: (opened: Storage) => Promise<Answer>) =>
    repeater(ambient.timeoutSeconds ?? secondsFor(bytes), passes, ambient.signal)(async () => ask(await client()));

  async function put(address: Address, bytes: Uint8Array): Promise<'created' | 'present'> {
    const { uri, bucket, key } = address;
    try {
      await timely(bytes.length, (opened) =>
        opened
          .bucket(bucket)
          .file(key)
          .save(Buffer.from(bytes), {
            resumable: bytes.length > resumableBytes,
            contentType: key.endsWith('.json') ? 'application/json' : 'application/octet-stream',
            preconditionOpts: { ifGenerationMatch: 0 },
          }),
      );
      return 'created';
    } catch (error) {
      if (statusOf(error) === 412) return same(address, bytes);
      throw storeError(refusalOf(error, 'storage.objects.create', bucket), `objects.insert ${uri}`, error);
    }
  }

  async function same({ uri, bucket, key }: Address, bytes: Uint8Array): Promise<'present'> {
    let metadata: { size?: string | number; md5Hash?: string; crc32c?: string };
    try {
      [metadata] = await timely(0, (opened) => opened.bucket(bucket).file(key).getMetadata());
    } catch (error) {
      throw storeError(refusalOf(error, 'storage.objects.get', bucket), `objects.get ${uri}`, error);
    }
    if (Number(metadata.size) !== bytes.length)
      throw conflict(uri, `${metadata.size} bytes instead of ${bytes.length}`);
    // Objects that were composed of others have no MD5.
    const equal =
      metadata.md5Hash !== undefined
        ? metadata.md5Hash === createHash('md5').update(bytes).digest('base64')
        : metadata.crc32c === crc32c(bytes);
    if (!equal) throw conflict(uri, 'the same length, another checksum');
    return 'present';
  }

  function crc32c(bytes: Uint8Array): string {
    const made = new sdk.CRC32C();
    made.update(Buffer.from(bytes));
    return made.toString();
  }

  async function get({ uri, bucket, key }: Address, range?: ByteRange): Promise<Uint8Array | null> {
    // Bytes of a part cannot be held against the checksum of the whole.
    const part =
      range === undefined
        ? {}
        : { start: range.offset, end: range.offset + range.length - 1, validation: false as const };
    try {
      const most = range?.length ?? mostBytesRead;
      return (await timely(most, (opened) => opened.bucket(bucket).file(key).download(part)))[0];
    } catch (error) {
      if (statusOf(error) === 404) return null;
      // The part begins behind the end.
      if (range !== undefined && statusOf(error) === 416) return new Uint8Array();
      throw storeError(refusalOf(error, 'storage.objects.get', bucket), `objects.get ${uri}`, error);
    }
  }

  return { put, get, close: () => {} };
}

export function refusalOf(error: unknown, right: string, bucket: string): Refusal {
  const status = statusOf(error);
  if (status === 403) return { kind: 'denied', right, on: `gs://${bucket}` };
  if (status === 404) return { kind: 'no-bucket', bucket };
  const text = error instanceof Error ? error.message : '';
  return status === 401 || /could not load the default credentials|invalid_grant|invalid authentication/i.test(text)
    ? { kind: 'no-credentials' }
    : { kind: 'failed' };
}

export function statusOf(error: unknown): number | null {
  const code = Number((error as { code?: unknown; status?: unknown }).code ?? (error as { status?: unknown }).status);
  return Number.isInteger(code) ? code : null;
}

/** Also where no answer came, but not for want of credentials. */
export function passes(error: unknown): boolean {
  return isPassing(statusOf(error)) && refusalOf(error, '', '').kind === 'failed';
}
