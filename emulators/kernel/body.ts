import type http from 'node:http';
import { gunzipSync } from 'node:zlib';

/** Longest request body that a service takes, in bytes. */
export const bodyLimit = 256 * 1024 * 1024;

export class BodyTooLarge extends Error {}

/** Reads a whole body. JSON that the client compressed for transport is unpacked; other content stays as sent. Throws BodyTooLarge. */
export async function readBody(request: http.IncomingMessage, limit = bodyLimit): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > limit) throw new BodyTooLarge(`the body is longer than ${limit} bytes`);
    parts.push(part as Buffer);
  }
  const body = Buffer.concat(parts);
  const packed = request.headers['content-encoding'] === 'gzip';
  const json = request.headers['content-type']?.includes('json') ?? false;
  return packed && json ? gunzipSync(body, { maxOutputLength: limit }) : body;
}
