import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { cached } from '../support/paths.js';
import { type Server, startServer } from './server.js';

const keys = { accessKeyId: 'CANARYKEY12345', secretAccessKey: 'canary-secret-12345' };

const s3 = {
  reach: (url: string) => ({
    AWS_ENDPOINT_URL_S3: url,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_REGION: 'us-east-1',
  }),
  async bucket(url: string, name: string, credentials = keys) {
    const client = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: name }));
    client.destroy();
  },
};

/** S3 over a folder; its conditional writes are atomic. */
export function versitygw(): Promise<Server> {
  return startServer({
    program: cached('stores', 'bin', 'versitygw'),
    args(port, folder) {
      mkdirSync(join(folder, 'data'));
      return ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', join(folder, 'data')];
    },
    env: { ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey },
    ready: '/',
    ...s3,
  });
}

/** Cloud Storage's JSON API; its conditional writes are atomic. */
export function fakeGcs(): Promise<Server> {
  return startServer({
    program: cached('stores', 'bin', 'fake-gcs-server'),
    args: (port) => {
      const place = `127.0.0.1:${port}`;
      const public_ = ['-public-host', place, '-external-url', `http://${place}`];
      const listen = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)];
      return [...listen, '-backend', 'memory', '-log-level', 'error', ...public_];
    },
    ready: '/storage/v1/b',
    reach: (url) => ({ STORAGE_EMULATOR_HOST: url }),
    async bucket(url, name) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) };
      const answer = await fetch(`${url}/storage/v1/b`, init);
      if (!answer.ok) throw new Error(`bucket ${name}: ${answer.status} ${await answer.text()}`);
    },
  });
}

/** S3 that takes conditional writes and ignores the condition. */
export function s3rver(): Promise<Server> {
  const own = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  return startServer({
    program: process.execPath,
    args: (port, folder) => {
      const script = cached('stores', 's3rver', 'node_modules', 's3rver', 'bin', 's3rver.js');
      return [script, '--address', '127.0.0.1', '--port', String(port), '--directory', folder];
    },
    ready: '/',
    reach: (url) => ({
      ...s3.reach(url),
      AWS_ACCESS_KEY_ID: own.accessKeyId,
      AWS_SECRET_ACCESS_KEY: own.secretAccessKey,
    }),
    bucket: (url, name) => s3.bucket(url, name, own),
  });
}

/** S3 that keeps conditions, but not when two writes meet: its check and its write are two steps. */
export function moto(): Promise<Server> {
  return startServer({
    program: cached('stores', 'venv', 'bin', 'moto_server'),
    args: (port) => ['-H', '127.0.0.1', '-p', String(port)],
    ready: '/moto-api/',
    ...s3,
  });
}
