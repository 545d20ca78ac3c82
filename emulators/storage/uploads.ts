import { createHash, randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import { crc32c } from './crc32c.js';
import { StorageError } from './error.js';
import { jsonOf, metadataOf } from './metadata.js';
import { partsOf } from './multipart.js';
import { check, type Preconditions, preconditionsOf } from './preconditions.js';
import { objectResource } from './resource.js';
import type { ObjectMetadata, ObjectStore, StoredObject } from './store.js';

interface Session {
  readonly bucket: string;
  readonly name: string;
  readonly metadata: ObjectMetadata;
  readonly resource: JsonObject;
  readonly conditions: Preconditions;
  readonly chunks: Buffer[];
  received: number;
  object: StoredObject | null;
}

/** Unfinished resumable uploads that are kept; the oldest are forgotten. */
const sessionLimit = 1000;

/** The three ways to upload: media, multipart, resumable. */
export class Uploads {
  readonly #store: ObjectStore;
  readonly #sessions = new Map<string, Session>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** `POST /upload/storage/v1/b/BUCKET/o?uploadType=…`. */
  start(request: EmulatedRequest, bucket: string): EmulatedResponse {
    const { query, headers } = request;
    const conditions = preconditionsOf(query);
    const contentType = headers['content-type'];
    switch (query.get('uploadType')) {
      case 'media': {
        const resource = query.has('contentEncoding') ? { contentEncoding: query.get('contentEncoding') ?? '' } : {};
        const metadata = metadataOf(resource, contentType);
        return this.#write(request, bucket, nameOf(query, {}), request.body, metadata, {}, conditions);
      }
      case 'multipart': {
        const [head, media, ...rest] = partsOf(contentType ?? '', request.body);
        if (!head || !media || rest.length > 0)
          throw new StorageError(400, 'badContent', 'Multipart body: expected two parts');
        const resource = jsonOf(head.content);
        const metadata = metadataOf(resource, media.headers['content-type']);
        return this.#write(request, bucket, nameOf(query, resource), decoded(media), metadata, resource, conditions);
      }
      case 'resumable':
        return this.#open(request, bucket, conditions);
      default:
        throw new StorageError(400, 'invalidParameter', `Invalid uploadType: ${query.get('uploadType') ?? 'missing'}`);
    }
  }

  /** `PUT …?upload_id=…`: a chunk, the whole content, or a question how far the upload is. */
  next(request: EmulatedRequest): EmulatedResponse {
    const session = this.#session(request);
    if (session.object) return { status: 200, body: objectResource(session.object, request.origin) };
    const range = rangeOf(request.headers['content-range']);
    if (range.kind === 'question')
      return range.total === session.received ? this.#finish(request, session) : incomplete(session);
    if (range.start > session.received) return incomplete(session);
    const chunk = request.body.subarray(session.received - range.start);
    session.chunks.push(chunk);
    session.received += chunk.length;
    const last = range.total === null ? range.end === null : session.received >= range.total;
    return last ? this.#finish(request, session) : incomplete(session);
  }

  /** `DELETE …?upload_id=…`. */
  cancel(request: EmulatedRequest): EmulatedResponse {
    this.#session(request);
    this.#sessions.delete(request.query.get('upload_id') ?? '');
    return { status: 499 };
  }

  #open(request: EmulatedRequest, bucket: string, conditions: Preconditions): EmulatedResponse {
    const resource = jsonOf(request.body);
    const name = nameOf(request.query, resource);
    check(conditions, this.#store.find(bucket, name));
    const metadata = metadataOf(resource, request.headers['x-upload-content-type']);
    const id = randomUUID();
    this.#sessions.set(id, { bucket, name, metadata, resource, conditions, chunks: [], received: 0, object: null });
    for (const old of this.#sessions.keys()) if (this.#sessions.size > sessionLimit) this.#sessions.delete(old);
    const query = new URLSearchParams({ uploadType: 'resumable', name, upload_id: id });
    const location = `${request.origin}/upload/storage/v1/b/${bucket}/o?${query}`;
    return { status: 200, headers: { location, 'x-guploader-uploadid': id }, body: '' };
  }

  #session(request: EmulatedRequest): Session {
    const session = this.#sessions.get(request.query.get('upload_id') ?? '');
    if (!session) throw new StorageError(404, 'notFound', 'Upload session not found');
    return session;
  }

  #finish(request: EmulatedRequest, session: Session): EmulatedResponse {
    const content = Buffer.concat(session.chunks);
    const { bucket, name, metadata, resource, conditions } = session;
    const response = this.#write(request, bucket, name, content, metadata, resource, conditions);
    session.object = this.#store.get(bucket, name);
    session.chunks.length = 0;
    return response;
  }

  #write(
    request: EmulatedRequest,
    bucket: string,
    name: string,
    content: Buffer,
    metadata: ObjectMetadata,
    resource: JsonObject,
    conditions: Preconditions,
  ): EmulatedResponse {
    verify(resource, request.headers['x-goog-hash'], content);
    const object = this.#store.put(bucket, name, content, metadata, conditions);
    return { status: 200, body: objectResource(object, request.origin) };
  }
}

/** A wrong checksum of the client's is refused, so that damage on the way is seen. */
function verify(resource: JsonObject, header: string | undefined, content: Buffer): void {
  const sums = { crc32c: crc32c(content), md5Hash: createHash('md5').update(content).digest('base64') };
  const sent = { crc32c: resource['crc32c'], md5Hash: resource['md5Hash'] };
  for (const item of header?.split(',') ?? []) {
    const [kind, ...value] = item.trim().split('=');
    if (kind === 'crc32c') sent.crc32c = value.join('=');
    if (kind === 'md5') sent.md5Hash = value.join('=');
  }
  for (const kind of ['crc32c', 'md5Hash'] as const) {
    if (typeof sent[kind] !== 'string' || sent[kind] === sums[kind]) continue;
    const message = `Provided ${kind} "${sent[kind]}" doesn't match calculated ${kind} "${sums[kind]}".`;
    throw new StorageError(400, 'invalid', message);
  }
}

function decoded(media: { headers: { readonly [name: string]: string }; content: Buffer }): Buffer {
  const base64 = media.headers['content-transfer-encoding']?.toLowerCase() === 'base64';
  return base64 ? Buffer.from(media.content.toString(), 'base64') : media.content;
}

function nameOf(query: URLSearchParams, resource: JsonObject): string {
  const name = query.get('name') ?? resource['name'];
  if (typeof name !== 'string' || name === '') throw new StorageError(400, 'required', 'Required object name');
  return name;
}

function incomplete(session: Session): EmulatedResponse {
  return { status: 308, headers: session.received > 0 ? { range: `bytes=0-${session.received - 1}` } : {} };
}

type ContentRange =
  | { readonly kind: 'question'; readonly total: number | null }
  | { readonly kind: 'chunk'; readonly start: number; readonly end: number | null; readonly total: number | null };

// `bytes 0-99/200` a chunk, total `*` while unknown; end `*` means all that follows; first part `*` is a question; no header: all at once.
function rangeOf(header: string | undefined): ContentRange {
  if (!header) return { kind: 'chunk', start: 0, end: null, total: null };
  const match = /^bytes (?:(\*)|(\d+)-(\d+|\*))\/(\d+|\*)$/.exec(header.trim());
  if (!match) throw new StorageError(400, 'invalid', `Invalid Content-Range: ${header}`);
  const number = (text: string | undefined) => (text === undefined || text === '*' ? null : Number(text));
  const total = number(match[4]);
  if (match[1]) return { kind: 'question', total };
  return { kind: 'chunk', start: Number(match[2]), end: number(match[3]), total };
}
