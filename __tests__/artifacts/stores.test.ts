import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { s3Service } from '../../emulators/s3/index.js';
import { storageService } from '../../emulators/storage/index.js';
import { identities, readOnlyKey, stsService } from '../../emulators/sts/index.js';
import { openStores, type Stores } from '../../src/artifacts/stores/index.js';
import { removeTemporaries, temporary } from '../changes/repo.js';
import { startLocal } from '../emulators/local.js';

const bytes = Buffer.from('print("hello")\n');
const digest = createHash('sha256').update(bytes).digest('hex');
const own = { AWS_ACCESS_KEY_ID: 'CANARY', AWS_SECRET_ACCESS_KEY: 'canary-secret' };

async function start() {
  const people = identities();
  return startLocal(
    (clock) =>
      [
        s3Service(clock, { buckets: ['code'], identities: people }),
        storageService(clock),
        stsService(clock, people),
      ] as const,
  );
}

let local: Awaited<ReturnType<typeof start>>;
const opened: Stores[] = [];

beforeEach(async () => {
  local = await start();
});

afterEach(async () => {
  for (const stores of opened.splice(0)) stores.close();
  await local.close();
  expect(local.errors).toEqual([]);
});

afterAll(removeTemporaries);

function stores(env: { readonly [name: string]: string } = {}, timeoutSeconds?: number): Stores {
  const made = openStores({
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
    env: {
      AWS_ENDPOINT_URL_S3: local.services['s3'],
      AWS_ENDPOINT_URL_STS: local.services['sts'],
      STORAGE_EMULATOR_HOST: local.services['storage'],
      ...own,
      ...env,
    },
    userAgent: 'stream-rollout/0.0.0',
    signal: new AbortController().signal,
    secret: (name) => `value of ${name}`,
  });
  opened.push(made);
  return made;
}

async function requests(): Promise<string[]> {
  const log = (await (await fetch(`${local.control}/requests`)).json()) as {
    service: string;
    operation: string;
    status: number;
  }[];
  return log.map(({ operation, status }) => `${operation} ${status}`);
}

const fault = (body: object) => fetch(`${local.control}/faults`, { method: 'POST', body: JSON.stringify(body) });

describe('S3', () => {
  const uri = `s3://code/clicks/${digest}.py`;
  const s3 = () => local.parts[0];

  it('gets each content once, under a condition', async () => {
    expect(await stores().put(uri, { region: 'eu-west-1' }, bytes)).toBe('created');
    expect(s3().snapshot()).toEqual({ [`code/clicks/${digest}.py`]: bytes.toString() });
    expect(await stores().put(uri, { region: 'eu-west-1' }, bytes)).toBe('present');
    expect(await requests()).toEqual(['PutObject 200', 'PutObject 412', 'HeadObject 200']);
    expect(await stores().get(uri, {})).toEqual(new Uint8Array(bytes));
    expect(await stores().get('s3://code/none', {})).toBeNull();
  });

  it('gives a part of an object', async () => {
    await stores().put(uri, {}, bytes);
    const part = (offset: number, length: number) => stores().get(uri, {}, { offset, length });
    expect(await part(2, 3)).toEqual(new Uint8Array(bytes.subarray(2, 5)));
    expect(await part(bytes.length - 1, 100)).toEqual(new Uint8Array(bytes.subarray(-1)));
    expect(await part(bytes.length + 5, 100)).toEqual(new Uint8Array());
    expect(await stores().get('s3://code/none', {}, { offset: 0, length: 1 })).toBeNull();
  });

  it('is asked once for what many jobs share', async () => {
    const shared = stores();
    expect(await Promise.all([shared.put(uri, { workers: 1 }, bytes), shared.put(uri, { workers: 2 }, bytes)])).toEqual(
      ['created', 'present'],
    );
    expect(await requests()).toEqual(['PutObject 200']);
  });

  it('takes a put for done whose answer was lost', async () => {
    await fault({ service: 's3', operation: 'PutObject', when: 'after', effect: 'reset' });
    expect(await stores().put(uri, {}, bytes)).toBe('present');
    expect(s3().snapshot()).toEqual({ [`code/clicks/${digest}.py`]: bytes.toString() });
  });

  it('tries again after a 503, and after a conditional write that ran beside this one', async () => {
    await fault({ service: 's3', operation: 'PutObject', when: 'before', effect: 'status', status: 503 });
    expect(await stores().put(uri, {}, bytes)).toBe('created');
    await fault({ service: 's3', operation: 'PutObject', when: 'before', effect: 'status', status: 409 });
    expect(await stores().put(`${uri}.2`, {}, bytes)).toBe('created');
  });

  it('never overwrites other bytes, be they longer or just other', async () => {
    const client = new S3Client({
      endpoint: local.services['s3'] ?? '',
      region: 'eu-west-1',
      credentials: { accessKeyId: 'CANARY', secretAccessKey: 'canary-secret' },
    });
    for (const Body of ['print("hello, world")\n', 'print("HELLO")\n']) {
      await client.send(new PutObjectCommand({ Bucket: 'code', Key: `clicks/${digest}.py`, Body }));
      await expect(stores().put(uri, {}, bytes)).rejects.toMatchObject({ code: 'upload-conflict' });
      expect(s3().snapshot()).toEqual({ [`code/clicks/${digest}.py`]: Body });
    }
    // The same bytes by a client with another kind of checksum are the same bytes.
    await client.send(new PutObjectCommand({ Bucket: 'code', Key: `clicks/${digest}.py`, Body: bytes }));
    expect(await stores().put(uri, {}, bytes)).toBe('present');
    client.destroy();
  });

  it('that refuses is told with the right that is missing', async () => {
    await expect(stores({ AWS_ACCESS_KEY_ID: readOnlyKey }).put(uri, {}, bytes)).rejects.toMatchObject({
      code: 'upload-denied',
      message: expect.stringContaining('s3:PutObject'),
      next: expect.stringContaining(`arn:aws:s3:::code/clicks/${digest}.py`),
    });
    await expect(stores().put(`s3://other/${digest}`, {}, bytes)).rejects.toMatchObject({
      code: 'upload-bucket-missing',
      class: 'input',
    });
    await fault({ service: 's3', operation: 'PutObject', when: 'before', effect: 'status', status: 500, times: 10 });
    await expect(stores().put(uri, {}, bytes)).rejects.toMatchObject({ code: 'upload-failed', class: 'transient' });
    expect(s3().snapshot()).toEqual({});
  });

  it('is reached by the role that the target names', async () => {
    const target = {
      'assume-role': { arn: 'arn:aws:iam::123456789012:role/uploads', 'external-id': '${secret.EXTERNAL}' },
    };
    expect(await stores().put(uri, target, bytes)).toBe('created');
    expect(await requests()).toEqual(['AssumeRole 200', 'PutObject 200']);
  });
});

describe('Cloud Storage', () => {
  const uri = `gs://templates/orders/${digest}.json`;
  const storage = () => local.parts[1];

  it('gets each content once, under a condition', async () => {
    await fetch(`${local.control}/settings`, {
      method: 'POST',
      body: JSON.stringify({ service: 'storage', autoCreateBuckets: true }),
    });
    expect(await stores().put(uri, {}, bytes)).toBe('created');
    expect(storage().read(uri)?.content.toString()).toBe(bytes.toString());
    expect(await stores().put(uri, {}, bytes)).toBe('present');
    expect(await requests()).toEqual(['objects.insert 200', 'objects.insert 412', 'objects.get 200']);
    expect(Buffer.from((await stores().get(uri, {})) ?? [])).toEqual(bytes);
    expect(await stores().get('gs://templates/none', {})).toBeNull();
  });

  it('gives a part of an object', async () => {
    await fetch(`${local.control}/settings`, {
      method: 'POST',
      body: JSON.stringify({ service: 'storage', autoCreateBuckets: true }),
    });
    await stores().put(uri, {}, bytes);
    const part = async (offset: number, length: number) =>
      Buffer.from((await stores().get(uri, {}, { offset, length })) ?? []).toString();
    expect(await part(2, 3)).toBe(bytes.subarray(2, 5).toString());
    expect(await part(bytes.length - 1, 100)).toBe(bytes.subarray(-1).toString());
    expect(await part(bytes.length + 5, 100)).toBe('');
    expect(await stores().get('gs://templates/none', {}, { offset: 0, length: 1 })).toBeNull();
  });

  it('gets large contents whole', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024, 'stream');
    expect(await stores().put('gs://templates/large', {}, large)).toBe('created');
    expect(await stores().put('gs://templates/large', {}, large)).toBe('present');
    expect(storage().read('gs://templates/large')?.content.equals(large)).toBe(true);
  });

  it('never overwrites other bytes, be they longer or just other', async () => {
    for (const other of ['print("hello, world")\n', 'print("HELLO")\n']) {
      storage().write(uri, other);
      await expect(stores().put(uri, {}, bytes)).rejects.toMatchObject({ code: 'upload-conflict' });
      expect(storage().read(uri)?.content.toString()).toBe(other);
    }
  });

  it('that refuses is told with the right that is missing', async () => {
    await fault({ service: 'storage', operation: 'objects.insert', when: 'before', effect: 'status', status: 403 });
    await expect(stores().put(uri, {}, bytes)).rejects.toMatchObject({
      code: 'upload-denied',
      message: expect.stringContaining('storage.objects.create'),
      next: expect.stringContaining('gs://templates'),
    });
    await fault({ service: 'storage', operation: 'objects.insert', when: 'before', effect: 'status', status: 401 });
    await expect(stores().put(uri, {}, bytes)).rejects.toMatchObject({ code: 'upload-credentials-missing' });
    storage().write(uri, bytes);
    await fault({ service: 'storage', operation: 'objects.get', when: 'before', effect: 'status', status: 403 });
    await expect(stores().put(uri, {}, bytes)).rejects.toMatchObject({
      code: 'upload-denied',
      message: expect.stringContaining('storage.objects.get'),
    });
    await fault({ service: 'storage', operation: 'objects.insert', when: 'before', effect: 'status', status: 404 });
    await expect(stores().put('gs://none/x', {}, bytes)).rejects.toMatchObject({ code: 'upload-bucket-missing' });
  });
});

describe('Cloud Storage as STORAGE_EMULATOR_HOST of the process has it', () => {
  const uri = `gs://templates/orders/${digest}.json`;
  afterEach(() => {
    delete process.env['STORAGE_EMULATOR_HOST'];
  });

  it('is asked below its base path', async () => {
    process.env['STORAGE_EMULATOR_HOST'] = local.services['storage'];
    expect(await stores().put(uri, {}, bytes)).toBe('created');
    expect(await stores().put(uri, {}, bytes)).toBe('present');
    expect(Buffer.from((await stores().get(uri, {})) ?? [])).toEqual(bytes);
    const log = (await (await fetch(`${local.control}/requests`)).json()) as { path: string }[];
    const place = `/b/templates/o`;
    expect(log.map(({ path }) => path.split('?')[0])).toEqual([
      `/upload/storage/v1${place}`,
      `/upload/storage/v1${place}`,
      `/storage/v1${place}/${encodeURIComponent(`orders/${digest}.json`)}`,
      `/storage/v1${place}/${encodeURIComponent(`orders/${digest}.json`)}`,
    ]);
  });

  it.each([['objects.insert'], ['objects.get']])('that never answers %s is given up', async (operation) => {
    await fault({ service: 'storage', operation, when: 'before', effect: 'hang', times: 10 });
    const asked = operation === 'objects.get' ? stores({}, 0.2).get(uri, {}) : stores({}, 0.2).put(uri, {}, bytes);
    await expect(asked).rejects.toMatchObject({
      code: 'upload-failed',
      class: 'transient',
      message: expect.stringContaining('no answer within 0.2 s'),
    });
  });
});

describe('a folder', () => {
  it('gets each content once and holds no drafts', async () => {
    const folder = temporary();
    const uri = `file://${folder}/deep/${digest}.py`;
    expect(await stores().put(uri, {}, bytes)).toBe('created');
    expect(await stores().put(uri, {}, bytes)).toBe('present');
    expect(await readFile(join(folder, 'deep', `${digest}.py`))).toEqual(bytes);
    expect(await readdir(join(folder, 'deep'))).toEqual([`${digest}.py`]);
    await expect(stores().put(uri, {}, Buffer.from('other'))).rejects.toMatchObject({ code: 'upload-conflict' });
    expect(await stores().get(`file://${folder}/none`, {})).toBeNull();
  });
});

it.each(['http://host/a', 's3://bucket', 'gs:///x', 'relative', 'file://host/x'])(
  '%s is no place for an artifact',
  (uri) => {
    expect(() => stores().put(uri, {}, bytes)).toThrow(expect.objectContaining({ code: 'upload-to-unsupported' }));
  },
);
