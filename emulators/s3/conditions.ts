import type { EmulatedRequest } from '../service.js';
import { S3Error } from './errors.js';
import type { ObjectVersion } from './store.js';

/**
 * Conditions of a write (PutObject, CopyObject's target): `If-None-Match: *` and `If-Match: <etag>`.
 * 412 where one does not hold; `If-Match` on an absent key is 404 NoSuchKey; any other `If-None-Match` is 501.
 */
export function checkWrite(request: EmulatedRequest, key: string, current: ObjectVersion | null): void {
  const noneMatch = request.headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*') throw new S3Error('NotImplemented', { Header: 'If-None-Match' });
  if (noneMatch === '*' && current) throw new S3Error('PreconditionFailed', { Condition: 'If-None-Match' });
  checkMatch(request.headers['if-match'], key, current);
}

/** `If-Match` of a write or a delete. */
export function checkMatch(match: string | undefined, key: string, current: ObjectVersion | null): void {
  if (match === undefined) return;
  if (!current) throw new S3Error('NoSuchKey', { Key: key });
  if (!matches(match, current.etag)) throw new S3Error('PreconditionFailed', { Condition: 'If-Match' });
}

/** Conditions of a read. True: answer 304. Throws PreconditionFailed. */
export function notModified(request: EmulatedRequest, version: ObjectVersion): boolean {
  const { headers } = request;
  const match = headers['if-match'];
  if (match !== undefined && !matches(match, version.etag))
    throw new S3Error('PreconditionFailed', { Condition: 'If-Match' });
  const unmodified = headers['if-unmodified-since'];
  if (match === undefined && unmodified !== undefined && seconds(version.modified) > seconds(Date.parse(unmodified)))
    throw new S3Error('PreconditionFailed', { Condition: 'If-Unmodified-Since' });
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined) return matches(noneMatch, version.etag);
  const modified = headers['if-modified-since'];
  return modified !== undefined && seconds(version.modified) <= seconds(Date.parse(modified));
}

function matches(header: string, etag: string): boolean {
  return header
    .split(',')
    .map((part) => part.trim().replace(/^W\//, '').replace(/^"|"$/g, ''))
    .some((part) => part === '*' || part === etag);
}

/** HTTP dates have whole seconds. */
function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
