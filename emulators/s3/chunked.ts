import type { EmulatedRequest } from '../service.js';
import { S3Error } from './errors.js';

/** A body with the transfer framing taken off. Trailer names are lower case. */
export interface Payload {
  readonly body: Buffer;
  readonly trailers: { readonly [name: string]: string };
}

/**
 * The payload of an upload. SDKs frame streams as `aws-chunked` (signed or unsigned chunks, checksum in a trailer):
 * `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n[trailer: value\r\n]…\r\n`. Throws IncompleteBody for a broken frame.
 */
export function payloadOf(request: EmulatedRequest): Payload {
  const framed =
    (request.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-') ||
    encodings(request).includes('aws-chunked');
  return framed ? unframe(request.body) : { body: request.body, trailers: {} };
}

/** The `content-encoding` to keep with the object: without the framing. */
export function contentEncoding(request: EmulatedRequest): string | null {
  const kept = encodings(request).filter((encoding) => encoding !== 'aws-chunked');
  return kept.length > 0 ? kept.join(',') : null;
}

function encodings(request: EmulatedRequest): string[] {
  return (request.headers['content-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function unframe(framed: Buffer): Payload {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = framed.indexOf('\r\n', at);
    if (end < 0) throw new S3Error('IncompleteBody');
    const size = Number.parseInt(framed.toString('latin1', at, end), 16);
    at = end + 2;
    if (!Number.isInteger(size) || at + size > framed.length) throw new S3Error('IncompleteBody');
    if (size === 0) return { body: Buffer.concat(parts), trailers: trailersOf(framed.toString('latin1', at)) };
    parts.push(framed.subarray(at, at + size));
    at += size + 2;
  }
}

function trailersOf(text: string): { [name: string]: string } {
  const pairs = text.split('\r\n').flatMap((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const];
  });
  return Object.fromEntries(pairs);
}
