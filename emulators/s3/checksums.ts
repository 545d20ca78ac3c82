import { createHash } from 'node:crypto';
import type { EmulatedRequest } from '../service.js';
import { S3Error } from './errors.js';

/** Checksums of an object by algorithm, base64, as given at the upload. */
export type Checksums = { readonly [algorithm: string]: string };

const compute: { readonly [algorithm: string]: (body: Buffer) => string } = {
  crc32: (body) => crc(body, crc32Table),
  crc32c: (body) => crc(body, crc32cTable),
  sha1: (body) => createHash('sha1').update(body).digest('base64'),
  sha256: (body) => createHash('sha256').update(body).digest('base64'),
};

/** Algorithms that a client may send; crc64nvme is kept and given back, not computed. */
const algorithms = [...Object.keys(compute), 'crc64nvme'] as const;

/** Checks the sent checksums (headers, else trailers) against the body. Throws BadDigest. Without any, S3 itself adds one: here crc32. */
export function verifiedChecksums(
  request: EmulatedRequest,
  body: Buffer,
  trailers: { readonly [name: string]: string },
): Checksums {
  const md5 = request.headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) throw new S3Error('BadDigest');
  const sent = algorithms.flatMap((algorithm) => {
    const name = `x-amz-checksum-${algorithm}`;
    const value = request.headers[name] ?? trailers[name];
    return value === undefined ? [] : [[algorithm, value] as const];
  });
  for (const [algorithm, value] of sent) {
    const expected = compute[algorithm]?.(body);
    if (expected !== undefined && expected !== value)
      throw new S3Error(
        'BadDigest',
        {},
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
  }
  if (sent.length > 0) return Object.fromEntries(sent);
  const wanted = (request.headers['x-amz-sdk-checksum-algorithm'] ?? 'crc32').toLowerCase();
  const algorithm = compute[wanted] ? wanted : 'crc32';
  return { [algorithm]: compute[algorithm]?.(body) ?? '' };
}

export function checksumHeaders(checksums: Checksums): { [name: string]: string } {
  const entries = Object.entries(checksums).map(
    ([algorithm, value]) => [`x-amz-checksum-${algorithm}`, value] as const,
  );
  return entries.length === 0 ? {} : { ...Object.fromEntries(entries), 'x-amz-checksum-type': 'FULL_OBJECT' };
}

const crc32Table = tableOf(0xedb88320);
const crc32cTable = tableOf(0x82f63b78);

function tableOf(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value >>> 0;
  });
}

function crc(body: Buffer, table: Uint32Array): string {
  let value = 0xffffffff;
  for (const byte of body) value = (table[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((value ^ 0xffffffff) >>> 0);
  return bytes.toString('base64');
}
