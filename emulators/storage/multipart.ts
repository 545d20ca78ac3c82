import { StorageError } from './error.js';

/** One part of a `multipart/related` body. Header names in lower case. */
export interface Part {
  readonly headers: { readonly [name: string]: string };
  readonly content: Buffer;
}

/** Splits a `multipart/related` body. Throws 400 where the boundary is missing or the body is cut short. */
export function partsOf(contentType: string, body: Buffer): Part[] {
  const match = /boundary=(?:"([^"]+)"|'([^']+)'|([^;\s]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2] ?? match?.[3];
  if (!boundary) throw malformed('no boundary in the content type');
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let start = body.indexOf(mark);
  if (start < 0) throw malformed('the boundary does not occur');
  while (body.subarray(start + mark.length, start + mark.length + 2).toString() !== '--') {
    const next = body.indexOf(Buffer.concat([Buffer.from('\n'), mark]), start + mark.length);
    if (next < 0) throw malformed('the last boundary is missing');
    const from = lineEnd(body, start + mark.length);
    const crlf = body[from - 2] === 13; // some clients end lines with \n alone; then a last \r is content
    parts.push(partOf(body.subarray(from, crlf && body[next - 1] === 13 ? next - 1 : next)));
    start = next + 1;
  }
  return parts;
}

function partOf(bytes: Buffer): Part {
  const headers: { [name: string]: string } = {};
  let at = 0;
  for (;;) {
    const end = bytes.indexOf('\n', at);
    if (end < 0) throw malformed('a part without a blank line after its headers');
    const line = bytes.subarray(at, end).toString().trim();
    at = end + 1;
    if (line === '') break;
    const colon = line.indexOf(':');
    if (colon < 0) throw malformed(`header "${line}"`);
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, content: bytes.subarray(at) };
}

function lineEnd(body: Buffer, from: number): number {
  const end = body.indexOf('\n', from);
  if (end < 0) throw malformed('no line after the boundary');
  return end + 1;
}

function malformed(what: string): StorageError {
  return new StorageError(400, 'badContent', `Malformed multipart body: ${what}`);
}
