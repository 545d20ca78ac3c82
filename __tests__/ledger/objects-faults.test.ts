import { describe, expect, it } from '@jest/globals';
import { penOf } from '../../src/rollout/pen.js';
import { playing, stores } from './objects-world.js';
import { headOf, record } from './world.js';

describe.each(Object.entries(stores))('a ledger in %s', (scheme, store) => {
  const url = `${scheme}://acme/teams/streams`;

  describe('that loses answers', () => {
    it.concurrent(
      'knows its own write again',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        await scene.fault({ service: store.service, operation: store.put, when: 'after', effect: 'reset' });
        const head = headOf(await ledger.write(record('orders'), null, 'open'));
        expect((await ledger.read('production')).get('orders')?.head).toBe(head);
        // The second write is the replacement; the first is the copy to the log.
        await scene.fault({ service: store.service, operation: store.put, when: 'after', effect: 'reset', nth: 2 });
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'after',
          effect: 'status',
          status: 503,
          nth: 3,
        });
        const next = headOf(await ledger.write(record('orders', { counter: 2 }), head, 'close'));
        expect((await ledger.read('production')).get('orders')).toEqual({
          record: record('orders', { counter: 2 }),
          head: next,
        });
        expect((await ledger.log('production', 'orders', 9)).map(({ message }) => message)).toEqual(['close', 'open']);
      }),
    );

    it.concurrent(
      'writes again what never arrived',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        await scene.fault({ service: store.service, operation: store.put, when: 'before', effect: 'reset' });
        headOf(await ledger.write(record('orders'), null, 'open'));
        expect((await ledger.log('production', 'orders', 9)).length).toBe(1);
      }),
    );

    it.concurrent(
      'tells another’s write from its own',
      playing(async (scene) => {
        const [mine, other] = [await scene.open(url), await scene.open(url)];
        const head = headOf(await mine.write(record('orders'), null, 'open'));
        const theirs = headOf(await other.write(record('orders', { counter: 2, n: 7 }), head, 'take over'));
        // Mine had read the older version, and every try of its write is lost before it arrives.
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'before',
          effect: 'reset',
          nth: 2,
          times: 20,
        });
        expect(await mine.write(record('orders', { counter: 2 }), head, 'step')).toEqual({
          landed: false,
          now: { record: record('orders', { counter: 2, n: 7 }), head: theirs },
        });
      }),
    );

    it.concurrent(
      'does not claim to know what became of a write',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        const head = headOf(await ledger.write(record('orders'), null, 'open'));
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'before',
          effect: 'status',
          status: 503,
          nth: 2,
          times: 40,
        });
        await expect(ledger.write(record('orders', { counter: 2 }), head, 'step')).rejects.toMatchObject({
          code: 'ledger-write-unknown',
          class: 'transient',
        });
        await scene.clearFaults();
        await scene.fault({
          service: store.service,
          operation: '*',
          when: 'before',
          effect: 'reset',
          nth: 2,
          times: 40,
        });
        await expect(ledger.write(record('orders', { counter: 2 }), head, 'step')).rejects.toMatchObject({
          code: 'ledger-write-unknown',
        });
        await expect(ledger.read('production')).rejects.toMatchObject({
          code: 'ledger-unreachable',
          class: 'transient',
        });
        await scene.clearFaults();
        expect(await ledger.write(record('orders', { counter: 2 }), head, 'step')).toMatchObject({ landed: true });
      }),
    );

    it.concurrent(
      'gives up a request that takes too long',
      playing(async (scene) => {
        const ledger = await scene.open(url, {}, { timeoutSeconds: 0.2 });
        await scene.fault({
          service: store.service,
          operation: store.get,
          when: 'before',
          effect: 'delay',
          seconds: 60,
          times: 40,
        });
        await expect(ledger.read('production', ['orders'])).rejects.toMatchObject({ code: 'ledger-unreachable' });
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'after',
          effect: 'delay',
          seconds: 60,
          times: 40,
        });
        await expect(ledger.write(record('clicks'), null, 'open')).rejects.toMatchObject({
          code: 'ledger-write-unknown',
        });
      }),
    );

    it.concurrent(
      'keeps a build whose answer was lost, and the first of two',
      playing(async (scene) => {
        const build = (template: string) => ({
          code: 'c',
          values: { template },
          sha256: 'ab',
          commit: null,
          builtAt: '2026-11-22T00:00:00.000Z',
        });
        const ledger = await scene.open(url);
        await scene.fault({ service: store.service, operation: store.put, when: 'after', effect: 'reset' });
        expect(await ledger.writeBuild('orders', build('a'))).toEqual(build('a'));
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'before',
          effect: 'status',
          status: 503,
        });
        expect(await ledger.writeBuild('orders', build('b'))).toEqual(build('a'));
      }),
    );

    it.concurrent(
      'holds up no pen',
      playing(async (scene) => {
        const ledger = await scene.open(url);
        const head = headOf(await ledger.write(record('orders'), null, 'open'));
        const readHead = async () => (await ledger.read('production', ['orders'])).get('orders') ?? null;
        const pen = penOf({ record: record('orders'), head }, ledger, readHead);
        await scene.fault({
          service: store.service,
          operation: store.put,
          when: 'after',
          effect: 'status',
          status: 503,
          times: 20,
        });
        pen.note((now) => ({ ...now, direction: 'undo' }));
        await pen.flush('undo');
        expect((await readHead())?.record).toMatchObject({ direction: 'undo', counter: 2 });
        await scene.clearFaults();
        pen.note((now) => ({ ...now, direction: 'forward' }));
        await pen.flush('forward');
        expect((await ledger.log('production', 'orders', 9)).map(({ message }) => message)).toEqual([
          'forward',
          'undo',
          'open',
        ]);
      }),
    );
  });

  it.concurrent(
    'asks again while the store is at another conditional write of the same object',
    playing(async (scene) => {
      const ledger = await scene.open(url);
      await scene.fault({
        service: store.service,
        operation: store.put,
        when: 'before',
        effect: 'status',
        status: 409,
        times: 2,
      });
      const head = headOf(await ledger.write(record('orders'), null, 'open'));
      const seen = await scene.requests();
      expect(seen.filter((one) => one === `${store.put} 409`)).toHaveLength(2);
      expect(seen.at(-1)).toBe(`${store.put} 200`);
      // Also of the log's copy: a hole would stay for ever.
      await scene.fault({
        service: store.service,
        operation: store.put,
        when: 'before',
        effect: 'status',
        status: 409,
      });
      await ledger.write(record('orders', { counter: 2 }), head, 'step');
      expect(await ledger.log('production', 'orders', 9)).toHaveLength(2);
    }),
  );

  it.concurrent(
    'is refused after a conflict that another won',
    playing(async (scene) => {
      const [mine, other] = [await scene.open(url), await scene.open(url)];
      const theirs = headOf(await other.write(record('orders', { n: 7 }), null, 'open'));
      await scene.fault({
        service: store.service,
        operation: store.put,
        when: 'before',
        effect: 'status',
        status: 409,
      });
      expect(await mine.write(record('orders'), null, 'open')).toMatchObject({ landed: false, now: { head: theirs } });
      expect((await scene.requests()).filter((one) => one.startsWith(`${store.put} 409`))).toHaveLength(1);
    }),
  );

  it.concurrent(
    'takes a refusal of what stands there as no answer',
    playing(async (scene) => {
      const ledger = await scene.open(url);
      const head = headOf(await ledger.write(record('orders'), null, 'open'));
      await scene.fault({
        service: store.service,
        operation: store.put,
        when: 'before',
        effect: 'status',
        status: 412,
        nth: 2,
      });
      await expect(ledger.write(record('orders', { counter: 2 }), head, 'step')).rejects.toMatchObject({
        code: 'ledger-write-unknown',
      });
    }),
  );
});
