import type { EmulatedRequest } from '../service.js';

/** What a request is about: the service, a bucket (`/b` or `/b/`), or an object. Path style only. */
export interface Address {
  readonly bucket: string | null;
  readonly key: string | null;
}

export function addressOf(request: EmulatedRequest): Address {
  const [, bucket = '', key = ''] = /^\/([^/]*)(?:\/(.*))?$/.exec(request.path) ?? [];
  return { bucket: bucket === '' ? null : decode(bucket), key: key === '' ? null : decode(key) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign stands for itself
  }
}

/** Operations that the emulator knows, by what they are about and the method; a query parameter or header tells variants apart. */
const table: readonly (readonly [
  kind: 'service' | 'bucket' | 'object',
  method: string,
  mark: string | null,
  operation: Operation,
])[] = [
  ['service', 'GET', null, 'ListBuckets'],
  ['bucket', 'GET', '?list-type', 'ListObjectsV2'],
  ['bucket', 'GET', '?location', 'GetBucketLocation'],
  ['bucket', 'GET', '?versioning', 'GetBucketVersioning'],
  ['bucket', 'PUT', '?versioning', 'PutBucketVersioning'],
  ['bucket', 'POST', '?delete', 'DeleteObjects'],
  ['bucket', 'HEAD', null, 'HeadBucket'],
  ['bucket', 'PUT', null, 'CreateBucket'],
  ['bucket', 'DELETE', null, 'DeleteBucket'],
  ['object', 'PUT', 'x-amz-copy-source', 'CopyObject'],
  ['object', 'PUT', null, 'PutObject'],
  ['object', 'GET', null, 'GetObject'],
  ['object', 'HEAD', null, 'HeadObject'],
  ['object', 'DELETE', null, 'DeleteObject'],
];

export type Operation =
  | 'ListBuckets'
  | 'ListObjectsV2'
  | 'GetBucketLocation'
  | 'GetBucketVersioning'
  | 'PutBucketVersioning'
  | 'DeleteObjects'
  | 'HeadBucket'
  | 'CreateBucket'
  | 'DeleteBucket'
  | 'CopyObject'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject';

export const writes: ReadonlySet<string> = new Set<Operation>([
  'PutBucketVersioning',
  'DeleteObjects',
  'CreateBucket',
  'DeleteBucket',
  'CopyObject',
  'PutObject',
  'DeleteObject',
]);

/** Query parameters that do not choose an operation. All others (`acl`, `uploads`, `tagging`, …) name one that is not emulated. */
const plain =
  /^(x-id|versionId|x-amz-.*|response-.*|list-type|location|versioning|delete|prefix|delimiter|max-keys|encoding-type|start-after|continuation-token|fetch-owner|bucket-region|max-buckets)$/i;

/** Null: not emulated. */
export function operationOf(request: EmulatedRequest): Operation | null {
  const { bucket, key } = addressOf(request);
  const kind = bucket === null ? 'service' : key === null ? 'bucket' : 'object';
  if ([...request.query.keys()].some((name) => !plain.test(name))) return null;
  const row = table.find(
    ([rowKind, method, mark]) =>
      rowKind === kind && method === request.method && (mark === null || marked(request, mark)),
  );
  return row?.[3] ?? null;
}

function marked(request: EmulatedRequest, mark: string): boolean {
  return mark.startsWith('?') ? request.query.has(mark.slice(1)) : request.headers[mark] !== undefined;
}
