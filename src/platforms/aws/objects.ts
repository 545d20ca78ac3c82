import { createHash } from 'node:crypto';
import { HeadObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { errorOf, type ReadError } from './errors.js';

/** An object as S3 shows it; `digest` changes with the content. `unreadable`: the rights do not suffice to tell. */
export type ObjectHead =
  | { readonly state: 'found'; readonly digest: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly why: string };

export interface S3Objects {
  /** Reads what S3 shows of an object; never its content. Throws a RolloutError where S3 gave no definite answer. */
  head(uri: string): Promise<ObjectHead>;
  close(): void;
}

export function s3Objects(settings: S3ClientConfig, failureOf: ReadError): S3Objects {
  // Objects may lie in a bucket of another region than the job.
  const client = new S3Client({ ...settings, maxAttempts: 5, followRegionRedirects: true });
  return {
    async head(uri) {
      const { bucket, key } = partsOf(uri);
      try {
        const found = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }));
        return { state: 'found', digest: digestOf(found.ChecksumSHA256, found.ETag, found.ContentLength) };
      } catch (error) {
        const name = (error as { name?: string }).name;
        const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
        if (name === 'NotFound' || name === 'NoSuchKey' || name === 'NoSuchBucket' || status === 404)
          return { state: 'missing' };
        // Without s3:ListBucket, S3 answers 403 for a missing object, too.
        if (status === 403) return { state: 'unreadable', why: 'S3 answered 403' };
        throw errorOf(failureOf(error), `HeadObject ${uri}`);
      }
    },
    close: () => client.destroy(),
  };
}

/** Bucket and key of an `s3://`, `s3a://` or `s3n://` URI. */
function partsOf(uri: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', key = ''] = uri.match(/^s3[an]?:\/\/([^/]+)\/(.+)$/) ?? [];
  return { bucket, key };
}

/** A checksum that S3 kept, else the ETag, which changes with the content; together with the length. */
function digestOf(sha256: string | undefined, etag: string | undefined, length: number | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([sha256 ?? null, sha256 === undefined ? (etag ?? null) : null, length ?? null]))
    .digest('hex');
}
