import { createHash, randomBytes } from 'node:crypto';
import type { EmulatorClock } from '../service.js';
import type { Checksums } from './checksums.js';
import { S3Error } from './errors.js';

/** One version of an object. `versionId` is null in a bucket that never had versioning on. */
export interface ObjectVersion {
  readonly key: string;
  readonly body: Buffer;
  /** md5 of the body in hex, without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly versionId: string | null;
  readonly contentType: string;
  readonly contentEncoding: string | null;
  readonly metadata: { readonly [name: string]: string };
  readonly checksums: Checksums;
  /** True for the marker that a delete leaves in a bucket with versioning. */
  readonly deleted: boolean;
}

export type NewObject = Pick<
  ObjectVersion,
  'key' | 'body' | 'contentType' | 'contentEncoding' | 'metadata' | 'checksums'
>;

export interface Bucket {
  readonly name: string;
  readonly created: number;
  versioning: 'Enabled' | 'Suspended' | null;
  /** Versions of each key, oldest first. */
  readonly objects: Map<string, ObjectVersion[]>;
}

/** The objects of all buckets, in memory. Every method is synchronous, so that a condition and its write are one step. */
export class ObjectStore {
  readonly buckets = new Map<string, Bucket>();
  readonly #clock: EmulatorClock;

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  create(name: string): Bucket {
    const bucket: Bucket = { name, created: this.#clock.now(), versioning: null, objects: new Map() };
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** The newest version that is not deleted, or null. */
  current(bucket: Bucket, key: string): ObjectVersion | null {
    const newest = bucket.objects.get(key)?.at(-1);
    return newest && !newest.deleted ? newest : null;
  }

  /** Throws NoSuchKey or NoSuchVersion. */
  version(bucket: Bucket, key: string, versionId: string | null): ObjectVersion {
    if (versionId === null) {
      const current = this.current(bucket, key);
      if (!current) throw new S3Error('NoSuchKey', { Key: key });
      return current;
    }
    const found = bucket.objects.get(key)?.find((version) => (version.versionId ?? 'null') === versionId);
    if (!found) throw new S3Error('NoSuchVersion', { Key: key, VersionId: versionId });
    if (found.deleted) throw new S3Error('MethodNotAllowed', { Key: key });
    return found;
  }

  put(bucket: Bucket, object: NewObject): ObjectVersion {
    const etag = createHash('md5').update(object.body).digest('hex');
    return this.#push(bucket, {
      ...object,
      etag,
      deleted: false,
      modified: this.#clock.now(),
      versionId: versionIdIn(bucket),
    });
  }

  /** Deletes a key, or one version of it. Returns the delete marker that a bucket with versioning keeps, else null. Nothing there is no error. */
  delete(bucket: Bucket, key: string, versionId: string | null): ObjectVersion | null {
    const versions = bucket.objects.get(key) ?? [];
    if (versionId !== null) {
      const left = versions.filter((version) => (version.versionId ?? 'null') !== versionId);
      if (left.length > 0) bucket.objects.set(key, left);
      else bucket.objects.delete(key);
      return null;
    }
    if (bucket.versioning === null) {
      bucket.objects.delete(key);
      return null;
    }
    const base = {
      key,
      body: Buffer.alloc(0),
      etag: '',
      contentType: '',
      contentEncoding: null,
      metadata: {},
      checksums: {},
    };
    return this.#push(bucket, { ...base, deleted: true, modified: this.#clock.now(), versionId: versionIdIn(bucket) });
  }

  /** Content behind an `s3://bucket/key` URI as other services of the local cloud read it; null if there is none. */
  read(uri: string): Buffer | null {
    const parts = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
    const bucket = this.buckets.get(parts?.[1] ?? '');
    return bucket ? (this.current(bucket, parts?.[2] ?? '')?.body ?? null) : null;
  }

  /** Puts content behind an `s3://bucket/key` URI, or takes it away, as other services of the local cloud do. A bucket is made where there is none. */
  place(uri: string, body: Buffer | null): void {
    const [, name, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    if (name === undefined || key === undefined) return;
    const bucket = this.buckets.get(name) ?? this.create(name);
    if (body === null) this.delete(bucket, key, null);
    else
      this.put(bucket, {
        key,
        body,
        contentType: 'application/octet-stream',
        contentEncoding: null,
        metadata: {},
        checksums: {},
      });
  }

  #push(bucket: Bucket, version: ObjectVersion): ObjectVersion {
    const versions = bucket.objects.get(version.key) ?? [];
    // The version named "null" is overwritten; numbered ones are kept.
    const kept = version.versionId === null ? versions.filter(({ versionId }) => versionId !== null) : versions;
    bucket.objects.set(version.key, [...kept, version]);
    return version;
  }
}

function versionIdIn(bucket: Bucket): string | null {
  return bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : null;
}
