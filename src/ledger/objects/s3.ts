import { isPassing, repeater } from '../../artifacts/stores/repeat.js';
import { refusalOf, settingsOf, statusOf } from '../../artifacts/stores/s3.js';
import type { RolloutError } from '../../model/error.js';
import { userAgent } from '../../version.js';
import type { LedgerOptions } from '../options.js';
import type { Bucket, Listing, Put } from './bucket.js';
import { bucketError } from './errors.js';
import { requestSeconds } from './limits.js';

/** Refusals that can pass: of a slow upload, and of a clock that the client has set right by the answer. */
const passing: readonly string[] = ['RequestTimeout', 'RequestTimeTooSkewed'];

/** A bucket of S3, or of a server that speaks its protocol (`AWS_ENDPOINT_URL_S3`). */
export async function openS3Bucket(bucket: string, options: LedgerOptions): Promise<Bucket> {
  const sdk = await import('./sdk-s3.js');
  const ambient = { env: options.env, userAgent, signal: new AbortController().signal, secret: () => '' };
  const seconds = requestSeconds(options);
  const repeated = repeater(seconds, passes);
  const client = new sdk.S3Client({
    ...(await settingsOf({ region: null, role: null, impersonate: null }, ambient)),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: seconds * 1000, throwOnRequestTimeout: true },
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
      const { ETag } = await repeated(() => client.send(new sdk.PutObjectCommand({ ...body, ...condition })));
      if (ETag === undefined) throw new Error('the answer has no ETag');
      return { state: 'landed', tag: ETag };
    } catch (error) {
      const { name } = error as Error;
      // With a condition on a version, an object that is gone is NoSuchKey.
      if (statusOf(error) === 412 || name === 'NoSuchKey') return { state: 'stale' };
      // ConditionalRequestConflict: another conditional write of the object is under way.
      if (statusOf(error) === 409) return { state: 'busy' };
      throw failure(error, 's3:PutObject', 'PutObject', key);
    }
  }

  async function list(prefix: string): Promise<Listing> {
    const names: string[] = [];
    const folders: string[] = [];
    let next: string | undefined;
    do {
      try {
        const input = { Bucket: bucket, Prefix: prefix, Delimiter: '/', ContinuationToken: next };
        const page = await repeated(() => client.send(new sdk.ListObjectsV2Command(input)));
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
        return await repeated(async () => {
          const { Body, ETag } = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key }));
          if (Body === undefined || ETag === undefined) throw new Error('the answer has no body or no ETag');
          return { text: await Body.transformToString(), tag: ETag };
        });
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

/** Also where no answer came, but not for want of credentials. */
function passes(error: unknown): boolean {
  if (passing.includes((error as Error).name)) return true;
  return isPassing(statusOf(error)) && refusalOf(error, '', '', '').kind === 'failed';
}
