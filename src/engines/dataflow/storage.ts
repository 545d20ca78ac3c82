import type { AuthClient } from 'google-auth-library';
import { RolloutError } from '../../model/error.js';
import type { Ambient } from '../engine.js';
import { credentials, endpointOf } from './credentials.js';
import { faultOf } from './fault.js';

/** Longest time of one read with the client's own repeats, by the real clock. */
const readMilliseconds = 60_000;

/** An object in Cloud Storage as far as its content is concerned. */
export interface StoredObject {
  /** Digest of the content as the store gives it, for example `md5:…`. */
  readonly digest: string;
  readonly bytes: number;
  read(): Promise<Buffer>;
}

export interface Store {
  /** Null: the object does not exist or may not be read. */
  object(uri: string): Promise<StoredObject | null>;
}

/** Reads objects by the real client; STORAGE_EMULATOR_HOST is honoured as that client does. */
export async function openStore(project: string, impersonate: string | undefined, ambient: Ambient): Promise<Store> {
  const variable = 'STORAGE_EMULATOR_HOST';
  const override = ambient.env[variable];
  const endpoint = endpointOf(override && (/^https?:/.test(override) ? override : `http://${override}`), variable);
  const authClient: AuthClient = await credentials(endpoint, project, impersonate, ambient.env);
  const { Storage } = await import('./sdk-storage.js');
  const storage = new Storage({
    projectId: project,
    authClient: authClient as never,
    userAgent: ambient.userAgent,
    retryOptions: { autoRetry: true, maxRetries: 2, maxRetryDelay: 4, totalTimeout: 60 },
    ...(endpoint && { apiEndpoint: endpoint.url }),
  });
  // With STORAGE_EMULATOR_HOST in its process the client leaves the base path out, which not every server takes.
  storage.baseUrl = `${storage.apiEndpoint}/storage/v1`;
  return {
    async object(uri) {
      const { bucket, name } = partsOf(uri);
      const file = storage.bucket(bucket).file(name);
      try {
        const [metadata] = await inTime(file.getMetadata(), uri);
        const digest = metadata.md5Hash ? `md5:${hex(metadata.md5Hash)}` : `crc32c:${hex(metadata.crc32c ?? '')}`;
        return { digest, bytes: Number(metadata.size ?? 0), read: async () => (await inTime(file.download(), uri))[0] };
      } catch (error) {
        return unreadable(uri, error);
      }
    },
  };
}

/** The client keeps no time limit, whatever its option `timeout` says. */
async function inTime<Answer>(asked: Promise<Answer>, uri: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const text = `no answer within ${readMilliseconds / 1000} s for ${uri}`;
    timer = setTimeout(() => reject(new Error(text)), readMilliseconds);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function partsOf(uri: string): { readonly bucket: string; readonly name: string } {
  const [, bucket = '', name = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return { bucket, name };
}

/** Missing or not readable is an answer; everything else is not. */
export function unreadable(uri: string, error: unknown): null {
  const fault = faultOf(error);
  if (fault.status === 401 || fault.status === 403 || fault.status === 404) return null;
  throw new RolloutError('dataflow-reference-unavailable', `Cloud Storage did not answer for ${uri} (${fault.text}).`, {
    class: 'transient',
    next: 'Run again; nothing was changed.',
    cause: fault.cause,
  });
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}
