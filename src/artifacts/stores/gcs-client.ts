import type { Storage, StorageOptions } from '@google-cloud/storage';
import type { Access, StoreAmbient } from './store.js';

/** A token that Cloud Storage refuses although it should still hold is renewed, and the call made once more. */
const renewing = { forceRefreshOnFailure: true };

const scope = 'https://www.googleapis.com/auth/devstorage.read_write';

/**
 * The client of Cloud Storage, for artifacts and for the ledger. An endpoint given by STORAGE_EMULATOR_HOST is asked without
 * credentials, as the client itself has it.
 */
export async function openStorage(access: Access, ambient: StoreAmbient): Promise<Storage> {
  const { Storage } = await import('./sdk-storage.js');
  const storage = new Storage(await optionsOf(access, ambient));
  // With STORAGE_EMULATOR_HOST in its process the client leaves the base path out, which not every server takes.
  storage.baseUrl = `${storage.apiEndpoint}/storage/v1`;
  return storage;
}

async function optionsOf({ impersonate }: Access, { env, userAgent }: StoreAmbient): Promise<StorageOptions> {
  const host = env['STORAGE_EMULATOR_HOST'];
  // The client wants a project before it asks; for objects of a bucket none is needed.
  const projectId = env['GOOGLE_CLOUD_PROJECT'] ?? 'unused';
  // Repeated by the rule of all stores (repeat.ts): given up, a request of the client's own repeats would live on.
  const common: StorageOptions = { projectId, userAgent, retryOptions: { autoRetry: false } };
  if (host) return { ...common, apiEndpoint: /^https?:/.test(host) ? host.replace(/\/+$/, '') : `http://${host}` };
  const file = env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (impersonate === null) return { ...common, clientOptions: renewing, ...(file ? { keyFilename: file } : {}) };
  const { GoogleAuth, Impersonated } = await import('./sdk-auth.js');
  const auth = new GoogleAuth({
    scopes: ['https://www.googleapis.com/auth/cloud-platform'],
    projectId,
    clientOptions: renewing,
    ...(file ? { keyFilename: file } : {}),
  });
  const authClient = new Impersonated({
    sourceClient: await auth.getClient(),
    targetPrincipal: impersonate,
    targetScopes: [scope],
    lifetime: 3600,
    delegates: [],
    ...renewing,
  });
  // The storage package brings an auth library of its own; clients of both make the same request headers.
  return { ...common, authClient: authClient as never };
}
