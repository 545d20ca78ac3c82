import { gunzipSync } from 'node:zlib';
import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import { contentHeaders } from './resource.js';
import type { StoredObject } from './store.js';

/** An object's content: whole, a byte range (206, or 416 beyond the end), unpacked for clients that do not take gzip. */
export function mediaResponse(object: StoredObject, request: EmulatedRequest): EmulatedResponse {
  const headers = contentHeaders(object);
  const unpack = object.metadata.contentEncoding === 'gzip' && !request.headers['accept-encoding']?.includes('gzip');
  if (unpack) {
    delete headers['content-encoding'];
    return { status: 200, headers, body: gunzipSync(object.content) };
  }
  const { length } = object.content;
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.headers['range'] ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return { status: 200, headers, body: object.content };
  const start = match[1] === '' ? Math.max(0, length - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? length - 1 : Math.min(Number(match[2]), length - 1);
  if (start > end) {
    return {
      status: 416,
      headers: { 'content-range': `bytes */${length}` },
      body: 'The requested range cannot be satisfied.',
    };
  }
  const range = { 'content-range': `bytes ${start}-${end}/${length}` };
  return { status: 206, headers: { ...headers, ...range }, body: object.content.subarray(start, end + 1) };
}
