import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { type Bucket, type GetFilesOptions, Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PassThroughClient } from 'google-auth-library';
import { storageService } from '../../emulators/storage/index.js';
import { unconditional } from '../../emulators/storage/preconditions.js';
import { byteLimit, ObjectStore, versionLimit } from '../../emulators/storage/store.js';
import { startLocal } from './local.js';

const start = () => startLocal((clock) => [storageService(clock)] as const);
let local: Awaited<ReturnType<typeof start>>;
let url: string;
let bucket: Bucket;

beforeEach(async () => {
  local = await start();
  url = local.services['storage'] ?? '';
  bucket = clientOf().bucket('acme-templates');
});

afterEach(async () => {
  await local.close();
  expect(local.errors).toEqual([]);
});

function clientOf(): Storage {
  return new Storage({
    apiEndpoint: url,
    projectId: 'acme',
    // biome-ignore lint/suspicious/noExplicitAny: the two packages carry their own copies of the auth types
    authClient: new PassThroughClient() as any,
    retryOptions: { autoRetry: false },
  });
}

const control = (path: string, body: unknown) =>
  fetch(local.control + path, { method: 'POST', body: JSON.stringify(body) });
const md5 = (content: Buffer) => createHash('md5').update(content).digest('base64');

describe('uploads', () => {
  it.each([
    ['multipart', false],
    ['resumable', true],
  ])('%s: content, type and checksums come back', async (_, resumable) => {
    const content = Buffer.from([0, 13, 10, 255, 13, 10, 45, 45]);
    await bucket.file('a/b c.json').save(content, {
      resumable,
      validation: 'crc32c',
      metadata: { contentType: 'application/json', metadata: { rev: 'abc' } },
    });
    const [metadata] = await bucket.file('a/b c.json').getMetadata();
    expect(metadata).toMatchObject({
      name: 'a/b c.json',
      bucket: 'acme-templates',
      size: '8',
      contentType: 'application/json',
      md5Hash: md5(content),
      metadata: { rev: 'abc' },
      metageneration: '1',
    });
    const [read] = await bucket.file('a/b c.json').download({ validation: 'crc32c' });
    expect(read).toEqual(content);
  });

  it('resumable in chunks, its end not known at the start', async () => {
    const content = Buffer.alloc(700_000, 'stream');
    const target = bucket.file('big').createWriteStream({ resumable: true, chunkSize: 256 * 1024, validation: 'md5' });
    await pipeline(Readable.from([content.subarray(0, 300_000), content.subarray(300_000)]), target);
    const [read] = await bucket.file('big').download();
    expect(read.equals(content)).toBe(true);
  });

  it('media: the body is the content', async () => {
    const response = await fetch(`${url}/upload/storage/v1/b/acme/o?uploadType=media&name=x`, {
      method: 'POST',
      body: 'text',
      headers: { 'content-type': 'text/plain' },
    });
    expect(await response.json()).toMatchObject({
      kind: 'storage#object',
      name: 'x',
      contentType: 'text/plain',
      crc32c: expect.any(String),
    });
  });

  it('crc32c is Castagnoli: the check value of "123456789" is e3069283', async () => {
    await bucket.file('check').save('123456789', { resumable: false });
    const [metadata] = await bucket.file('check').getMetadata();
    expect(metadata.crc32c).toBe(Buffer.from('e3069283', 'hex').toString('base64'));
  });

  it('a resumable session tells how far it is, takes the rest and can be cancelled', async () => {
    const open = async (name: string) => {
      const opened = await fetch(`${url}/upload/storage/v1/b/acme/o?uploadType=resumable&name=${name}`, {
        method: 'POST',
        body: '{}',
      });
      return opened.headers.get('location') ?? '';
    };
    const put = (to: string, range: string, body = '') =>
      fetch(to, { method: 'PUT', body, headers: { 'content-range': range } });
    const session = await open('r');
    expect((await put(session, 'bytes */*')).headers.get('range')).toBeNull();
    const part = await put(session, 'bytes 0-3/8', 'abcd');
    expect([part.status, part.headers.get('range')]).toEqual([308, 'bytes=0-3']);
    expect((await put(session, 'bytes */8')).status).toBe(308);
    expect((await put(session, 'bytes 6-7/8', 'gh')).status).toBe(308);
    const last = await put(session, 'bytes 2-7/8', 'cdefgh');
    expect([last.status, ((await last.json()) as { size: string }).size]).toEqual([200, '8']);
    expect((await put(session, 'bytes */8')).status).toBe(200);
    expect(local.parts[0].read('gs://acme/r')?.content.toString()).toBe('abcdefgh');
    const other = await open('s');
    expect((await fetch(other, { method: 'DELETE' })).status).toBe(499);
    expect((await put(other, 'bytes */*')).status).toBe(404);
  });

  it.each([
    ['uploadType=multipart&name=x', 'multipart/related; boundary=b', '--b\r\n\r\n{}\r\n'],
    ['uploadType=multipart&name=x', 'multipart/related', 'x'],
    ['uploadType=media', 'text/plain', 'x'],
    ['uploadType=other&name=x', 'text/plain', 'x'],
    ['uploadType=media&name=x&ifGenerationMatch=abc', 'text/plain', 'x'],
  ])('malformed ones get 400: %s', async (query, type, body) => {
    const response = await fetch(`${url}/upload/storage/v1/b/acme/o?${query}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 400, errors: [{ domain: 'global' }] } });
  });

  it('a multipart body with bare line feeds keeps its content as it is', async () => {
    const body =
      '--b\nContent-Type: application/json\n\n{"name":"lf"}\n--b\nContent-Type: text/plain\n\nend\r\n--b--\n';
    await fetch(`${url}/upload/storage/v1/b/acme/o?uploadType=multipart`, {
      method: 'POST',
      body,
      headers: { 'content-type': "multipart/related; boundary='b'" },
    });
    expect(local.parts[0].read('gs://acme/lf')?.content.toString()).toBe('end\r');
  });

  it('a wrong checksum is refused and nothing is written', async () => {
    const response = await fetch(`${url}/upload/storage/v1/b/acme/o?uploadType=media&name=x`, {
      method: 'POST',
      body: 'text',
      headers: { 'x-goog-hash': 'md5=AAAA' },
    });
    expect(response.status).toBe(400);
    expect(local.parts[0].read('gs://acme/x')).toBeNull();
  });
});

describe('preconditions', () => {
  it('ifGenerationMatch=0 writes once', async () => {
    const file = bucket.file('lock');
    await file.save('one', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
    await expect(
      file.save('two', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } }),
    ).rejects.toMatchObject({
      code: 412,
      errors: [{ reason: 'conditionNotMet', location: 'If-Match' }],
    });
    expect((await file.download())[0].toString()).toBe('one');
  });

  it.each([true, false])('of many writers of one generation one wins (resumable: %s)', async (resumable) => {
    const file = bucket.file('record');
    await file.save('0', { resumable: false });
    const generation = Number(file.metadata.generation);
    const writes = [1, 2, 3, 4].map((n) =>
      clientOf()
        .bucket('acme-templates')
        .file('record')
        .save(String(n), { resumable, preconditionOpts: { ifGenerationMatch: generation } }),
    );
    const results = await Promise.allSettled(writes);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = results.findIndex(({ status }) => status === 'fulfilled') + 1;
    expect((await file.download())[0].toString()).toBe(String(winner));
  });

  it('hold for deletes, patches and reads', async () => {
    const file = bucket.file('x');
    await file.save('1', { resumable: false });
    const generation = Number(file.metadata.generation);
    await expect(file.delete({ ifGenerationMatch: generation + 1 })).rejects.toMatchObject({ code: 412 });
    await expect(file.setMetadata({ cacheControl: 'no-store' }, { ifMetagenerationMatch: 7 })).rejects.toMatchObject({
      code: 412,
    });
    await file.setMetadata({ cacheControl: 'no-store' }, { ifMetagenerationMatch: 1 });
    expect((await file.getMetadata())[0]).toMatchObject({
      cacheControl: 'no-store',
      metageneration: '2',
      generation: String(generation),
    });
    const read = (query: string) => fetch(`${url}/storage/v1/b/acme-templates/o/x?${query}`);
    expect((await read(`ifGenerationNotMatch=${generation}`)).status).toBe(304);
    expect((await read(`ifGenerationMatch=${generation}`)).status).toBe(200);
    expect((await read('ifGenerationMatch=1&alt=media')).status).toBe(412);
    await file.delete({ ifGenerationMatch: generation });
    expect(await file.exists()).toEqual([false]);
  });
});

describe('versions', () => {
  it('stay readable by their generation, which only rises', async () => {
    const file = bucket.file('spec.json');
    const generations: number[] = [];
    for (const text of ['one', 'two']) {
      await file.save(text, { resumable: false });
      generations.push(Number(file.metadata.generation));
    }
    const [first, second] = generations;
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    expect((await bucket.file('spec.json', { generation: first ?? 0 }).download())[0].toString()).toBe('one');
    await file.delete();
    await expect(file.download()).rejects.toMatchObject({ code: 404 });
    expect((await bucket.file('spec.json', { generation: second ?? 0 }).download())[0].toString()).toBe('two');
    const [versions] = await bucket.getFiles({ versions: true });
    expect(versions.map(({ metadata }) => metadata.timeDeleted !== undefined)).toEqual([true, true]);
  });

  it('are bounded, in number and in bytes', () => {
    const store = new ObjectStore({ now: () => 1, advance: () => undefined, rate: 1 });
    for (let n = 0; n < versionLimit + 10; n += 1) store.put('b-1', 'x', Buffer.from(String(n)), {}, unconditional);
    expect(store.list('b-1', true)).toHaveLength(versionLimit + 1);
    const huge = { length: byteLimit } as Buffer;
    expect(() => store.put('b-1', 'y', huge, {}, unconditional)).toThrow('keeps at most');
  });
});

describe('reads', () => {
  it('of a missing object are 404: JSON for metadata, plain text for content', async () => {
    await expect(bucket.file('none').getMetadata()).rejects.toMatchObject({
      code: 404,
      message: 'No such object: acme-templates/none',
    });
    const response = await fetch(`${url}/storage/v1/b/acme-templates/o/none?alt=media`);
    expect([response.status, await response.text()]).toEqual([404, 'No such object: acme-templates/none']);
  });

  it('give byte ranges', async () => {
    const file = bucket.file('digits');
    await file.save('0123456789', { resumable: false });
    expect((await file.download({ start: 2, end: 4 }))[0].toString()).toBe('234');
    const range = (value: string) =>
      fetch(`${url}/download/storage/v1/b/acme-templates/o/digits?alt=media`, { headers: { range: value } });
    const tail = await range('bytes=-3');
    expect([tail.status, tail.headers.get('content-range'), await tail.text()]).toEqual([206, 'bytes 7-9/10', '789']);
    expect((await range('bytes=10-')).status).toBe(416);
  });

  it('carry the headers that clients check', async () => {
    const file = bucket.file('x');
    await file.save('abc', { resumable: false });
    const response = await fetch(`${url}/storage/v1/b/acme-templates/o/x?alt=media`);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-goog-generation': String(file.metadata.generation),
      'x-goog-metageneration': '1',
      'x-goog-hash': `crc32c=${file.metadata.crc32c},md5=${file.metadata.md5Hash}`,
      'x-goog-stored-content-length': '3',
      'content-length': '3',
    });
  });

  it('unpack gzip content for clients that do not take it', async () => {
    await bucket.file('packed').save(gzipSync('text'), { resumable: false, metadata: { contentEncoding: 'gzip' } });
    const plain = await fetch(`${url}/storage/v1/b/acme-templates/o/packed?alt=media`, {
      headers: { 'accept-encoding': 'identity' },
    });
    expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, 'text']);
  });
});

describe('lists', () => {
  beforeEach(async () => {
    for (const name of ['a/1', 'a/2', 'a/b/3', 'c', 'd']) await bucket.file(name).save(name, { resumable: false });
  });

  it('follow prefix, delimiter and offsets', async () => {
    const names = async (query: GetFilesOptions) => (await bucket.getFiles(query))[0].map(({ name }) => name);
    expect(await names({})).toEqual(['a/1', 'a/2', 'a/b/3', 'c', 'd']);
    expect(await names({ prefix: 'a/' })).toEqual(['a/1', 'a/2', 'a/b/3']);
    expect(await names({ startOffset: 'a/2', endOffset: 'd' })).toEqual(['a/2', 'a/b/3', 'c']);
    const [, , answer] = await bucket.getFiles({ prefix: 'a/', delimiter: '/', autoPaginate: false });
    expect(answer).toMatchObject({ prefixes: ['a/b/'], items: [{ name: 'a/1' }, { name: 'a/2' }] });
  });

  it('come in pages', async () => {
    const [files, next] = await bucket.getFiles({ maxResults: 2, autoPaginate: false });
    expect([files.length, next?.pageToken]).toEqual([2, expect.any(String)]);
    const [all] = await bucket.getFiles({ maxResults: 2, autoPaginate: true, pageToken: next?.pageToken ?? '' });
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(['a/b/3', 'c']));
  });
});

describe('objects', () => {
  it('are copied, moved and composed', async () => {
    await bucket.file('one').save('1', { resumable: false, metadata: { contentType: 'text/x' } });
    await bucket.file('two').save('2', { resumable: false });
    await bucket.file('one').copy(bucket.file('copy'));
    await bucket.combine(['one', 'two'], 'both');
    expect((await bucket.file('both').download())[0].toString()).toBe('12');
    expect((await bucket.file('copy').getMetadata())[0]).toMatchObject({ contentType: 'text/x' });
  });

  it('survive odd names', async () => {
    for (const name of ['ü/ %2F+?#.json', 'o/o', 'b/x/o/y']) {
      await bucket.file(name).save(name, { resumable: false });
      expect((await bucket.file(name).download())[0].toString()).toBe(name);
    }
    await expect(bucket.file('x'.repeat(1025)).save('', { resumable: false })).rejects.toMatchObject({ code: 400 });
  });
});

describe('buckets', () => {
  it('appear when they are named, until that is switched off', async () => {
    expect(await clientOf().bucket('first-named').exists()).toEqual([true]);
    await control('/settings', { service: 'storage', autoCreateBuckets: false });
    expect(await clientOf().bucket('never-made').exists()).toEqual([false]);
    await clientOf().createBucket('made-now');
    expect(await clientOf().bucket('made-now').exists()).toEqual([true]);
    await expect(clientOf().createBucket('made-now')).rejects.toMatchObject({ code: 409 });
    expect((await control('/settings', { service: 'storage', other: 1 })).status).toBe(400);
  });

  it('are deleted only when they are empty', async () => {
    const made = clientOf().bucket('made-now');
    await made.file('x').save('x', { resumable: false });
    await expect(made.delete()).rejects.toMatchObject({ code: 409 });
    await made.file('x').delete();
    await made.delete();
    expect((await clientOf().getBuckets())[0].map(({ name }) => name)).not.toContain('made-now');
  });
});

it('answers under the base path, without it, and with faults in its own format', async () => {
  await bucket.file('x').save('abc', { resumable: false });
  for (const base of ['/storage/v1', '/download/storage/v1', '']) {
    expect(await (await fetch(`${url}${base}/b/acme-templates/o/x?alt=media`)).text()).toBe('abc');
  }
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  expect((await fetch(`${url}/storage/v1/b/%ZZ`)).status).toBe(404);
  await control('/faults', {
    service: 'storage',
    operation: 'objects.get',
    when: 'before',
    effect: 'status',
    status: 503,
  });
  await expect(bucket.file('x').getMetadata()).rejects.toMatchObject({
    code: 503,
    errors: [{ reason: 'backendError' }],
  });
});

it('logs which requests write: a question about a resumable upload does not', async () => {
  await bucket.file('x').save('abc', { resumable: true });
  await bucket.file('x').download();
  await bucket.getFiles();
  const log = (await (await fetch(`${local.control}/requests`)).json()) as { operation: string; write: boolean }[];
  expect(log.map(({ operation, write }) => [operation, write])).toEqual([
    ['objects.insert', true],
    ['objects.insert', true],
    ['objects.get', false],
    ['objects.list', false],
  ]);
});
