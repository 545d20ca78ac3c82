import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import { checksumHeaders, verifiedChecksums } from './checksums.js';
import { contentEncoding, payloadOf } from './chunked.js';
import { checkMatch, checkWrite, notModified } from './conditions.js';
import { S3Error } from './errors.js';
import type { Bucket, ObjectStore, ObjectVersion } from './store.js';
import { xmlDocument, xmlElements, xmlText } from './xml.js';

/** A call on one object. */
export interface ObjectCall {
  readonly request: EmulatedRequest;
  readonly store: ObjectStore;
  readonly bucket: Bucket;
  readonly key: string;
}

export function putObject({ request, store, bucket, key }: ObjectCall): EmulatedResponse {
  const { body, trailers } = payloadOf(request);
  const checksums = verifiedChecksums(request, body, trailers);
  checkWrite(request, key, store.current(bucket, key));
  const version = store.put(bucket, {
    key,
    body,
    checksums,
    contentType: request.headers['content-type'] ?? 'binary/octet-stream',
    contentEncoding: contentEncoding(request),
    metadata: metadataOf(request),
  });
  return { status: 200, headers: { etag: quoted(version), ...versionHeader(version), ...checksumHeaders(checksums) } };
}

/** GetObject and HeadObject: the server leaves the body out for HEAD. */
export function getObject({ request, store, bucket, key }: ObjectCall): EmulatedResponse {
  const version = store.version(bucket, key, request.query.get('versionId'));
  const headers: { [name: string]: string } = {
    etag: quoted(version),
    'last-modified': new Date(version.modified).toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': version.contentType,
    ...versionHeader(version),
    ...Object.fromEntries(Object.entries(version.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
  };
  if (version.contentEncoding) headers['content-encoding'] = version.contentEncoding;
  if (notModified(request, version)) return { status: 304, headers };
  const range = rangeOf(request.headers['range'], version.body.length);
  const body = range ? version.body.subarray(range.from, range.to + 1) : version.body;
  if (!range && request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED')
    Object.assign(headers, checksumHeaders(version.checksums));
  headers['content-length'] = String(body.length);
  if (!range) return { status: 200, headers, body };
  headers['content-range'] = `bytes ${range.from}-${range.to}/${version.body.length}`;
  return { status: 206, headers, body };
}

export function deleteObject({ request, store, bucket, key }: ObjectCall): EmulatedResponse {
  checkMatch(request.headers['if-match'], key, store.current(bucket, key));
  const marker = store.delete(bucket, key, request.query.get('versionId'));
  return { status: 204, headers: marker ? { 'x-amz-delete-marker': 'true', ...versionHeader(marker) } : {} };
}

/** DeleteObjects: keys that are not there count as deleted. */
export function deleteObjects({ request, store, bucket }: Omit<ObjectCall, 'key'>): EmulatedResponse {
  const wanted = xmlElements(request.body.toString(), 'Object').map((object) => ({
    key: xmlText(object, 'Key') ?? '',
    versionId: xmlText(object, 'VersionId'),
  }));
  if (wanted.length === 0 || wanted.length > 1000) throw new S3Error('MalformedXML');
  for (const { key, versionId } of wanted) store.delete(bucket, key, versionId);
  const quiet = xmlText(request.body.toString(), 'Quiet') === 'true';
  return xmlAnswer(xmlDocument('DeleteResult', { Deleted: quiet ? [] : wanted.map(({ key }) => ({ Key: key })) }));
}

export function copyObject(call: ObjectCall): EmulatedResponse {
  const { request, store, bucket, key } = call;
  const [path = '', query = ''] = (request.headers['x-amz-copy-source'] ?? '').split('?');
  const [, from = '', sourceKey = ''] = /^\/?([^/]+)\/(.+)$/.exec(decodeURIComponent(path)) ?? [];
  const source = store.buckets.get(from);
  if (!source) throw new S3Error('NoSuchBucket', { BucketName: from });
  const original = store.version(source, sourceKey, new URLSearchParams(query).get('versionId'));
  checkMatch(request.headers['x-amz-copy-source-if-match'], sourceKey, original);
  checkWrite(request, key, store.current(bucket, key));
  const replace = request.headers['x-amz-metadata-directive']?.toUpperCase() === 'REPLACE';
  const kept = replace
    ? { metadata: metadataOf(request), contentType: request.headers['content-type'] ?? original.contentType }
    : {};
  const version = store.put(bucket, { ...original, ...kept, key });
  const body = xmlDocument('CopyObjectResult', {
    LastModified: new Date(version.modified).toISOString(),
    ETag: quoted(version),
  });
  return { ...xmlAnswer(body), headers: { 'content-type': 'application/xml', ...versionHeader(version) } };
}

export function xmlAnswer(body: string): EmulatedResponse {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

export function quoted(version: ObjectVersion): string {
  return `"${version.etag}"`;
}

function versionHeader(version: ObjectVersion): { [name: string]: string } {
  return version.versionId === null ? {} : { 'x-amz-version-id': version.versionId };
}

function metadataOf(request: EmulatedRequest): { [name: string]: string } {
  const prefix = 'x-amz-meta-';
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
    ),
  );
}

/** A single byte range; anything else is ignored, as S3 does. */
function rangeOf(header: string | undefined, length: number): { from: number; to: number } | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || (first === '' && last === '')) return null;
  const from = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (from > to) throw new S3Error('InvalidRange', { ActualObjectSize: length });
  return { from, to };
}
