import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { good, headOf, record, World } from './world.js';

const world = new World();
afterEach(() => world.end());

describe('addresses', () => {
  it.each(['ftp://x', 'origin', 'git:', 'file:', 's3:', 'gs:', '', 'constructor:x'])(
    '%j is not supported, and says what is',
    async (url) => {
      await expect(world.open(url, world.folder())).rejects.toMatchObject({
        code: 'ledger-unsupported',
        next: expect.stringContaining('git:origin'),
      });
    },
  );

  it('may be relative to the checkout, absolute, or a file URL', async () => {
    const folder = world.folder();
    await (await world.open('file:ledger', folder)).write(record('orders'), null, 'open');
    const urls = [`file:${join(folder, 'ledger')}`, pathToFileURL(join(folder, 'ledger')).href];
    for (const url of urls) expect((await (await world.open(url, world.folder())).read('production')).size).toBe(1);
  });
});

describe('the folder', () => {
  it('holds one readable entry a write', async () => {
    const folder = world.folder();
    const ledger = await world.open(`file:${folder}`, folder);
    const head = headOf(await ledger.write(record('orders', { good }), null, 'open rollout 1'));
    await ledger.write(record('orders', { counter: 2 }), head, 'close rollout 1');
    const entries = join(folder, 'production', 'orders');
    expect(readdirSync(entries).sort()).toEqual(['00000001.json', '00000002.json']);
    expect(JSON.parse(readFileSync(join(entries, '00000001.json'), 'utf8'))).toMatchObject({
      message: 'open rollout 1',
      record: { good },
    });
  });

  it('is not disturbed by what a killed writer left', async () => {
    const folder = world.folder();
    const ledger = await world.open(`file:${folder}`, folder);
    const head = headOf(await ledger.write(record('orders'), null, 'open'));
    writeFileSync(join(folder, 'production', 'orders', '.half.tmp'), '{"half":');
    expect((await ledger.read('production')).size).toBe(1);
    expect(await ledger.write(record('orders', { counter: 2 }), head, 'step')).toMatchObject({ landed: true });
  });

  it('that was emptied and filled again is not taken for the old one', async () => {
    const folder = world.folder();
    const ledger = await world.open(`file:${folder}`, folder);
    const head = headOf(await ledger.write(record('orders'), null, 'open'));
    rmSync(join(folder, 'production'), { recursive: true });
    await ledger.write(record('orders', { n: 2 }), null, 'open');
    expect(await ledger.write(record('orders', { counter: 2 }), head, 'step')).toMatchObject({
      landed: false,
      now: { record: { n: 2 } },
    });
  });

  it('that cannot be written is named', async () => {
    const folder = world.folder();
    writeFileSync(join(folder, 'plain'), '');
    const ledger = await world.open('file:plain/ledger', folder);
    const refusal = { code: 'ledger-not-writable', message: expect.stringContaining('plain') };
    await expect(ledger.prove()).rejects.toMatchObject(refusal);
    await expect(ledger.write(record('orders'), null, 'open')).rejects.toMatchObject({
      code: expect.stringMatching(/^ledger-(not-writable|unreachable)$/),
    });
  });

  it('is refused where somebody else broke an entry', async () => {
    const folder = world.folder();
    const ledger = await world.open(`file:${folder}`, folder);
    mkdirSync(join(folder, 'production', 'orders'), { recursive: true });
    for (const text of ['not json', '{}', '{"record": {"format": 1}}', '{"record": {"format": "1"}}']) {
      writeFileSync(join(folder, 'production', 'orders', '00000001.json'), text);
      await expect(ledger.read('production')).rejects.toMatchObject({ code: 'ledger-record-broken' });
    }
  });
});
