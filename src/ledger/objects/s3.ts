import { refusalOf, settingsOf, statusOf } from '../../artifacts/stores/s3.js';
import type { RolloutError } from '../../model/error.js';
import { userAgent } from '../../version.js';
import type { LedgerOptions } from '../options.js';
import type { Bucket, Listing, Put } from './bucket.js';
import { bucketError } from './errors.js';
import { requestSeconds } from './limits.js';

/** Every request is conditional or a read, so the SDK may repeat it; a repeated write that had landed is refused and read back. */
const attempts = 4;

/** A bucket of S3, or of a server that speaks its protocol (`AWS_ENDPOINT_URL_S3`). */
export async function openS3Bucket(bucket: string, options: LedgerOptions): Promise<Bucket> {
  const sdk = await import('./sdk-s3.js');
  const ambient = { env: options.env, userAgent, signal: new AbortController().signal, secret: () => '' };
  const requestTimeout = requestSeconds(options) * 1000;
  const client = new sdk.S3Client({
    ...(await settingsOf({ region: null, role: null, impersonate: null }, ambient)),
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: 5_000, requestTimeout, throwOnRequestTimeout: true },
  });
  const url = `s3://${bucket}`;

  /** `right` is what the call needs, on the object `key` or, without one, on the bucket. */
  function failure(error: unknown, right: string, call: string, key: string | null): RolloutError {
    const refusal = refusalOf(error, right, bucket, key ?? '');
    const on = key === null ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
    const what = `${call} ${url}${key === null ? '' : `/${key}`}`;
    return bucketError(refusal.kind === 'denied' ? { ...refusal, on } : refusal, what, statusOf(error), error);
  }

  async function put(key: string, text: string, expected: string | null): Promise<Put> {
    const condition = expected === null ? { IfNoneMatch: '*' } : { IfMatch: expected };
    const body = { Bucket: bucket, Key: key, Body: text, ContentType: 'application/json' };
    try {
      const { ETag } = await client.send(new sdk.PutObjectCommand({ ...body, ...condition }));
      if (ETag === undefined) throw new Error('the answer has no ETag');
      return { state: 'landed', tag: ETag };
    } catch (error) {
      const { name } = error as Error;
      // With a condition on a version, an object that is gone is NoSuchKey.
      if (statusOf(error) === 412 || name === 'NoSuchKey') return { state: 'stale' };
      if (statusOf(error) === 409 || name === 'SlowDown') return { state: 'busy' };
      throw failure(error, 's3:PutObject', 'PutObject', key);
    }
  }

  async function list(prefix: string): Promise<Listing> {
    const names: string[] = [];
    const folders: string[] = [];
    let next: string | undefined;
    do {
      try {
        const page = await client.send(
          new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: '/', ContinuationToken: next }),
        );
        for (const { Key } of page.Contents ?? []) if (Key) names.push(Key.slice(prefix.length));
        for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix) folders.push(Prefix.slice(prefix.length, -1));
        next = page.IsTruncated ? page.NextContinuationToken : undefined;
      } catch (error) {
        throw failure(error, 's3:ListBucket', `ListObjectsV2 of ${prefix || 'everything'} in`, null);
      }
    } while (next !== undefined);
    return { names, folders };
  }

  return {
    url,
    neverTag: `"${'0'.repeat(32)}"`,
    async get(key) {
      try {
        const { Body, ETag } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
        if (Body === undefined || ETag === undefined) throw new Error('the answer has no body or no ETag');
        return { text: await Body.transformToString(), tag: ETag };
      } catch (error) {
        if ((error as Error).name === 'NoSuchKey') return null;
        // Who may not list is not told that an object is absent either: that is refused too.
        throw failure(error, 's3:GetObject', 'GetObject', key);
      }
    },
    put,
    list,
    close: () => client.destroy(),
  };
}
