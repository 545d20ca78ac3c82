import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { s3Service } from '../../emulators/s3/index.js';
import { identities, readOnlyKey } from '../../emulators/sts/index.js';
import { credentials, startLocal } from './local.js';

const Bucket = 'acme-glue';
const start = () => startLocal((clock) => [s3Service(clock, { buckets: [Bucket], identities: identities() })] as const);
let local: Awaited<ReturnType<typeof start>>;
let client: S3Client;

beforeEach(async () => {
  local = await start();
  client = clientWith(credentials.accessKeyId);
});

afterEach(async () => {
  client.destroy();
  await local.close();
  expect(local.errors).toEqual([]);
});

function clientWith(accessKeyId: string): S3Client {
  const endpoint = local.services['s3'] ?? '';
  return new S3Client({ endpoint, region: 'eu-west-1', credentials: { ...credentials, accessKeyId }, maxAttempts: 1 });
}

const put = (Key: string, Body: string, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string) => (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: { name: string; $metadata: { httpStatusCode: number } }) => [error.$metadata.httpStatusCode, error.name],
  );

describe('objects', () => {
  it('keeps bytes, type, metadata, ETag and checksum', async () => {
    const Body = Buffer.from([0, 1, 254, 255]);
    const sent = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a b/ü+&<.py',
        Body,
        ContentType: 'text/x-python',
        Metadata: { commit: 'abc' },
      }),
    );
    expect(sent.ETag).toBe(`"${createHash('md5').update(Body).digest('hex')}"`);
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a b/ü+&<.py', ChecksumMode: 'ENABLED' }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(Body);
    expect(got).toMatchObject({
      ContentType: 'text/x-python',
      Metadata: { commit: 'abc' },
      ETag: sent.ETag,
      ContentLength: 4,
    });
    expect(got.ChecksumCRC32).toBe(sent.ChecksumCRC32);
  });

  it('gives the md5 as ETag and the crc32 that other tools compute', async () => {
    const { ETag, ChecksumCRC32 } = await put('check', '123456789');
    expect(ETag).toBe('"25f9e794323b453885f5181f1b624d0b"');
    expect(ChecksumCRC32).toBe(Buffer.from('cbf43926', 'hex').toString('base64'));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'check', ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ ContentLength: 9, ChecksumCRC32, ChecksumType: 'FULL_OBJECT' });
  });

  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    'takes and gives back a %s checksum',
    async (ChecksumAlgorithm) => {
      await put('sum', 'print(1)', { ChecksumAlgorithm });
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'sum', ChecksumMode: 'ENABLED' }));
      expect(head[`Checksum${ChecksumAlgorithm}`]).toMatch(/=$/);
    },
  );

  it('refuses a wrong checksum and keeps nothing', async () => {
    expect(await errorOf(put('bad', 'text', { ChecksumCRC32: 'AAAAAA==' }))).toEqual([400, 'BadDigest']);
    expect(await errorOf(put('bad', 'text', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toEqual([400, 'BadDigest']);
    expect(local.parts[0].snapshot()).toEqual({});
  });

  it('takes the framing off a streamed body', async () => {
    const text = 'line\r\n'.repeat(30_000);
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'stream',
        Body: Readable.from([Buffer.from(text)]),
        ContentLength: text.length,
      }),
    );
    expect(await get('stream')).toBe(text);
  });

  it('decodes signed and unsigned chunks with a trailer, and refuses a broken frame', async () => {
    const send = (body: string) =>
      fetch(`${local.services['s3']}/${Bucket}/chunked`, {
        method: 'PUT',
        headers: {
          'content-encoding': 'aws-chunked,gzip',
          'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
        },
        body,
      });
    const good =
      '5;chunk-signature=ab\r\n12345\r\n4;chunk-signature=cd\r\n6789\r\n0;chunk-signature=ef\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n';
    expect((await send(good)).status).toBe(200);
    expect(local.parts[0].snapshot()).toEqual({ [`${Bucket}/chunked`]: '123456789' });
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'chunked' }));
    expect(head.ContentEncoding).toBe('gzip');
    const broken = await send('ff\r\n12345');
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining('<Code>IncompleteBody</Code>')]);
    expect((await send(good.replace('y/Q5Jg==', 'y/Q5Jh=='))).status).toBe(400);
  });

  it('answers 404 with the documented codes', async () => {
    expect(await errorOf(get('none'))).toEqual([404, 'NoSuchKey']);
    expect(await errorOf(client.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toEqual([404, 'NotFound']);
    expect(await errorOf(client.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'k' })))).toEqual([
      404,
      'NoSuchBucket',
    ]);
    expect(await errorOf(client.send(new PutObjectCommand({ Bucket: 'nowhere', Key: 'k', Body: '' })))).toEqual([
      404,
      'NoSuchBucket',
    ]);
    expect(await errorOf(client.send(new HeadBucketCommand({ Bucket: 'nowhere' })))).toEqual([404, 'NotFound']);
  });

  it('serves a byte range', async () => {
    await put('range', '0123456789');
    const part = await client.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=2-4' }));
    expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['234', 'bytes 2-4/10']);
    expect(await errorOf(client.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=20-' })))).toEqual([
      416,
      'InvalidRange',
    ]);
  });

  it('copies and deletes', async () => {
    await put('from', 'text', { Metadata: { a: 'b' } });
    await client.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from` }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'from' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'from' }));
    expect(local.parts[0].snapshot()).toEqual({ [`${Bucket}/to`]: 'text' });
    const deleted = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'to' }, { Key: 'none' }] } }),
    );
    expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(['to', 'none']);
    expect(local.parts[0].snapshot()).toEqual({});
  });
});

describe('conditions', () => {
  it('creates only once with If-None-Match', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    expect(await errorOf(put('once', 'second', { IfNoneMatch: '*' }))).toEqual([412, 'PreconditionFailed']);
    expect(await get('once')).toBe('first');
  });

  it('has one winner among many concurrent creators', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => errorOf(put('race', `${index}`, { IfNoneMatch: '*' }))),
    );
    expect(all.filter((error) => error === null)).toHaveLength(1);
  });

  it('swaps only against the current ETag', async () => {
    const { ETag } = await put('state', 'one');
    expect(await errorOf(put('state', 'two', { IfMatch: '"stale"' }))).toEqual([412, 'PreconditionFailed']);
    await put('state', 'two', { IfMatch: ETag });
    expect(await errorOf(put('state', 'three', { IfMatch: ETag }))).toEqual([412, 'PreconditionFailed']);
    expect(await errorOf(put('absent', 'x', { IfMatch: ETag }))).toEqual([404, 'NoSuchKey']);
    expect(await get('state')).toBe('two');
  });

  it('deletes and reads by condition', async () => {
    const { ETag } = await put('mine', 'x');
    const remove = (IfMatch: string) => client.send(new DeleteObjectCommand({ Bucket, Key: 'mine', IfMatch }));
    expect(await errorOf(remove('"stale"'))).toEqual([412, 'PreconditionFailed']);
    expect(await errorOf(client.send(new GetObjectCommand({ Bucket, Key: 'mine', IfNoneMatch: ETag })))).toEqual([
      304,
      expect.any(String),
    ]);
    expect(await errorOf(client.send(new GetObjectCommand({ Bucket, Key: 'mine', IfMatch: '"stale"' })))).toEqual([
      412,
      'PreconditionFailed',
    ]);
    await remove(ETag ?? '');
    expect(local.parts[0].snapshot()).toEqual({});
  });

  it('answers an injected 409 as a conflicting conditional write', async () => {
    const fault = { service: 's3', operation: 'PutObject', when: 'before', effect: 'status', status: 409 };
    await fetch(`${local.control}/faults`, { method: 'POST', body: JSON.stringify(fault) });
    expect(await errorOf(put('k', 'x', { IfNoneMatch: '*' }))).toEqual([409, 'ConditionalRequestConflict']);
    expect(await errorOf(put('k', 'x', { IfNoneMatch: '*' }))).toBeNull();
  });
});

describe('lists', () => {
  it('pages, and groups by delimiter in one order', async () => {
    for (const key of ['jobs/a/1.py', 'jobs/a/2.py', 'jobs/b.py', 'jobs/c/1.py', 'other']) await put(key, key);
    const page = (ContinuationToken?: string) =>
      client.send(new ListObjectsV2Command({ Bucket, Prefix: 'jobs/', Delimiter: '/', MaxKeys: 2, ContinuationToken }));
    const first = await page();
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, CommonPrefixes: [{ Prefix: 'jobs/a/' }] });
    expect(first.Contents).toMatchObject([{ Key: 'jobs/b.py', Size: 9 }]);
    const second = await page(first.NextContinuationToken);
    expect(second).toMatchObject({ IsTruncated: false, KeyCount: 1, CommonPrefixes: [{ Prefix: 'jobs/c/' }] });
    expect(second.NextContinuationToken).toBeUndefined();
  });

  it('knows both spellings of the bucket path, url encoding and empty results', async () => {
    await put('a b+c/é', 'x');
    for (const path of [`/${Bucket}?list-type=2&encoding-type=url`, `/${Bucket}/?list-type=2&encoding-type=url`]) {
      const text = await (await fetch(`${local.services['s3']}${path}`)).text();
      expect(text).toContain('<Key>a+b%2Bc/%C3%A9</Key>');
    }
    const none = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'zzz' }));
    expect([none.KeyCount, none.Contents]).toEqual([0, undefined]);
  });
});

describe('buckets', () => {
  it('creates and lists them', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'second' }));
    expect(await errorOf(client.send(new CreateBucketCommand({ Bucket: 'second' })))).toEqual([
      409,
      'BucketAlreadyOwnedByYou',
    ]);
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket, 'second']);
  });

  it('keeps versions and delete markers when versioning is on', async () => {
    expect((await put('v', 'zero')).VersionId).toBeUndefined();
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const { VersionId } = await put('v', 'one');
    await put('v', 'two');
    const old = await client.send(new GetObjectCommand({ Bucket, Key: 'v', VersionId }));
    expect(await old.Body?.transformToString()).toBe('one');
    const removed = await client.send(new DeleteObjectCommand({ Bucket, Key: 'v' }));
    expect(removed.DeleteMarker).toBe(true);
    expect(await errorOf(get('v'))).toEqual([404, 'NoSuchKey']);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'v', VersionId: removed.VersionId }));
    expect(await get('v')).toBe('two');
  });

  it('refuses what it does not emulate instead of pretending', async () => {
    const answer = await fetch(`${local.services['s3']}/${Bucket}/k?uploads`, { method: 'POST' });
    expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('<Code>NotImplemented</Code>')]);
  });

  it('comes into being at the first write where asked for', async () => {
    const other = await startLocal((clock) => [s3Service(clock, { autoCreate: true })] as const);
    const answer = await fetch(`${other.services['s3']}/fresh/key`, { method: 'PUT', body: 'x' });
    expect([answer.status, other.parts[0].snapshot()]).toEqual([200, { 'fresh/key': 'x' }]);
    const settings = { service: 's3', autoCreate: false };
    await fetch(`${other.control}/settings`, { method: 'POST', body: JSON.stringify(settings) });
    expect((await fetch(`${other.services['s3']}/second/key`, { method: 'PUT', body: 'x' })).status).toBe(404);
    const state = await (await fetch(`${other.control}/state`)).json();
    expect(state).toEqual({ s3: { 'fresh/key': 'x' } });
    const unknown = { method: 'POST', body: JSON.stringify({ ...settings, autoCreat: true }) };
    expect((await fetch(`${other.control}/settings`, unknown)).status).toBe(400);
    await other.close();
  });
});

it('refuses writes, not reads, of a caller that may only read', async () => {
  await put('k', 'x');
  const reader = clientWith(readOnlyKey);
  expect(await errorOf(reader.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'y' })))).toEqual([
    403,
    'AccessDenied',
  ]);
  expect(await (await reader.send(new GetObjectCommand({ Bucket, Key: 'k' }))).Body?.transformToString()).toBe('x');
  reader.destroy();
});

it('names operations and marks writes in the request log', async () => {
  await put('k', 'x');
  await get('k');
  const log = (await (await fetch(`${local.control}/requests`)).json()) as { operation: string; write: boolean }[];
  expect(log.map(({ operation, write }) => [operation, write])).toEqual([
    ['PutObject', true],
    ['GetObject', false],
  ]);
});
