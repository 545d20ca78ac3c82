import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { s3Service } from '../../emulators/s3/index.js';
import { storageService } from '../../emulators/storage/index.js';
import { identities } from '../../emulators/sts/index.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { startLocal } from '../emulators/local.js';
import { World } from './world.js';

export const world = new World();
export const keys = { AWS_ACCESS_KEY_ID: 'CANARY', AWS_SECRET_ACCESS_KEY: 'canary-secret' };

async function start() {
  return startLocal(
    (clock) => [s3Service(clock, { buckets: ['acme'], identities: identities() }), storageService(clock)] as const,
  );
}

export let local: Awaited<ReturnType<typeof start>>;

beforeEach(async () => {
  local = await start();
  await settings({ service: 'storage', autoCreateBuckets: true });
  // It comes into being at the first look; from then on, an unknown bucket is one.
  await fetch(`${local.services['storage']}/storage/v1/b/acme`);
  await settings({ service: 'storage', autoCreateBuckets: false });
  await requests();
});
afterEach(async () => {
  await world.end();
  await local.close();
  expect(local.errors).toEqual([]);
});

export function open(url: string, env: { readonly [name: string]: string | undefined } = {}): Promise<Ledger> {
  const places = { AWS_ENDPOINT_URL_S3: local.services['s3'], STORAGE_EMULATOR_HOST: local.services['storage'] };
  return world.open(url, world.folder(), { env: { ...places, ...keys, ...env } });
}

async function post(path: string, body: object): Promise<void> {
  const answer = await fetch(`${local.control}${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}
const settings = (body: object) => post('/settings', body);
export const fault = (body: object) => post('/faults', body);

export async function requests(): Promise<string[]> {
  const log = (await (await fetch(`${local.control}/requests`)).json()) as { operation: string; status: number }[];
  await fetch(`${local.control}/requests`, { method: 'DELETE' });
  return log.map(({ operation, status }) => `${operation} ${status}`);
}

/** The two stores: their operations, and a client of our own that does what somebody else might. */
export const stores = {
  s3: {
    service: 's3',
    put: 'PutObject',
    get: 'GetObject',
    list: 'ListObjectsV2',
    rights: { create: 's3:PutObject', replace: 's3:PutObject', get: 's3:GetObject', list: 's3:ListBucket' },
    other: () => {
      const client = new S3Client({
        endpoint: local.services['s3'] ?? '',
        region: 'eu-west-1',
        forcePathStyle: true,
        credentials: { accessKeyId: 'CANARY', secretAccessKey: 'canary-secret' },
      });
      return {
        put: async (Key: string, Body: string) =>
          void (await client.send(new PutObjectCommand({ Bucket: 'acme', Key, Body }))),
        get: async (Key: string) =>
          (await (await client.send(new GetObjectCommand({ Bucket: 'acme', Key }))).Body?.transformToString()) ?? '',
        names: async () =>
          Object.keys(local.parts[0].snapshot())
            .map((name) => name.replace('acme/', ''))
            .sort(),
        remove: async (Key: string) => void (await fetch(`${local.services['s3']}/acme/${Key}`, { method: 'DELETE' })),
      };
    },
  },
  gs: {
    service: 'storage',
    put: 'objects.insert',
    get: 'objects.get',
    list: 'objects.list',
    rights: {
      create: 'storage.objects.create',
      replace: 'storage.objects.delete',
      get: 'storage.objects.get',
      list: 'storage.objects.list',
    },
    other: () => {
      const bucket = new Storage({ apiEndpoint: local.services['storage'] ?? '', projectId: 'p' }).bucket('acme');
      return {
        put: (key: string, body: string) => bucket.file(key).save(body, { resumable: false }),
        get: async (key: string) => (await bucket.file(key).download())[0].toString(),
        names: async () => (await bucket.getFiles())[0].map(({ name }) => name).sort(),
        remove: async (key: string) => void (await bucket.file(key).delete()),
      };
    },
  },
} as const;
