import { z } from 'zod';
import { isObject, type JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import type { EmulatedRequest, EmulatedResponse, EmulatorClock, Service } from '../service.js';
import { errorResponse, StorageError } from './error.js';
import { listObjects } from './list.js';
import { mediaResponse } from './media.js';
import { jsonOf, metadataOf, patchedMetadata } from './metadata.js';
import { check, preconditionsOf, unconditional } from './preconditions.js';
import { bucketResource, objectResource } from './resource.js';
import { type Route, routeOf } from './routes.js';
import { ObjectStore, type StoredObject } from './store.js';
import { Uploads } from './uploads.js';

/** Content that other emulated services read (template specs) and the demo writes. */
export interface Storage {
  /** Live version of `gs://bucket/name`; null if there is none or the text is no such URI. */
  read(uri: string): StoredObject | null;
  /** Writes an object as somebody else would. Throws for a text that is no `gs://` URI. */
  write(uri: string, content: Buffer | string): StoredObject;
}

const settingsSchema = z.strictObject({ autoCreateBuckets: z.boolean().optional() });

/** Emulated Cloud Storage (JSON API). */
export function storageService(clock: EmulatorClock): Service & Storage {
  const store = new ObjectStore(clock);
  const uploads = new Uploads(store);
  return {
    name: 'storage',
    identify(request) {
      const route = safeRoute(request);
      const session = request.query.has('upload_id') && request.headers['content-range']?.startsWith('bytes *');
      return route
        ? { operation: route.operation, write: route.write && !session }
        : { operation: 'unknown', write: false };
    },
    async handle(request) {
      const media = request.query.get('alt') === 'media';
      try {
        const route = safeRoute(request);
        if (!route) throw new StorageError(404, 'notFound', 'Not Found');
        return answer(store, uploads, route, request);
      } catch (error) {
        if (error instanceof StorageError) return errorResponse(error, media);
        throw error;
      }
    },
    failure: (status, request) =>
      errorResponse(
        new StorageError(status, reasonOf(status), `Injected: ${status}`),
        request.query.get('alt') === 'media',
      ),
    configure(settings): JsonObject {
      const read = settingsSchema.safeParse(settings);
      if (!read.success) throw new ControlError(z.prettifyError(read.error));
      store.autoCreateBuckets = read.data.autoCreateBuckets ?? store.autoCreateBuckets;
      return { autoCreateBuckets: store.autoCreateBuckets };
    },
    read(uri) {
      const place = placeOf(uri);
      return place ? (store.find(place.bucket, place.name) ?? null) : null;
    },
    write(uri, content) {
      const place = placeOf(uri);
      if (!place) throw new TypeError(`${uri} is no gs://bucket/name`);
      return store.put(place.bucket, place.name, Buffer.from(content), {}, unconditional);
    },
  };
}

function answer(store: ObjectStore, uploads: Uploads, route: Route, request: EmulatedRequest): EmulatedResponse {
  const { bucket, object: name } = route;
  const { query, origin } = request;
  const generation = generationOf(query);
  const conditions = preconditionsOf(query);
  switch (route.operation) {
    case 'buckets.list':
      return ok({ kind: 'storage#buckets', items: store.buckets().map((item) => bucketResource(item, origin)) });
    case 'buckets.insert':
      return ok(bucketResource(store.createBucket(String(jsonOf(request.body)['name'] ?? '')), origin));
    case 'buckets.get':
      return ok(bucketResource(store.bucket(bucket), origin));
    case 'buckets.delete':
      store.deleteBucket(bucket);
      return { status: 204 };
    case 'objects.list':
      return ok(listObjects(store, bucket, query, origin));
    case 'objects.insert':
      return request.method === 'PUT' ? uploads.next(request) : uploads.start(request, bucket);
    case 'objects.cancelUpload':
      return uploads.cancel(request);
    case 'objects.get': {
      const object = store.get(bucket, name, generation);
      check(conditions, object, true);
      return query.get('alt') === 'media' ? mediaResponse(object, request) : ok(objectResource(object, origin));
    }
    case 'objects.patch':
    case 'objects.update': {
      const object = store.get(bucket, name, generation);
      check(conditions, object);
      const resource = jsonOf(request.body);
      const patch = route.operation === 'objects.patch';
      const metadata = patch ? patchedMetadata(object.metadata, resource) : metadataOf(resource, undefined);
      return ok(objectResource(store.patch(object, metadata), origin));
    }
    case 'objects.delete':
      store.delete(bucket, name, generation, conditions);
      return { status: 204 };
    case 'objects.compose':
      return ok(objectResource(compose(store, route, request), origin));
    default:
      return copy(store, route, request);
  }
}

/** `copyTo` and `rewriteTo`; a rewrite is done in one call. */
function copy(store: ObjectStore, route: Route, request: EmulatedRequest): EmulatedResponse {
  const { query, origin } = request;
  const sourceGeneration = query.get('sourceGeneration');
  const source = store.get(route.bucket, route.object, sourceGeneration ? Number(sourceGeneration) : null);
  check(preconditionsOf(query, 'Source'), source);
  const resource = jsonOf(request.body);
  const metadata =
    Object.keys(resource).length > 0 ? metadataOf(resource, source.metadata.contentType) : source.metadata;
  const object = store.put(route.toBucket, route.toObject, source.content, metadata, preconditionsOf(query));
  if (route.operation === 'objects.copy') return ok(objectResource(object, origin));
  const size = String(object.content.length);
  return ok({
    kind: 'storage#rewriteResponse',
    totalBytesRewritten: size,
    objectSize: size,
    done: true,
    resource: objectResource(object, origin),
  });
}

function compose(store: ObjectStore, route: Route, request: EmulatedRequest): StoredObject {
  const body = jsonOf(request.body);
  const sources = Array.isArray(body['sourceObjects']) ? body['sourceObjects'].filter(isObject) : [];
  if (sources.length === 0 || sources.length > 32)
    throw new StorageError(400, 'invalid', 'Expected 1 to 32 source objects');
  const contents = sources.map((source) => store.get(route.bucket, String(source['name'])).content);
  const metadata = metadataOf(isObject(body['destination']) ? body['destination'] : {}, undefined);
  return store.put(route.bucket, route.object, Buffer.concat(contents), metadata, preconditionsOf(request.query));
}

function generationOf(query: URLSearchParams): number | null {
  const text = query.get('generation');
  if (text === null || text === '') return null;
  if (!/^\d{1,16}$/.test(text))
    throw new StorageError(400, 'invalidParameter', `Invalid value for generation: '${text}'`);
  return Number(text);
}

function safeRoute(request: EmulatedRequest): Route | null {
  try {
    return routeOf(request.method, request.path);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function placeOf(uri: string): { bucket: string; name: string } | null {
  const match = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri);
  return match?.[1] && match[2] ? { bucket: match[1], name: match[2] } : null;
}

function ok(body: JsonObject): EmulatedResponse {
  return { status: 200, body };
}

const reasons: { readonly [status: number]: string } = {
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  412: 'conditionNotMet',
  429: 'rateLimitExceeded',
  503: 'backendError',
};

function reasonOf(status: number): string {
  return reasons[status] ?? (status < 500 ? 'invalid' : 'internalError');
}
