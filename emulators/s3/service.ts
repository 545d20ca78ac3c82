import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { ControlError } from '../kernel/control-error.js';
import type { EmulatedRequest, EmulatedResponse, EmulatorClock, Service } from '../service.js';
import type { Identities } from '../sts/identities.js';
import { addressOf, type Operation, operationOf, writes } from './address.js';
import { errorForStatus, errorResponse, S3Error } from './errors.js';
import { listBuckets, listObjects } from './list.js';
import { copyObject, deleteObject, deleteObjects, getObject, putObject, xmlAnswer } from './objects.js';
import { type Bucket, ObjectStore } from './store.js';
import { xmlDocument, xmlText } from './xml.js';

const settingsSchema = z.strictObject({
  autoCreate: z.boolean(),
});

export interface S3Options {
  /** Buckets that exist from the start. */
  readonly buckets?: readonly string[];
  /** True: an unknown bucket comes into being at the first write to it. Real S3 answers NoSuchBucket, which is the default. */
  readonly autoCreate?: boolean;
  /** Who signs with which access key; without it every caller may do everything. */
  readonly identities?: Identities;
}

export interface S3Service extends Service {
  /** What other services of the local cloud, and tests, read directly. */
  readonly store: ObjectStore;
  /** `bucket/key` to the text of the newest version. */
  snapshot(): { readonly [path: string]: string };
}

/** S3 over REST and XML, path style. See README.md for what is emulated. */
export function s3Service(clock: EmulatorClock, options: S3Options = {}): S3Service {
  const store = new ObjectStore(clock);
  let settings = { autoCreate: options.autoCreate ?? false };
  for (const name of options.buckets ?? []) store.create(name);

  return {
    name: 's3',
    store,
    snapshot: () => snapshotOf(store),
    state: () => snapshotOf(store),
    configure(change) {
      const result = settingsSchema.safeParse({ ...settings, ...change });
      if (!result.success) throw new ControlError(z.prettifyError(result.error));
      settings = result.data;
      return settings;
    },
    identify(request) {
      const operation = operationOf(request);
      return { operation: operation ?? 'NotImplemented', write: writes.has(operation ?? '') };
    },
    async handle(request) {
      const requestId = randomBytes(8).toString('hex').toUpperCase();
      try {
        const response = perform(request, store, settings.autoCreate, options.identities);
        return { ...response, headers: { 'x-amz-request-id': requestId, ...response.headers } };
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        return errorResponse(error, request.path, requestId);
      }
    },
    failure: (status, request) => errorResponse(errorForStatus(status), request.path, 'FAULT', status),
  };
}

function perform(
  request: EmulatedRequest,
  store: ObjectStore,
  autoCreate: boolean,
  known?: Identities,
): EmulatedResponse {
  const operation = operationOf(request);
  if (!operation) throw new S3Error('NotImplemented');
  if (writes.has(operation) && known?.of(request).readOnly) throw new S3Error('AccessDenied');
  const { bucket: name, key } = addressOf(request);
  if (name === null) return listBuckets(store);
  if (operation === 'CreateBucket') return createBucket(store, name);
  const bucket = bucketOf(store, name, operation, autoCreate);
  return key === null
    ? onBucket(operation, request, store, bucket)
    : onObject(operation, { request, store, bucket, key });
}

function bucketOf(store: ObjectStore, name: string, operation: Operation, autoCreate: boolean): Bucket {
  const bucket = store.buckets.get(name);
  if (bucket) return bucket;
  if (autoCreate && (operation === 'PutObject' || operation === 'CopyObject')) return store.create(name);
  throw new S3Error('NoSuchBucket', { BucketName: name });
}

function onBucket(
  operation: Operation,
  request: EmulatedRequest,
  store: ObjectStore,
  bucket: Bucket,
): EmulatedResponse {
  switch (operation) {
    case 'ListObjectsV2':
      return listObjects(request, store, bucket);
    case 'DeleteObjects':
      return deleteObjects({ request, store, bucket });
    case 'GetBucketLocation':
      return xmlAnswer(xmlDocument('LocationConstraint', {}));
    case 'GetBucketVersioning':
      return xmlAnswer(xmlDocument('VersioningConfiguration', { Status: bucket.versioning }));
    case 'PutBucketVersioning': {
      const status = xmlText(request.body.toString(), 'Status');
      if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML');
      bucket.versioning = status;
      return { status: 200 };
    }
    case 'DeleteBucket':
      if (bucket.objects.size > 0) throw new S3Error('BucketNotEmpty', { BucketName: bucket.name });
      store.buckets.delete(bucket.name);
      return { status: 204 };
    default:
      return { status: 200 };
  }
}

function onObject(operation: Operation, call: Parameters<typeof putObject>[0]): EmulatedResponse {
  switch (operation) {
    case 'PutObject':
      return putObject(call);
    case 'CopyObject':
      return copyObject(call);
    case 'DeleteObject':
      return deleteObject(call);
    default:
      return getObject(call);
  }
}

function createBucket(store: ObjectStore, name: string): EmulatedResponse {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) throw new S3Error('InvalidBucketName', { BucketName: name });
  if (store.buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou', { BucketName: name });
  store.create(name);
  return { status: 200, headers: { location: `/${name}` } };
}

function snapshotOf(store: ObjectStore): { [path: string]: string } {
  const objects = [...store.buckets.values()].flatMap((bucket) =>
    [...bucket.objects.keys()].flatMap((key) => {
      const version = store.current(bucket, key);
      return version ? [[`${bucket.name}/${key}`, version.body.toString()] as const] : [];
    }),
  );
  return Object.fromEntries(objects);
}
