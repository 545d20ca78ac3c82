import type { JsonObject } from '../../src/model/json.js';
import type { StoredBucket, StoredObject } from './store.js';

/** An object as the JSON API shows it (`storage#object`). `origin`: scheme and authority for links. */
export function objectResource(object: StoredObject, origin: string): JsonObject {
  const { bucket, name, generation, metageneration } = object;
  const self = `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${origin}${self}`,
    mediaLink: `${origin}/download${self}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(metageneration),
    ...(object.metadata as JsonObject),
    storageClass: 'STANDARD',
    size: String(object.content.length),
    md5Hash: object.md5,
    crc32c: object.crc32c,
    etag: etagOf(object),
    timeCreated: time(object.createdAt),
    updated: time(object.updatedAt),
    timeStorageClassUpdated: time(object.createdAt),
    ...(object.deletedAt === null ? {} : { timeDeleted: time(object.deletedAt) }),
  };
}

export function bucketResource(bucket: StoredBucket, origin: string): JsonObject {
  return {
    kind: 'storage#bucket',
    id: bucket.name,
    selfLink: `${origin}/storage/v1/b/${bucket.name}`,
    projectNumber: '123456789012',
    name: bucket.name,
    location: 'EU',
    locationType: 'multi-region',
    storageClass: 'STANDARD',
    metageneration: '1',
    etag: 'CAE=',
    timeCreated: time(bucket.createdAt),
    updated: time(bucket.createdAt),
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'inherited' },
    versioning: { enabled: true },
  };
}

/** Headers that go with an object's content. */
export function contentHeaders(object: StoredObject): { [name: string]: string } {
  const { metadata } = object;
  const optional = {
    'content-encoding': metadata.contentEncoding,
    'content-disposition': metadata.contentDisposition,
    'content-language': metadata.contentLanguage,
    'cache-control': metadata.cacheControl,
    'x-goog-stored-content-encoding': metadata.contentEncoding ?? 'identity',
  };
  return {
    'content-type': metadata.contentType ?? 'application/octet-stream',
    etag: etagOf(object),
    'last-modified': new Date(object.updatedAt).toUTCString(),
    'x-goog-generation': String(object.generation),
    'x-goog-metageneration': String(object.metageneration),
    'x-goog-storage-class': 'STANDARD',
    'x-goog-stored-content-length': String(object.content.length),
    'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5}`,
    ...Object.fromEntries(
      Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}

function etagOf(object: StoredObject): string {
  return Buffer.from(`${object.generation}/${object.metageneration}`).toString('base64');
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
