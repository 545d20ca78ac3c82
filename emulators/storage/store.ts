import { createHash } from 'node:crypto';
import type { EmulatorClock } from '../service.js';
import { crc32c } from './crc32c.js';
import { StorageError } from './error.js';
import { check, type Preconditions } from './preconditions.js';

/** What a client may set on an object. */
export interface ObjectMetadata {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly cacheControl?: string;
  readonly metadata?: { readonly [key: string]: string };
}

/** One version of an object. Times in milliseconds by the emulated clock; `deletedAt` null: the live version. */
export interface StoredObject {
  readonly bucket: string;
  readonly name: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly deletedAt: number | null;
  readonly metadata: ObjectMetadata;
  readonly content: Buffer;
  readonly md5: string;
  readonly crc32c: string;
}

export interface StoredBucket {
  readonly name: string;
  readonly createdAt: number;
}

/** Old versions kept for each object. */
export const versionLimit = 20;
/** Bytes kept in all, versions included. */
export const byteLimit = 1024 * 1024 * 1024;

/** Buckets and versions of objects. Buckets appear when they are first named, unless `autoCreateBuckets` is off. */
export class ObjectStore {
  autoCreateBuckets = true;
  readonly #clock: EmulatorClock;
  readonly #buckets = new Map<string, { bucket: StoredBucket; objects: Map<string, StoredObject[]> }>();
  #bytes = 0;
  #generation = 0;

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  buckets(): readonly StoredBucket[] {
    return [...this.#buckets.values()].map(({ bucket }) => bucket).sort((a, b) => compare(a.name, b.name));
  }

  bucket(name: string): StoredBucket {
    return this.#entry(name).bucket;
  }

  createBucket(name: string): StoredBucket {
    if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(name))
      throw new StorageError(400, 'invalid', `Invalid bucket name: '${name}'`);
    if (this.#buckets.has(name))
      throw new StorageError(
        409,
        'conflict',
        'Your previous request to create the named bucket succeeded and you already own it.',
      );
    const bucket = { name, createdAt: this.#clock.now() };
    this.#buckets.set(name, { bucket, objects: new Map() });
    return bucket;
  }

  deleteBucket(name: string): void {
    if (this.list(name).length > 0)
      throw new StorageError(409, 'conflict', 'The bucket you tried to delete is not empty.');
    this.#buckets.delete(name);
  }

  /** The live version, or the one of `generation`; undefined if there is none. */
  find(bucket: string, name: string, generation: number | null = null): StoredObject | undefined {
    const versions = this.#entry(bucket).objects.get(name) ?? [];
    return versions.find((version) =>
      generation === null ? version.deletedAt === null : version.generation === generation,
    );
  }

  /** As `find`; throws 404 if there is none. */
  get(bucket: string, name: string, generation: number | null = null): StoredObject {
    const found = this.find(bucket, name, generation);
    if (!found) throw new StorageError(404, 'notFound', `No such object: ${bucket}/${name}`);
    return found;
  }

  /** Objects by name, live ones or all versions. */
  list(bucket: string, versions = false): readonly StoredObject[] {
    const all = [...this.#entry(bucket).objects.values()].flat();
    return all
      .filter((version) => versions || version.deletedAt === null)
      .sort((a, b) => compare(a.name, b.name) || a.generation - b.generation);
  }

  /** Writes a new version if the preconditions hold (else 412). */
  put(
    bucket: string,
    name: string,
    content: Buffer,
    metadata: ObjectMetadata,
    conditions: Preconditions,
  ): StoredObject {
    if (name.length === 0 || Buffer.byteLength(name) > 1024)
      throw new StorageError(400, 'invalid', 'Invalid object name');
    check(conditions, this.find(bucket, name));
    if (this.#bytes + content.length > byteLimit)
      throw new StorageError(429, 'rateLimitExceeded', `The local cloud keeps at most ${byteLimit} bytes.`);
    const now = this.#clock.now();
    const object: StoredObject = {
      bucket,
      name,
      generation: this.#nextGeneration(now),
      metageneration: 1,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
      metadata,
      content,
      md5: createHash('md5').update(content).digest('base64'),
      crc32c: crc32c(content),
    };
    this.#retire(bucket, name, now);
    const { objects } = this.#entry(bucket);
    const versions = [object, ...(objects.get(name) ?? [])];
    for (const dropped of versions.splice(versionLimit + 1)) this.#bytes -= dropped.content.length;
    objects.set(name, versions);
    this.#bytes += content.length;
    return object;
  }

  /** Changes an object's metadata; `null` values of `metadata.metadata` keys are the caller's to leave out. */
  patch(object: StoredObject, metadata: ObjectMetadata): StoredObject {
    const versions = this.#entry(object.bucket).objects.get(object.name) ?? [];
    const patched = { ...object, metadata, metageneration: object.metageneration + 1, updatedAt: this.#clock.now() };
    versions[versions.indexOf(object)] = patched;
    return patched;
  }

  /** Ends the live version (it can still be read by its generation) or removes the version of `generation` for good. */
  delete(bucket: string, name: string, generation: number | null, conditions: Preconditions): void {
    const object = this.get(bucket, name, generation);
    check(conditions, object);
    if (generation === null) {
      this.#retire(bucket, name, this.#clock.now());
      return;
    }
    const { objects } = this.#entry(bucket);
    objects.set(
      name,
      (objects.get(name) ?? []).filter((version) => version !== object),
    );
    this.#bytes -= object.content.length;
  }

  #entry(name: string): { bucket: StoredBucket; objects: Map<string, StoredObject[]> } {
    if (!this.#buckets.has(name)) {
      if (!this.autoCreateBuckets) throw new StorageError(404, 'notFound', 'The specified bucket does not exist.');
      this.createBucket(name);
    }
    return this.#buckets.get(name) as { bucket: StoredBucket; objects: Map<string, StoredObject[]> };
  }

  #retire(bucket: string, name: string, now: number): void {
    const versions = this.#entry(bucket).objects.get(name) ?? [];
    const live = versions.findIndex((version) => version.deletedAt === null);
    if (live >= 0) versions[live] = { ...(versions[live] as StoredObject), deletedAt: now };
  }

  /** Microseconds, strictly rising. */
  #nextGeneration(now: number): number {
    this.#generation = Math.max(this.#generation + 1, now * 1000);
    return this.#generation;
  }
}

/** Cloud Storage lists names in the order of their UTF-8 bytes. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
