import type { Ambient, ByteRange } from '../../engines/engine.js';
import type { JsonObject } from '../../model/json.js';

/** What stores need of the process. */
export interface StoreAmbient extends Pick<Ambient, 'env' | 'userAgent' | 'signal' | 'secret'> {
  /** Longest time of one transfer, by the real clock; default: by its size. */
  readonly timeoutSeconds?: number;
}

/** An object's place in a store. */
export interface Address {
  readonly uri: string;
  readonly bucket: string;
  readonly key: string;
}

/** Where artifacts' bytes are put. Names are made from the content, so an object is written once and never overwritten. */
export interface ObjectStore {
  /** Puts bytes where nothing stands yet; `present`: the same bytes stand there. Throws `upload-conflict` where others do. */
  put(address: Address, bytes: Uint8Array): Promise<'created' | 'present'>;
  /** Bytes of an object, or a part of them; null where there is none. */
  get(address: Address, range?: ByteRange): Promise<Uint8Array | null>;
  close(): void;
}

/** With whose rights a store is reached: the target's own role or service account, else the ambient identity. */
export interface Access {
  readonly region: string | null;
  readonly role: { readonly arn: string; readonly externalId: string | null } | null;
  readonly impersonate: string | null;
}

export function accessOf(target: JsonObject): Access {
  const role = target['assume-role'];
  const written = typeof role === 'string' ? { arn: role } : (role as JsonObject | undefined);
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  const arn = text(written?.['arn']);
  return {
    region: text(target['region']),
    role: arn === null ? null : { arn, externalId: text(written?.['external-id']) },
    impersonate: text(target['impersonate']),
  };
}
