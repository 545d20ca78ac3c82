import type { JsonObject } from '../../src/model/json.js';
import { StorageError } from './error.js';
import { objectResource } from './resource.js';
import type { ObjectStore, StoredObject } from './store.js';

/** `GET /b/BUCKET/o`: prefix, delimiter, paging, `versions`, `startOffset`, `endOffset`. Consistent at once, as the service is. */
export function listObjects(store: ObjectStore, bucket: string, query: URLSearchParams, origin: string): JsonObject {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const from = query.get('startOffset') ?? '';
  const to = query.get('endOffset');
  const limit = Math.min(Math.max(Number(query.get('maxResults') ?? 1000) || 1000, 1), 1000);
  const versions = query.get('versions') === 'true';
  const entries = new Map<string, StoredObject | null>();
  for (const object of store.list(bucket, versions)) {
    const { name } = object;
    if (!name.startsWith(prefix) || name < from || (to !== null && to !== '' && name >= to)) continue;
    const end = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    if (end >= 0) entries.set(name.slice(0, end + delimiter.length), null);
    else entries.set(`${name}\n${object.generation}`, object);
  }
  const page = [...entries.entries()];
  const start = offsetOf(query.get('pageToken'));
  const shown = page.slice(start, start + limit);
  const items = shown.flatMap(([, object]) => (object ? [objectResource(object, origin)] : []));
  const prefixes = shown.flatMap(([name, object]) => (object ? [] : [name]));
  return {
    kind: 'storage#objects',
    ...(items.length > 0 ? { items } : {}),
    ...(prefixes.length > 0 ? { prefixes } : {}),
    ...(start + limit < page.length ? { nextPageToken: Buffer.from(String(start + limit)).toString('base64') } : {}),
  };
}

function offsetOf(token: string | null): number {
  if (!token) return 0;
  const decoded = Buffer.from(token, 'base64').toString();
  if (!/^\d{1,9}$/.test(decoded)) throw new StorageError(400, 'invalid', 'Invalid pageToken');
  return Number(decoded);
}
