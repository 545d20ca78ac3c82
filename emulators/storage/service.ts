import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import type { EmulatedRequest, EmulatorClock, Service } from '../service.js';
import { answer } from './answer.js';
import { errorResponse, StorageError } from './error.js';
import { unconditional } from './preconditions.js';
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
      if (!place) return null;
      try {
        return store.find(place.bucket, place.name) ?? null;
      } catch (error) {
        if (error instanceof StorageError) return null; // no such bucket, or no name for one
        throw error;
      }
    },
    write(uri, content) {
      const place = placeOf(uri);
      if (!place) throw new TypeError(`${uri} is no gs://bucket/name`);
      return store.put(place.bucket, place.name, Buffer.from(content), {}, unconditional);
    },
  };
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
