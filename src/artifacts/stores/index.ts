import type { ByteRange } from '../../engines/engine.js';
import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import { type Access, type Address, accessOf, type ObjectStore, type StoreAmbient } from './store.js';

/** All stores of a process: one client a scheme and identity, made at first use. */
export interface Stores {
  /** Puts bytes where nothing stands yet, with the rights that the target names. */
  put(uri: string, target: JsonObject, bytes: Uint8Array): Promise<'created' | 'present'>;
  get(uri: string, target: JsonObject, range?: ByteRange): Promise<Uint8Array | null>;
  close(): void;
}

const openers: { readonly [scheme: string]: (access: Access, ambient: StoreAmbient) => Promise<ObjectStore> } = {
  s3: async (access, ambient) => (await import('./s3.js')).openS3(access, ambient),
  gs: async (access, ambient) => (await import('./gcs.js')).openGcs(access, ambient),
  file: async () => (await import('./file.js')).openFiles(),
};

export function openStores(ambient: StoreAmbient): Stores {
  const open = new Map<string, Promise<ObjectStore>>();
  /** The same bytes of many jobs are sent once. */
  const putting = new Map<string, Promise<'created' | 'present'>>();

  function reach(uri: string, target: JsonObject) {
    const { scheme, address } = parse(uri);
    const access = accessOf(target);
    const identity = JSON.stringify([scheme, access]);
    const store = open.get(identity) ?? (openers[scheme] as (typeof openers)[string])(access, ambient);
    open.set(identity, store);
    return { store, address, key: `${identity} ${uri}` };
  }

  return {
    put(uri, target, bytes) {
      const { store, address, key } = reach(uri, target);
      const known = putting.get(key);
      if (known) return known.then(() => 'present');
      const put = store.then((opened) => opened.put(address, bytes));
      putting.set(key, put);
      // A failed put may be tried again.
      put.catch(() => putting.delete(key));
      return put;
    },
    async get(uri, target, range) {
      const { store, address } = reach(uri, target);
      return (await store).get(address, range);
    },
    close() {
      for (const store of open.values()) store.then((opened) => opened.close()).catch(() => {});
    },
  };
}

function parse(uri: string): { readonly scheme: string; readonly address: Address } {
  const [, scheme, bucket = '', key = ''] =
    /^(s3|gs):\/\/([^/]+)\/(.+)$/.exec(uri) ?? /^(file):\/\/()\/(.+)$/.exec(uri) ?? [];
  if (scheme !== undefined) return { scheme, address: { uri, bucket, key } };
  throw new RolloutError('upload-to-unsupported', `${uri} is no s3://, gs:// or file:/// URI of an object.`, {
    class: 'input',
    next: 'correct upload-to',
  });
}
