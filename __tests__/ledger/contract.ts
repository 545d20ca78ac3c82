import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { LedgerOptions } from '../../src/ledger/options.js';
import type { BuildResult } from '../../src/model/artifact.js';
import type { Raced } from './racer.js';
import { good, headOf, record, World } from './world.js';

/** Where the ledgers of one test are: several can be opened on one place. */
export interface Place {
  readonly url: string;
  readonly cwd: string;
  /** What the ledger needs of the environment, beside what this process has. */
  readonly env?: { readonly [name: string]: string };
}

/** How hard the races are. */
export interface Races {
  readonly processes: number;
  readonly rounds: number;
}

/** What every ledger has to do. `placeOf` makes a fresh place; `world` is ended after each test. */
export function ledgerContract(
  kind: string,
  world: World,
  placeOf: () => Place,
  races: Races = { processes: 10, rounds: 4 },
): void {
  describe(`a ${kind} ledger`, () => {
    const workshop = new World();
    const racer = join(workshop.folder(), 'racer.mjs');
    afterAll(() => workshop.end());
    afterEach(() => world.end());

    function open(place: Place, more: Partial<LedgerOptions> = {}): Promise<Ledger> {
      return world.open(place.url, place.cwd, { env: { ...process.env, ...place.env }, ...more });
    }

    async function pair(): Promise<[Ledger, Ledger]> {
      const place = placeOf();
      return [await open(place), await open(place)];
    }

    it('is empty at first', async () => {
      const [ledger] = await pair();
      expect(await ledger.read('production')).toEqual(new Map());
      expect(await ledger.read('production', ['orders'])).toEqual(new Map());
      expect(await ledger.environments()).toEqual([]);
      expect(await ledger.log('production', 'orders', 5)).toEqual([]);
      expect(await ledger.readBuilds('orders')).toEqual([]);
      expect(ledger.writes).toBe(0);
    });

    it('gives back what was written, to the writer and to others', async () => {
      const [mine, other] = await pair();
      const body = record('orders', { good, goods: [good] });
      const head = headOf(await mine.write(body, null, 'open rollout 1'));
      for (const ledger of [mine, other])
        expect(await ledger.read('production')).toEqual(new Map([['orders', { record: body, head }]]));
      expect(await other.environments()).toEqual(['production']);
      expect(await other.read('staging')).toEqual(new Map());
    });

    it('reads the jobs that are asked for', async () => {
      const [mine, other] = await pair();
      for (const job of ['orders', 'orders-returns', 'clicks']) await mine.write(record(job), null, 'open');
      expect([...(await other.read('production', ['orders', 'missing'])).keys()]).toEqual(['orders']);
      expect([...(await other.read('production', [])).keys()]).toEqual([]);
      expect([...(await other.read('production')).keys()].sort()).toEqual(['clicks', 'orders', 'orders-returns']);
    });

    it('swaps against the head that was read, and against no other', async () => {
      const [mine, other] = await pair();
      const first = headOf(await mine.write(record('orders', { counter: 1 }), null, 'open'));
      const second = record('orders', { counter: 2 });
      const head = headOf(await mine.write(second, first, 'step'));
      const late = await other.write(record('orders', { counter: 2, n: 9 }), first, 'late');
      expect(late).toEqual({ landed: false, now: { record: second, head } });
      expect((await mine.read('production')).get('orders')?.record.n).toBe(1);
    });

    it('takes up a head that another process handed over', async () => {
      const [mine, other] = await pair();
      const head = headOf(await mine.write(record('orders'), null, 'open'));
      expect(await other.write(record('orders', { counter: 2 }), head, 'go on')).toMatchObject({ landed: true });
    });

    it('creates a record once', async () => {
      const [mine, other] = await pair();
      const head = headOf(await mine.write(record('orders'), null, 'open'));
      const again = record('orders', { holder: { name: 'host/2', workflow: null, process: null, nonce: 'nonce-2' } });
      expect(await other.write(again, null, 'open')).toEqual({
        landed: false,
        now: { record: record('orders'), head },
      });
      expect(await mine.write(again, null, 'open')).toMatchObject({ landed: false });
    });

    it('lets one of two writers win that write the very same', async () => {
      const [mine, other] = await pair();
      const swaps = await Promise.all([mine, other].map((ledger) => ledger.write(record('orders'), null, 'open')));
      expect(swaps.map(({ landed }) => landed).sort()).toEqual([false, true]);
    });

    it('refuses a head that never existed', async () => {
      const [mine] = await pair();
      const head = headOf(await mine.write(record('clicks'), null, 'open'));
      expect(await mine.write(record('orders'), head, 'step')).toEqual({ landed: false, now: null });
      expect(await mine.read('production', ['orders'])).toEqual(new Map());
    });

    it('lets one of many writers in one process create or change a record', async () => {
      const [mine, other] = await pair();
      let expected: string | null = null;
      for (const round of [1, 2, 3]) {
        const tries = [mine, other, mine, other, mine].map((ledger, index) =>
          ledger.write(record('orders', { counter: round, n: index + 1 }), expected, `try ${index}`),
        );
        const swaps = await Promise.all(tries);
        const landed = swaps.filter((swap) => swap.landed);
        expect(landed).toHaveLength(1);
        expected = landed[0]?.head ?? null;
        expect((await other.read('production')).get('orders')?.head).toBe(expected);
        for (const swap of swaps) if (!swap.landed) expect(swap.now?.head).toBe(expected);
      }
    });

    it('keeps the log, newest first, in the order of the writes', async () => {
      const [mine, other] = await pair();
      let head: string | null = null;
      for (const counter of [1, 2, 3, 4, 5])
        head = headOf(await mine.write(record('orders', { counter, good }), head, `entry ${counter}`));
      const log = await other.log('production', 'orders', 3);
      expect(log.map(({ message, record: { counter } }) => [message, counter])).toEqual([
        ['entry 5', 5],
        ['entry 4', 4],
        ['entry 3', 3],
      ]);
      expect(log[0]).toMatchObject({ job: 'orders', environment: 'production', record: { good } });
      expect(Math.abs(Date.parse(log[0]?.at ?? '') - Date.now())).toBeLessThan(60_000);
      expect(await other.log('production', 'orders', 50)).toHaveLength(5);
      expect(headOf(await other.write(record('orders', { counter: 6 }), head, 'entry 6'))).not.toBe(head);
      expect((await mine.log('production', 'orders', 1))[0]?.message).toBe('entry 6');
    });

    it('keeps the first build of a code for all environments', async () => {
      const [mine, other] = await pair();
      const of = (code: string, template: string): BuildResult => ({
        code,
        values: { template },
        sha256: 'ab',
        commit: null,
        builtAt: code === 'code-1' ? '2026-11-21T00:00:00.000Z' : '2026-11-22T00:00:00.000Z',
      });
      expect(await mine.writeBuild('orders', of('code-1', 'gs://a'))).toEqual(of('code-1', 'gs://a'));
      expect(await other.writeBuild('orders', of('code-1', 'gs://b'))).toEqual(of('code-1', 'gs://a'));
      expect(await other.writeBuild('orders', of('code-2', 'gs://c'))).toEqual(of('code-2', 'gs://c'));
      expect(await mine.readBuilds('orders')).toEqual([of('code-1', 'gs://a'), of('code-2', 'gs://c')]);
      expect(await mine.readBuilds('clicks')).toEqual([]);
      const racing = await Promise.all(
        [mine, other, mine, other].map((ledger, index) => ledger.writeBuild('clicks', of('same', `gs://${index}`))),
      );
      expect(new Set(racing.map(({ values }) => values['template'])).size).toBe(1);
      expect(await other.environments()).toEqual([]);
    });

    it('never writes the value of a secret', async () => {
      const ledger = await open(placeOf(), { isSecret: (text) => text.includes('canary-7f3a') });
      const target = { headers: { Authorization: 'Bearer canary-7f3a' } };
      const leaking = record('orders', { good: { ...good, target } });
      await expect(ledger.write(leaking, null, 'open')).rejects.toMatchObject({
        code: 'ledger-secret',
        message: expect.stringContaining('good.target.headers.Authorization'),
      });
      await expect(ledger.write(leaking, null, 'open')).rejects.not.toMatchObject({
        message: expect.stringContaining('canary'),
      });
      await expect(ledger.write(record('orders'), null, 'canary-7f3a')).rejects.toMatchObject({
        code: 'ledger-secret',
      });
      const build = {
        code: 'c',
        values: { url: 'https://canary-7f3a@host' },
        sha256: 'ab',
        commit: null,
        builtAt: '2026-11-22T00:00:00.000Z',
      };
      await expect(ledger.writeBuild('orders', build)).rejects.toMatchObject({ code: 'ledger-secret' });
      expect(await ledger.read('production')).toEqual(new Map());
      expect(await ledger.readBuilds('orders')).toEqual([]);
      expect(await ledger.write(record('orders', { good }), null, 'open')).toMatchObject({ landed: true });
    });

    it('refuses records of a newer format and reads on where there is none', async () => {
      const [mine, other] = await pair();
      await mine.write(record('orders', { format: 2 as 1 }), null, 'from the future');
      await mine.write(record('clicks'), null, 'open');
      await expect(other.read('production')).rejects.toMatchObject({
        code: 'ledger-format-newer',
        message: expect.stringContaining('format 2'),
      });
      expect([...(await other.read('production', ['clicks'])).keys()]).toEqual(['clicks']);
    });

    it('refuses names that cannot be refs or files', async () => {
      const [mine] = await pair();
      for (const job of ['../x', 'a/b', '', '-x', 'a.lock', '.x', 'a b']) {
        await expect(mine.write(record(job), null, 'open')).rejects.toMatchObject({ code: 'ledger-bad-name' });
      }
      await expect(mine.write(record('orders', { environment: 'artifacts' }), null, 'open')).rejects.toMatchObject({
        code: 'ledger-bad-name',
      });
    });

    it('proves that it is writable without a write', async () => {
      const [mine, other] = await pair();
      await mine.prove();
      expect(mine.writes).toBe(0);
      expect(await other.environments()).toEqual([]);
      expect(await other.read('production')).toEqual(new Map());
    });

    it('does everything at the same time', async () => {
      const [mine, other] = await pair();
      const build = { code: 'c', values: {}, sha256: 'ab', commit: null, builtAt: '2026-11-22T00:00:00.000Z' };
      const jobs = Array.from({ length: 8 }, (_, index) => `job-${index}`);
      await other.write(record('orders'), null, 'open');
      const all = jobs.flatMap((job) => [
        mine.write(record(job), null, 'open'),
        mine.prove(),
        mine.read('production'),
        mine.writeBuild(job, build),
        mine.log('production', 'orders', 3),
        mine.environments(),
      ]);
      await Promise.all<unknown>(all);
      expect((await other.read('production')).size).toBe(9);
      expect(await other.readBuilds('job-7')).toEqual([build]);
    });

    it('holds 500 records written at once', async () => {
      const [mine, other] = await pair();
      const jobs = Array.from({ length: 500 }, (_, index) => `job-${index}`);
      const swaps = await Promise.all(jobs.map((job) => mine.write(record(job, { good }), null, 'open rollout 1')));
      expect(swaps.every((swap) => swap.landed)).toBe(true);
      expect([...(await other.read('production')).keys()].sort()).toEqual([...jobs].sort());
    });

    describe('raced for by processes', () => {
      beforeAll(() =>
        build({
          entryPoints: [join('__tests__', 'ledger', 'racer.ts')],
          bundle: true,
          platform: 'node',
          format: 'esm',
          outfile: racer,
          banner: {
            js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
          },
          logLevel: 'error',
        }),
      );

      it('gives each round to exactly one of all', async () => {
        const place = placeOf();
        const { processes, rounds } = races;
        const racers = Array.from({ length: processes }, (_, index) =>
          atTheLine(racer, place, rounds, `racer-${index}`),
        );
        await Promise.all(racers.map(({ ready }) => ready));
        for (const { go } of racers) go();
        const results = await Promise.all(racers.map(({ result }) => result()));
        const won = results.flatMap((one) => one.won).sort((x, y) => x - y);
        // Every racer goes on until the record has passed all rounds, so each counter was written once, by one of them.
        const all = Array.from({ length: rounds }, (_, index) => index + 1);
        expect(won).toEqual(all);
        // They did meet.
        expect(results.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(0);
        const ledger = await open(place);
        const log = await ledger.log('production', 'orders', 2 * rounds);
        expect(log.map(({ record: { counter } }) => counter)).toEqual(all.reverse());
      });

      it('is not held up by writers that were killed', async () => {
        const place = placeOf();
        const racers = Array.from({ length: 4 }, (_, index) => atTheLine(racer, place, 100_000, `racer-${index}`));
        await Promise.all(racers.map(({ ready }) => ready));
        const ledger = await open(place);
        for (const { go } of racers) go();
        while (((await ledger.read('production', ['orders'])).get('orders')?.record.counter ?? 0) < 3) {
          if (racers.every(({ child }) => child.exitCode !== null)) throw new Error('the writers ended by themselves');
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        for (const { child } of racers) child.kill('SIGKILL');
        await Promise.all(racers.map(({ ended }) => ended));
        const swaps: boolean[] = [];
        // What a killed writer's git still sends may come first, once for each of them.
        for (let tried = 0; tried <= racers.length && !swaps.some(Boolean); tried += 1) {
          const held = (await ledger.read('production', ['orders'])).get('orders');
          const next = record('orders', { counter: (held?.record.counter ?? 0) + 1, n: 99 });
          swaps.push((await ledger.write(next, held?.head ?? null, 'after')).landed);
        }
        expect(swaps.at(-1)).toBe(true);
        expect((await ledger.log('production', 'orders', 1))[0]?.record.n).toBe(99);
      });
    });
  });
}

/** Starts a racer, which waits at the line for a word on its stdin. */
function atTheLine(script: string, { url, cwd, env }: Place, rounds: number, nonce: string) {
  const child = spawn(process.execPath, [script, url, cwd, String(rounds), nonce], {
    env: { ...process.env, RUNNER_TEMP: cwd, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.startsWith('ready\n')) resolve();
    });
    ended.then(() => reject(new Error(`${nonce} ended before the race: ${err}`)));
  });
  // Its writers may be killed; a word that nobody reads is no failure of the test.
  child.stdin.on('error', () => undefined);
  return {
    child,
    ready,
    ended,
    go: () => child.stdin.write('go\n'),
    async result(): Promise<Raced> {
      if ((await ended) !== 0) throw new Error(err);
      return JSON.parse(out.slice('ready\n'.length)) as Raced;
    },
  };
}
