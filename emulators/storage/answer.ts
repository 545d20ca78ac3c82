import { isObject, type JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import { StorageError } from './error.js';
import { listObjects } from './list.js';
import { mediaResponse } from './media.js';
import { jsonOf, metadataOf, patchedMetadata } from './metadata.js';
import { check, preconditionsOf } from './preconditions.js';
import { bucketResource, objectResource } from './resource.js';
import type { Route } from './routes.js';
import type { ObjectStore, StoredObject } from './store.js';
import type { Uploads } from './uploads.js';

/** Carries out one call of the JSON API. Throws a StorageError for a refusal. */
export function answer(store: ObjectStore, uploads: Uploads, route: Route, request: EmulatedRequest): EmulatedResponse {
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

function ok(body: JsonObject): EmulatedResponse {
  return { status: 200, body };
}
