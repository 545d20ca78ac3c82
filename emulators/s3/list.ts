import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import { S3Error } from './errors.js';
import { quoted, xmlAnswer } from './objects.js';
import type { Bucket, ObjectStore, ObjectVersion } from './store.js';
import { xmlDocument } from './xml.js';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** An object, or a common prefix: both count towards a page and sort together. */
type Entry = { readonly name: string; readonly version: ObjectVersion | null };

/** ListObjectsV2: prefix, delimiter, start-after, paging by an opaque token; keys in the order of their UTF-8 bytes. */
export function listObjects(request: EmulatedRequest, store: ObjectStore, bucket: Bucket): EmulatedResponse {
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const size = pageSize(query.get('max-keys'));
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const left = entries(store, bucket, prefix, delimiter).filter(({ name }) => compareUtf8(name, after) > 0);
  const page = left.slice(0, size);
  const truncated = left.length > page.length && page.length > 0;
  const urlEncoded = query.get('encoding-type') === 'url';
  const encode = (text: string) => (urlEncoded ? encodeKey(text) : text);
  const body = xmlDocument(
    'ListBucketResult',
    {
      Name: bucket.name,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? null : encode(delimiter),
      MaxKeys: size,
      EncodingType: urlEncoded ? 'url' : null,
      KeyCount: page.length,
      IsTruncated: truncated,
      ContinuationToken: token,
      NextContinuationToken: truncated ? Buffer.from(page.at(-1)?.name ?? '').toString('base64url') : null,
      StartAfter: query.has('start-after') ? encode(query.get('start-after') ?? '') : null,
      Contents: page.flatMap(({ version }) => (version ? [contentOf(version, encode)] : [])),
      CommonPrefixes: page.flatMap(({ name, version }) => (version ? [] : [{ Prefix: encode(name) }])),
    },
    namespace,
  );
  return xmlAnswer(body);
}

export function listBuckets(store: ObjectStore): EmulatedResponse {
  const buckets = [...store.buckets.values()].map(({ name, created }) => ({
    Name: name,
    CreationDate: new Date(created).toISOString(),
  }));
  return xmlAnswer(
    xmlDocument(
      'ListAllMyBucketsResult',
      { Buckets: { Bucket: buckets }, Owner: { ID: 'local', DisplayName: 'local' } },
      namespace,
    ),
  );
}

function entries(store: ObjectStore, bucket: Bucket, prefix: string, delimiter: string): Entry[] {
  const found = new Map<string, Entry>();
  for (const key of bucket.objects.keys()) {
    const version = key.startsWith(prefix) ? store.current(bucket, key) : null;
    if (!version) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut < 0 ? key : key.slice(0, cut + delimiter.length);
    found.set(name, { name, version: cut < 0 ? version : null });
  }
  return [...found.values()].sort((a, b) => compareUtf8(a.name, b.name));
}

function contentOf(version: ObjectVersion, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: new Date(version.modified).toISOString(),
    ETag: quoted(version),
    ChecksumAlgorithm: Object.keys(version.checksums).map((algorithm) => algorithm.toUpperCase()),
    ChecksumType: 'FULL_OBJECT',
    Size: version.body.length,
    StorageClass: 'STANDARD',
  };
}

function pageSize(text: string | null): number {
  if (text === null) return 1000;
  if (!/^\d+$/.test(text)) throw new S3Error('InvalidArgument', { ArgumentName: 'max-keys', ArgumentValue: text });
  return Math.min(1000, Number(text));
}

/** Clients decode this with form rules: a blank comes as `+`, a slash stays. */
function encodeKey(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
