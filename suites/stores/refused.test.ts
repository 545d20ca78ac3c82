import { afterAll, describe, expect, it } from '@jest/globals';
import { headOf, record, World } from '../../__tests__/ledger/world.js';
import type { Server } from './server.js';
import { fakeGcs, moto, s3rver, versitygw } from './servers.js';

const world = new World();
const open: Server[] = [];
afterAll(async () => {
  await world.end();
  for (const server of open) await server.end();
});

async function started(start: () => Promise<Server>): Promise<Server> {
  const server = await start();
  open.push(server);
  return server;
}

const ledgerAt = (server: Server, url: string, env: { readonly [name: string]: string } = {}) =>
  world.open(url, server.folder, { env: { ...process.env, ...server.env, ...env } });

describe('the proof', () => {
  it('refuses a store that ignores conditions, and again when its marker is there', async () => {
    const server = await started(s3rver);
    await server.bucket('acme');
    const ledger = await ledgerAt(server, 's3://acme/streams');
    for (const _ of ['first', 'second'])
      await expect(ledger.prove()).rejects.toMatchObject({
        code: 'ledger-bucket-unconditional',
        message: expect.stringContaining('s3://acme took a write whose condition did not hold'),
        next: expect.stringContaining('git ledger'),
      });
    expect(ledger.writes).toBe(0);
  });

  it('says what is wrong with a bucket or with credentials', async () => {
    const [s3, gs] = [await started(versitygw), await started(fakeGcs)];
    await s3.bucket('acme');
    const absent = { code: 'ledger-bucket-missing', message: expect.stringContaining('nowhere') };
    for (const ledger of [await ledgerAt(s3, 's3://nowhere/streams'), await ledgerAt(gs, 'gs://nowhere/streams')]) {
      await expect(ledger.prove()).rejects.toMatchObject(absent);
      await expect(ledger.read('production', ['orders'])).rejects.toMatchObject(absent);
    }
    const signed = await ledgerAt(s3, 's3://acme/streams', { AWS_SECRET_ACCESS_KEY: 'canary-wrong' });
    await expect(signed.prove()).rejects.toMatchObject({
      code: 'ledger-bucket-credentials',
      next: expect.stringContaining('configure-aws-credentials'),
    });
    // S3 itself has a code of its own for a key that nobody has; this server says it in words.
    const nobody = await ledgerAt(s3, 's3://acme/streams', { AWS_ACCESS_KEY_ID: 'CANARYNOBODY00' });
    await expect(nobody.prove()).rejects.toMatchObject({
      code: 'ledger-bucket-failed',
      message: expect.stringContaining('No user exists with the provided access key'),
    });
  });

  it('can not see that a store loses races: moto keeps every condition, one after the other', async () => {
    const server = await started(moto);
    await server.bucket('acme');
    const [mine, other] = [await ledgerAt(server, 's3://acme/streams'), await ledgerAt(server, 's3://acme/streams')];
    await mine.prove();
    const head = headOf(await mine.write(record('orders'), null, 'open'));
    expect(await other.write(record('orders'), null, 'open')).toMatchObject({ landed: false, now: { head } });
    const next = headOf(await other.write(record('orders', { counter: 2 }), head, 'take over'));
    expect(await mine.write(record('orders', { counter: 2 }), head, 'step')).toMatchObject({ landed: false });
    expect((await mine.read('production')).get('orders')?.head).toBe(next);
    expect((await mine.log('production', 'orders', 9)).map(({ message }) => message)).toEqual(['take over', 'open']);
    expect(await mine.environments()).toEqual(['production']);
  });
});
