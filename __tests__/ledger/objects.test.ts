import { describe, expect, it } from '@jest/globals';
import { readOnlyKey } from '../../emulators/sts/index.js';
import { ignorant } from './ignorant.js';
import { playing, stores } from './objects-world.js';
import { good, headOf, record } from './world.js';

describe.each(Object.entries(stores))('a ledger in %s', (scheme, store) => {
  const url = `${scheme}://acme/teams/streams`;
  const here = 'teams/streams/production/orders';

  it(
    'is laid out for people: one record a job, the entries before it, builds',
    playing(async (scene) => {
      const ledger = await scene.open(`${url}/`);
      expect(ledger.url).toBe(url);
      const first = headOf(await ledger.write(record('orders', { good }), null, 'open rollout 1'));
      await ledger.write(record('orders', { counter: 2 }), first, 'close rollout 1');
      await ledger.writeBuild('orders', {
        code: 'c',
        values: {},
        sha256: 'ab',
        commit: null,
        builtAt: '2026-11-22T00:00:00.000Z',
      });
      const other = store.other(scene);
      expect(await other.names()).toEqual([
        'teams/streams/artifacts/orders/2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6.json',
        `${here}/log/000000000001.json`,
        `${here}/record.json`,
      ]);
      expect(JSON.parse(await other.get(`${here}/record.json`))).toMatchObject({
        format: 1,
        n: 2,
        message: 'close rollout 1',
        record: { counter: 2 },
      });
      expect(JSON.parse(await other.get(`${here}/log/000000000001.json`))).toMatchObject({
        n: 1,
        message: 'open rollout 1',
        record: { good },
      });
      expect(ledger.writes).toBe(3);
    }),
  );

  it(
    'may take a whole bucket, and shares one with others',
    playing(async (scene) => {
      const whole = await scene.open(`${scheme}://acme`);
      await whole.write(record('orders'), null, 'open');
      await (await scene.open(url)).write(record('clicks'), null, 'open');
      const other = store.other(scene);
      await other.put('README.md', 'hello');
      await other.put('production/notes.txt', 'hello');
      await other.put('production/orders/log/notes.txt', 'hello');
      await other.put('odd name/orders/record.json', 'hello');
      expect([...(await whole.read('production')).keys()]).toEqual(['orders']);
      expect(await whole.environments()).toEqual(['production', 'teams']);
      expect([...(await (await scene.open(url)).read('production')).keys()]).toEqual(['clicks']);
    }),
  );

  it(
    'never writes the same bytes twice, so that no version is taken for another',
    playing(async (scene) => {
      const ledger = await scene.open(url);
      const heads = [headOf(await ledger.write(record('orders'), null, 'same'))];
      for (const _ of [1, 2]) heads.push(headOf(await ledger.write(record('orders'), heads.at(-1) ?? null, 'same')));
      expect(new Set(heads.map((head) => head.replace(/^\d+:/, ''))).size).toBe(3);
      await store.other(scene).remove(`${here}/record.json`);
      await ledger.write(record('orders'), null, 'same');
      for (const head of heads)
        expect(await ledger.write(record('orders', { counter: 2 }), head, 'late')).toMatchObject({ landed: false });
    }),
  );

  it(
    'asks for what it needs, and for no more',
    playing(async (scene) => {
      const [ledger, reader] = [await scene.open(url), await scene.open(url)];
      let head = headOf(await ledger.write(record('orders'), null, 'open'));
      expect(await scene.requests()).toEqual([`${store.list} 200`, `${store.put} 200`]);
      head = headOf(await ledger.write(record('orders', { counter: 2 }), head, 'step'));
      expect(await scene.requests()).toEqual([`${store.put} 200`, `${store.put} 200`]);
      await ledger.write(record('clicks'), null, 'open');
      await scene.requests();
      expect((await reader.read('production', ['orders'])).size).toBe(1);
      expect(await scene.requests()).toEqual([`${store.get} 200`]);
      expect((await reader.read('production')).size).toBe(2);
      expect(await scene.requests()).toEqual([`${store.list} 200`, `${store.get} 200`, `${store.get} 200`]);
      expect((await reader.read('production', [])).size).toBe(0);
      expect(await scene.requests()).toEqual([]);
    }),
  );

  it(
    'lists more jobs than one page holds',
    playing(async (scene) => {
      const ledger = await scene.open(url);
      const other = store.other(scene);
      await ledger.write(record('orders'), null, 'open');
      // Names that no job has: they come first in the list, and nothing of them is read.
      const strays = Array.from({ length: 1100 }, (_, index) => `teams/streams/production/.${index}/x`);
      for (let from = 0; from < strays.length; from += 100)
        await Promise.all(strays.slice(from, from + 100).map((key) => other.put(key, 'x')));
      await scene.requests();
      expect([...(await ledger.read('production')).keys()]).toEqual(['orders']);
      expect(await scene.requests()).toEqual([`${store.list} 200`, `${store.list} 200`, `${store.get} 200`]);
    }),
  );

  describe('whose history', () => {
    it(
      'has no hole after a writer that was killed before it replaced the record',
      playing(async (scene) => {
        const [mine, other] = [await scene.open(url), await scene.open(url)];
        const head = headOf(await mine.write(record('orders'), null, 'open'));
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'before',
          effect: 'status',
          status: 403,
          nth: 2,
        });
        await expect(mine.write(record('orders', { counter: 2 }), head, 'step')).rejects.toMatchObject({
          code: 'ledger-bucket-denied',
        });
        expect((await other.log('production', 'orders', 9)).map(({ message }) => message)).toEqual(['open']);
        await other.write(record('orders', { counter: 2 }), head, 'take over');
        expect((await mine.log('production', 'orders', 9)).map(({ message }) => message)).toEqual([
          'take over',
          'open',
        ]);
      }),
    );

    it(
      'goes on after the record was lost',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        let head: string | null = null;
        for (const counter of [1, 2, 3])
          head = headOf(await ledger.write(record('orders', { counter }), head, `entry ${counter}`));
        await store.other(scene).remove(`${here}/record.json`);
        expect(await ledger.read('production')).toEqual(new Map());
        const messages = async (limit = 9) =>
          (await ledger.log('production', 'orders', limit)).map(({ message }) => message);
        expect(await messages()).toEqual(['entry 2', 'entry 1']);
        expect(await messages(1)).toEqual(['entry 2']);
        const again = headOf(await ledger.write(record('orders'), null, 'again'));
        await ledger.write(record('orders', { counter: 2 }), again, 'after');
        expect(await messages()).toEqual(['after', 'again', 'entry 2', 'entry 1']);
      }),
    );

    it(
      'may have been shortened',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        let head: string | null = null;
        for (const counter of [1, 2, 3])
          head = headOf(await ledger.write(record('orders', { counter }), head, `entry ${counter}`));
        await store.other(scene).remove(`${here}/log/000000000001.json`);
        expect(await ledger.log('production', 'orders', 9)).toHaveLength(2);
      }),
    );
  });

  it(
    'is refused where somebody else broke it or wrote it with a newer version',
    playing(async (scene) => {
      const ledger = await scene.open(url);
      const head = headOf(await ledger.write(record('orders'), null, 'open'));
      const other = store.other(scene);
      for (const text of [
        'not json',
        '{}',
        '{"format": 1}',
        '{"format": 1, "n": 1, "id": "x", "at": "", "message": ""}',
      ]) {
        await other.put(`${here}/record.json`, text);
        await expect(ledger.read('production')).rejects.toMatchObject({
          code: 'ledger-record-broken',
          message: expect.stringContaining(`${scheme}://acme/${here}/record.json`),
        });
      }
      await other.put(`${here}/record.json`, '{"format": 2, "later": true}');
      await expect(ledger.read('production')).rejects.toMatchObject({ code: 'ledger-format-newer' });
      await expect(ledger.write(record('orders', { counter: 2 }), head, 'step')).rejects.toMatchObject({
        code: 'ledger-format-newer',
      });
    }),
  );

  describe('proven', () => {
    it(
      'leaves one marker, which is no environment',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        await ledger.prove();
        await ledger.prove();
        expect(await store.other(scene).names()).toEqual(['teams/streams/writable.json']);
        expect(await ledger.environments()).toEqual([]);
      }),
    );

    for (const right of ['create', 'get', 'list'] as const)
      it(
        `names the right to ${right} where it is missing`,
        playing(async (scene) => {
          const ledger = await scene.open(url);
          await ledger.prove();
          const operation = right === 'create' ? store.put : store[right];
          await scene.fault({
            service: store.service,
            operation,
            when: 'before',
            effect: 'status',
            status: 403,
            times: 20,
          });
          const refusal = {
            code: 'ledger-bucket-denied',
            message: expect.stringContaining(store.rights[right]),
            next: expect.stringContaining(store.rights[right]),
          };
          await expect(ledger.prove()).rejects.toMatchObject(refusal);
        }),
      );

    it(
      'names several rights at once',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        for (const operation of [store.put, store.list])
          await scene.fault({
            service: store.service,
            operation,
            when: 'before',
            effect: 'status',
            status: 403,
            times: 20,
          });
        await expect(ledger.prove()).rejects.toMatchObject({
          code: 'ledger-bucket-denied',
          message: expect.stringContaining(`${store.rights.list}, ${store.rights.create} are missing`),
        });
      }),
    );

    it(
      'names the right to replace',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        await ledger.prove();
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'before',
          effect: 'status',
          status: 403,
          nth: 3,
        });
        await expect(ledger.prove()).rejects.toMatchObject({
          code: 'ledger-bucket-denied',
          message: expect.stringContaining(store.rights.replace),
        });
      }),
    );

    it.each(['all', 'replacements'] as const)('refuses a store that ignores the conditions of %s', async (which) => {
      await playing(async (scene) => {
        const proxy = await ignorant(scene.services[store.service] ?? '', which);
        try {
          const ledger = await scene.open(url, { AWS_ENDPOINT_URL_S3: proxy.url, STORAGE_EMULATOR_HOST: proxy.url });
          for (const _ of ['no marker yet', 'a marker'])
            await expect(ledger.prove()).rejects.toMatchObject({
              code: 'ledger-bucket-unconditional',
              message: expect.stringContaining(which === 'all' ? 'create an object that exists' : 'not there'),
              next: expect.stringContaining('git ledger'),
            });
        } finally {
          await proxy.close();
        }
      })();
    });

    it(
      'says that the bucket is missing, here and in every read',
      playing(async (scene) => {
        const ledger = await scene.open(`${scheme}://nowhere/streams`);
        const refusal = { code: 'ledger-bucket-missing', message: expect.stringContaining('nowhere') };
        await expect(ledger.prove()).rejects.toMatchObject(refusal);
        await expect(ledger.read('production')).rejects.toMatchObject(refusal);
        await expect(ledger.read('production', ['orders'])).rejects.toMatchObject(refusal);
        await expect(ledger.environments()).rejects.toMatchObject(refusal);
        await expect(ledger.readBuilds('orders')).rejects.toMatchObject(refusal);
        await expect(ledger.write(record('orders'), null, 'open')).rejects.toMatchObject(refusal);
      }),
    );
  });

  it(
    'has no address without a bucket, or with a prefix that a file system would take for another',
    playing(async (scene) => {
      for (const place of ['//', 'acme', '//UPPER/x', '//acme/../x', '//acme//x', '//acme/a b'])
        await expect(scene.open(`${scheme}:${place}`)).rejects.toMatchObject({
          code: 'ledger-unsupported',
          next: expect.stringContaining(`${scheme}://<bucket>`),
        });
    }),
  );
});

describe('S3', () => {
  it(
    'tells who may only read what is missing',
    playing(async (scene) => {
      const ledger = await scene.open('s3://acme/streams', { AWS_ACCESS_KEY_ID: readOnlyKey });
      await expect(ledger.prove()).rejects.toMatchObject({
        code: 'ledger-bucket-denied',
        next: expect.stringMatching(/s3:PutObject on arn:aws:s3:::acme\/streams\/writable\.json/),
      });
      expect(await ledger.read('production')).toEqual(new Map());
    }),
  );

  it(
    'says that credentials are missing',
    playing(async (scene) => {
      const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
      const before = { ...process.env };
      // The SDK's own chain reads the process: nothing of it may be found there.
      process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
      process.env['AWS_SHARED_CREDENTIALS_FILE'] = process.env['AWS_CONFIG_FILE'] = '/dev/null';
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE']) delete process.env[name];
      try {
        const ledger = await scene.open('s3://acme/streams', none);
        await expect(ledger.prove()).rejects.toMatchObject({
          code: 'ledger-bucket-credentials',
          next: expect.stringContaining('configure-aws-credentials'),
        });
      } finally {
        process.env = before;
      }
    }),
  );
});

describe('Cloud Storage', () => {
  it(
    'says that credentials are missing',
    playing(async (scene) => {
      const ledger = await scene.open('gs://acme/streams');
      await scene.fault({
        service: 'storage',
        operation: '*',
        when: 'before',
        effect: 'status',
        status: 401,
        times: 9,
      });
      await expect(ledger.prove()).rejects.toMatchObject({
        code: 'ledger-bucket-credentials',
        next: expect.stringContaining('google-github-actions/auth'),
      });
    }),
  );
});
