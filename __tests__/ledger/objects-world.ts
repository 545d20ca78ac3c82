import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Storage } from '@google-cloud/storage';
import { expect } from '@jest/globals';
import { s3Service } from '../../emulators/s3/index.js';
import { storageService } from '../../emulators/storage/index.js';
import { identities } from '../../emulators/sts/index.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { LedgerOptions } from '../../src/ledger/options.js';
import { startLocal } from '../emulators/local.js';
import { World } from './world.js';

const keys = { AWS_ACCESS_KEY_ID: 'CANARY', AWS_SECRET_ACCESS_KEY: 'canary-secret' };

/** Both stores on loopback with the bucket `acme`, for one test. */
export interface Scene {
  /** Where each service is, by its name. */
  readonly services: { readonly [name: string]: string };
  open(
    url: string,
    env?: { readonly [name: string]: string | undefined },
    more?: Partial<LedgerOptions>,
  ): Promise<Ledger>;
  fault(fault: object): Promise<void>;
  clearFaults(): Promise<void>;
  /** Operations with their status, since they were asked for last. */
  requests(): Promise<string[]>;
}

/** A test with a scene of its own, so that tests can run side by side. */
export function playing(play: (scene: Scene) => Promise<void>): () => Promise<void> {
  return async () => {
    const world = new World();
    const local = await startLocal(
      (clock) => [s3Service(clock, { buckets: ['acme'], identities: identities() }), storageService(clock)] as const,
    );
    const control = async (method: string, path: string, body?: object): Promise<unknown> => {
      const answer = await fetch(`${local.control}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
      if (!answer.ok) throw new Error(await answer.text());
      return answer.json();
    };
    const { s3 = '', storage = '' } = local.services;
    const env = { AWS_ENDPOINT_URL_S3: s3, STORAGE_EMULATOR_HOST: storage, ...keys };
    const scene: Scene = {
      services: local.services,
      open: (url, other, more) => world.open(url, world.folder(), { env: { ...env, ...other }, ...more }),
      fault: async (body) => void (await control('POST', '/faults', body)),
      clearFaults: async () => void (await control('DELETE', '/faults')),
      async requests() {
        const log = (await control('GET', '/requests')) as { operation: string; status: number }[];
        await control('DELETE', '/requests');
        return log.map(({ operation, status }) => `${operation} ${status}`);
      },
    };
    try {
      // The bucket comes into being when it is first named; from then on, an unknown one is unknown.
      await fetch(`${storage}/storage/v1/b/acme`);
      await control('POST', '/settings', { service: 'storage', autoCreateBuckets: false });
      await scene.requests();
      await play(scene);
      expect(local.errors).toEqual([]);
    } finally {
      await world.end();
      await local.close();
    }
  };
}

/** A client of our own, for what somebody else might do. */
interface Other {
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string>;
  names(): Promise<string[]>;
  remove(key: string): Promise<void>;
}

/** The two stores, in their own words. */
export const stores = {
  s3: {
    service: 's3',
    put: 'PutObject',
    get: 'GetObject',
    list: 'ListObjectsV2',
    rights: { create: 's3:PutObject', replace: 's3:PutObject', get: 's3:GetObject', list: 's3:ListBucket' },
    other: ({ services }: Scene): Other => {
      const client = new S3Client({
        endpoint: services['s3'] ?? '',
        region: 'eu-west-1',
        forcePathStyle: true,
        credentials: { accessKeyId: 'CANARY', secretAccessKey: 'canary-secret' },
      });
      return {
        put: async (Key: string, Body: string) =>
          void (await client.send(new PutObjectCommand({ Bucket: 'acme', Key, Body }))),
        get: async (Key: string) =>
          (await (await client.send(new GetObjectCommand({ Bucket: 'acme', Key }))).Body?.transformToString()) ?? '',
        names: async () => {
          const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: 'acme' }));
          return Contents.map(({ Key = '' }) => Key);
        },
        remove: async (Key: string) => void (await fetch(`${services['s3']}/acme/${Key}`, { method: 'DELETE' })),
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
    other: ({ services }: Scene): Other => {
      const bucket = new Storage({ apiEndpoint: services['storage'] ?? '', projectId: 'p' }).bucket('acme');
      return {
        put: (key: string, body: string) => bucket.file(key).save(body, { resumable: false }),
        get: async (key: string) => (await bucket.file(key).download())[0].toString(),
        names: async () => (await bucket.getFiles())[0].map(({ name }) => name).sort(),
        remove: async (key: string) => void (await bucket.file(key).delete()),
      };
    },
  },
} as const;
