import { createHash } from 'node:crypto';
import type { Storage, StorageOptions } from '@google-cloud/storage';
import { conflict, type Refusal, storeError } from './errors.js';
import type { Access, Address, ObjectStore, StoreAmbient } from './store.js';

const scope = 'https://www.googleapis.com/auth/devstorage.read_write';
/** Larger objects are sent in pieces, which survive a broken connection. */
const resumableBytes = 8 * 1024 * 1024;

export async function openGcs(access: Access, ambient: StoreAmbient): Promise<ObjectStore> {
  const sdk = await import('./sdk-storage.js');
  let storage: Promise<Storage> | null = null;
  const client = () => {
    storage ??= optionsOf(access, ambient).then((options) => new sdk.Storage(options));
    return storage;
  };

  async function put(address: Address, bytes: Uint8Array): Promise<'created' | 'present'> {
    const { uri, bucket, key } = address;
    try {
      await (await client())
        .bucket(bucket)
        .file(key)
        .save(Buffer.from(bytes), {
          resumable: bytes.length > resumableBytes,
          contentType: key.endsWith('.json') ? 'application/json' : 'application/octet-stream',
          preconditionOpts: { ifGenerationMatch: 0 },
        });
      return 'created';
    } catch (error) {
      if (statusOf(error) === 412) return same(address, bytes);
      throw storeError(refusalOf(error, 'storage.objects.create', bucket), `objects.insert ${uri}`, error);
    }
  }

  async function same({ uri, bucket, key }: Address, bytes: Uint8Array): Promise<'present'> {
    let metadata: { size?: string | number; md5Hash?: string; crc32c?: string };
    try {
      [metadata] = await (await client()).bucket(bucket).file(key).getMetadata();
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

  async function get({ uri, bucket, key }: Address): Promise<Uint8Array | null> {
    try {
      return (await (await client()).bucket(bucket).file(key).download())[0];
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw storeError(refusalOf(error, 'storage.objects.get', bucket), `objects.get ${uri}`, error);
    }
  }

  return { put, get, close: () => {} };
}

/** An endpoint given by STORAGE_EMULATOR_HOST is asked without credentials, as the client itself has it. */
export async function optionsOf({ impersonate }: Access, { env, userAgent }: StoreAmbient): Promise<StorageOptions> {
  const host = env['STORAGE_EMULATOR_HOST'];
  // The client wants a project before it asks; for objects of a bucket none is needed.
  const projectId = env['GOOGLE_CLOUD_PROJECT'] ?? 'unused';
  const common: StorageOptions = { projectId, userAgent, timeout: 300_000 };
  if (host) return { ...common, apiEndpoint: /^https?:/.test(host) ? host.replace(/\/+$/, '') : `http://${host}` };
  const file = env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (impersonate === null) return { ...common, ...(file ? { keyFilename: file } : {}) };
  const { GoogleAuth, Impersonated } = await import('./sdk-auth.js');
  const auth = new GoogleAuth({
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    projectId,
    ...(file ? { keyFilename: file } : {}),
  });
  const authClient = new Impersonated({
    sourceClient: await auth.getClient(),
    targetPrincipal: impersonate,
    targetScopes: [scope],
    lifetime: 3600,
    delegates: [],
  });
  // The storage package brings an auth library of its own; clients of both make the same request headers.
  return { ...common, authClient: authClient as never };
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
