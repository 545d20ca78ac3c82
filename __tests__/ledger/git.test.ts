import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { type HttpHost, serve } from './http-host.js';
import { git, good, headOf, record, World } from './world.js';

const world = new World();
const hosts: HttpHost[] = [];
afterEach(async () => {
  await world.end();
  for (const host of hosts.splice(0)) await host.end();
});

const ref = 'refs/stream-rollout/production/orders';

function hook(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Every file of a folder with its size and content's first bytes. */
function files(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), `${statSync(path).size} ${readFileSync(path, 'latin1').slice(0, 200)}`];
    }),
  );
}

describe('what stands in the repository', () => {
  it('is a readable history with the rollout and what is deployed', async () => {
    const host = world.host();
    const ledger = await world.open('git:origin', world.checkout(host));
    const head = headOf(
      await ledger.write(record('orders', { good }), null, 'open rollout 1 (in-place-update) of r1-0123456789abcdef'),
    );
    headOf(await ledger.write(record('orders', { good, counter: 2 }), head, 'close rollout 1: succeeded'));
    expect(git(host, 'log', '--format=%an <%ae> %cn <%ce> %s', ref).split('\n')).toEqual([
      'stream-rollout <stream-rollout@localhost> stream-rollout <stream-rollout@localhost> orders: close rollout 1: succeeded',
      'stream-rollout <stream-rollout@localhost> stream-rollout <stream-rollout@localhost> orders: open rollout 1 (in-place-update) of r1-0123456789abcdef',
    ]);
    expect(git(host, 'ls-tree', '--name-only', ref).split('\n')).toEqual(['deployed.json', 'rollout.json']);
    expect(JSON.parse(git(host, 'show', `${ref}:deployed.json`))).toEqual(good);
    expect(JSON.parse(git(host, 'show', `${ref}:rollout.json`))).toMatchObject({ job: 'orders', counter: 2 });
    expect(git(host, 'rev-parse', `${ref}~1`)).toBe(head);
    expect(git(host, 'fsck', '--strict')).toBe('');
    expect(git(host, 'for-each-ref', '--format=%(refname)').split('\n')).toEqual([ref]);
  });

  it('keeps build results under a ref of their own', async () => {
    const host = world.host();
    const ledger = await world.open(`git:${host}`, world.folder());
    await ledger.writeBuild('orders', {
      code: 'abc',
      values: { template: 'gs://t' },
      sha256: 'ab',
      commit: null,
      builtAt: '2026-11-22T00:00:00.000Z',
    });
    expect(git(host, 'for-each-ref', '--format=%(refname)')).toBe('refs/stream-rollout/artifacts/orders');
  });

  it('may have other refs and environments beside it', async () => {
    const host = world.host();
    const ledger = await world.open(`git:${host}`, world.folder());
    const head = headOf(await ledger.write(record('orders'), null, 'open'));
    for (const other of ['production/deep/orders', 'probe', 'odd.name/orders', 'production/.x']) {
      if (!other.includes('/.')) git(host, 'update-ref', `refs/stream-rollout/${other}`, head);
    }
    await ledger.write(record('orders', { environment: 'staging' }), null, 'open');
    expect(await ledger.environments()).toEqual(['production', 'staging']);
    expect([...(await ledger.read('production')).keys()]).toEqual(['orders']);
  });

  it('is refused where somebody else broke it', async () => {
    const host = world.host();
    const checkout = world.checkout(host);
    git(checkout, 'push', '--quiet', 'origin', `HEAD:${ref}`);
    const ledger = await world.open('git:origin', checkout);
    await expect(ledger.read('production')).rejects.toMatchObject({
      code: 'ledger-record-broken',
      message: expect.stringContaining(ref),
    });
  });
});

describe('the checkout', () => {
  it('is left exactly as it was', async () => {
    const host = world.host();
    const checkout = world.checkout(host);
    const before = files(checkout);
    const ledger = await world.open('git:origin', checkout);
    const head = headOf(await ledger.write(record('orders'), null, 'open'));
    await ledger.write(record('orders', { counter: 2 }), head, 'close');
    await (await world.open('git:origin', checkout)).read('production');
    await ledger.log('production', 'orders', 5);
    await ledger.prove();
    expect(files(checkout)).toEqual(before);
  });

  it('may be shallow, bare, a subfolder, or have a relative remote', async () => {
    const host = world.host();
    const origin = world.checkout(host);
    git(origin, 'commit', '--quiet', '--allow-empty', '-m', 'second');
    git(origin, 'push', '--quiet', 'origin', 'HEAD:main');
    const folder = world.folder();
    git(folder, 'clone', '--quiet', '--depth=1', '--branch=main', `file://${host}`, 'shallow');
    git(folder, 'clone', '--quiet', '--bare', host, 'bare.git');
    git(join(folder, 'shallow'), 'remote', 'add', 'sibling', relative(join(folder, 'shallow'), host));
    mkdirSync(join(folder, 'shallow', 'sub'));
    const places = [
      ['git:origin', join(folder, 'shallow')],
      ['git:sibling', join(folder, 'shallow', 'sub')],
      ['git:origin', join(folder, 'bare.git')],
      [`git:${relative(folder, host)}`, folder],
    ] as const;
    for (const [index, [url, cwd]] of places.entries()) {
      const ledger = await world.open(url, cwd);
      expect(await ledger.write(record(`job-${index}`), null, 'open')).toMatchObject({ landed: true });
    }
    expect(git(host, 'for-each-ref', '--format=%(refname)', 'refs/stream-rollout').split('\n')).toHaveLength(4);
    expect(git(join(folder, 'shallow'), 'rev-parse', '--is-shallow-repository')).toBe('true');
  });

  it('hands its hooks and signing rules to nobody', async () => {
    const host = await serve(world.host());
    hosts.push(host);
    const checkout = world.checkout(host.url);
    const trace = join(world.folder(), 'trace');
    const hooks = join(checkout, '.git', 'hooks');
    for (const name of ['pre-push', 'reference-transaction']) hook(hooks, name, `echo ${name} >> ${trace}; exit 1`);
    git(checkout, 'config', 'push.gpgSign', 'true');
    const home = world.folder();
    writeFileSync(
      join(home, '.gitconfig'),
      `[core]\n  hooksPath = ${hooks}\n[push]\n  gpgSign = true\n  pushOption = x\n`,
    );
    const env = { ...process.env, HOME: home, GIT_TRACE: '1' };
    const ledger = await world.open('git:origin', checkout, { env });
    expect(await ledger.write(record('orders'), null, 'open')).toMatchObject({ landed: true });
    expect((await ledger.read('production')).size).toBe(1);
    expect(() => readFileSync(trace)).toThrow();
  });

  it('is found although the environment points git elsewhere', async () => {
    const host = world.host();
    const checkout = world.checkout(host);
    const env = {
      ...process.env,
      GIT_DIR: join(checkout, '.git'),
      GIT_INDEX_FILE: join(checkout, 'index'),
      GIT_OBJECT_DIRECTORY: join(checkout, '.git', 'objects'),
    };
    const ledger = await world.open('git:origin', world.folder(), { env });
    expect(await ledger.write(record('orders'), null, 'open')).toMatchObject({ landed: true });
    expect(git(checkout, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  });

  it('is told from a missing one', async () => {
    const folder = world.folder();
    await expect(world.open('git:origin', folder)).rejects.toMatchObject({
      code: 'ledger-remote-missing',
      message: expect.stringContaining('not a git checkout'),
    });
    const checkout = world.checkout(join(folder, 'nowhere.git'));
    await expect(world.open('git:upstream', checkout)).rejects.toMatchObject({
      code: 'ledger-remote-missing',
      message: expect.stringContaining('upstream'),
    });
    const ledger = await world.open('git:origin', checkout);
    await expect(ledger.prove()).rejects.toMatchObject({ code: 'ledger-remote-missing' });
    await expect(ledger.read('production')).rejects.toMatchObject({ code: 'ledger-remote-missing' });
    await expect(ledger.write(record('orders'), null, 'open')).rejects.toMatchObject({ code: 'ledger-remote-missing' });
  });

  it('may use SHA-256 objects', async () => {
    const folder = world.folder();
    git(folder, 'init', '--quiet', '--bare', '--object-format=sha256', 'host.git');
    git(folder, 'init', '--quiet', '--object-format=sha256', 'checkout');
    git(join(folder, 'checkout'), 'remote', 'add', 'origin', join(folder, 'host.git'));
    const ledger = await world.open('git:origin', join(folder, 'checkout'));
    const head = headOf(await ledger.write(record('orders'), null, 'open'));
    expect(head).toHaveLength(64);
    expect((await ledger.read('production')).get('orders')?.head).toBe(head);
  });
});

describe('writers outside', () => {
  async function opened(): Promise<{ host: string; ledger: Ledger; heads: [string, string] }> {
    const host = world.host();
    const ledger = await world.open(`git:${host}`, world.folder());
    const first = headOf(await ledger.write(record('orders'), null, 'open'));
    const second = headOf(await ledger.write(record('orders', { counter: 2 }), first, 'step'));
    return { host, ledger, heads: [first, second] };
  }

  it('who rewind the ref win', async () => {
    const { host, ledger, heads } = await opened();
    git(host, 'update-ref', ref, heads[0]);
    expect(await ledger.write(record('orders', { counter: 3 }), heads[1], 'step')).toMatchObject({
      landed: false,
      now: { head: heads[0] },
    });
  });

  it('who delete the ref win, and the record can be put back', async () => {
    const { host, ledger, heads } = await opened();
    git(host, 'update-ref', '-d', ref);
    expect(await ledger.read('production')).toEqual(new Map());
    expect(await ledger.write(record('orders', { counter: 3 }), heads[1], 'step')).toEqual({
      landed: false,
      now: null,
    });
    expect(await ledger.write(record('orders', { counter: 3 }), null, 'put back')).toMatchObject({ landed: true });
  });

  it('who push an unrelated history win', async () => {
    const { host, ledger, heads } = await opened();
    const other = await world.open(`git:${world.host()}`, world.folder());
    const foreign = record('orders', { n: 7 });
    await other.write(foreign, null, 'open');
    git(host, 'fetch', '--quiet', other.url.slice(4), `+${ref}:${ref}`);
    expect(await ledger.write(record('orders', { counter: 3 }), heads[1], 'step')).toMatchObject({
      landed: false,
      now: { record: foreign },
    });
  });
});

describe('a host with rules', () => {
  it('refuses a push with its own words, once and for all refs', async () => {
    const host = world.host();
    hook(join(host, 'hooks'), 'pre-receive', 'echo "no ledgers here" >&2; exit 1');
    const ledger = await world.open(`git:${host}`, world.folder());
    await expect(ledger.write(record('orders'), null, 'open')).rejects.toMatchObject({
      code: 'ledger-write-refused',
      message: expect.stringContaining('pre-receive hook declined; it said: no ledgers here'),
    });
    expect(ledger.writes).toBe(1);
    expect(await ledger.read('production')).toEqual(new Map());
  });

  it('refuses one ref and takes the others of the same push', async () => {
    const host = world.host();
    hook(join(host, 'hooks'), 'update', 'case "$1" in */orders) exit 1;; esac');
    const ledger = await world.open(`git:${host}`, world.folder());
    const jobs = ['clicks', 'orders', 'sessions'];
    const swaps = await Promise.allSettled(jobs.map((job) => ledger.write(record(job), null, 'open')));
    expect(swaps.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(swaps[1]).toMatchObject({ reason: { code: 'ledger-write-refused', message: expect.stringContaining(ref) } });
    expect([...(await ledger.read('production')).keys()].sort()).toEqual(['clicks', 'sessions']);
    expect(ledger.writes).toBe(1);
  });
});

describe('pushes', () => {
  it('are shared by the writes of a moment and of the push before', async () => {
    const ledger = await world.open(`git:${world.host()}`, world.folder());
    const jobs = Array.from({ length: 500 }, (_, index) => `job-${index}`);
    const opened = await Promise.all(jobs.map((job) => ledger.write(record(job), null, 'open')));
    expect(ledger.writes).toBe(1);
    const heads = opened.map(headOf);
    await Promise.all(
      jobs.map((job, index) => ledger.write(record(job, { counter: 2 }), heads[index] ?? null, 'close')),
    );
    expect(ledger.writes).toBe(2);
  });

  it('take up what came while one was in flight', async () => {
    const host = world.host();
    hook(join(host, 'hooks'), 'pre-receive', 'sleep 0.3');
    const ledger = await world.open(`git:${host}`, world.folder());
    const writes = [];
    for (let index = 0; index < 30; index += 1) {
      writes.push(ledger.write(record(`job-${index}`), null, 'open'));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const swaps = await Promise.all(writes);
    expect(swaps.every((swap) => swap.landed)).toBe(true);
    expect(ledger.writes).toBeLessThan(8);
  });

  it('of which one is stale do not keep the others back', async () => {
    const host = world.host();
    const [mine, other] = [
      await world.open(`git:${host}`, world.folder()),
      await world.open(`git:${host}`, world.folder()),
    ];
    await other.write(record('orders', { n: 5 }), null, 'open');
    const swaps = await Promise.all(
      ['clicks', 'orders', 'sessions'].map((job) => mine.write(record(job), null, 'open')),
    );
    expect(swaps.map((swap) => swap.landed)).toEqual([true, false, true]);
    expect(swaps[1]).toMatchObject({ now: { record: { n: 5 } } });
  });
});

describe('over HTTP', () => {
  async function online(): Promise<{ host: HttpHost; repository: string; checkout: string }> {
    const repository = world.host();
    const host = await serve(repository);
    hosts.push(host);
    return { host, repository, checkout: world.checkout(host.url) };
  }

  it('reads with one listing and one fetch, and heads with a listing alone', async () => {
    const { host, checkout } = await online();
    const writer = await world.open('git:origin', checkout);
    await Promise.all(['orders', 'clicks'].map((job) => writer.write(record(job), null, 'open')));
    const reader = await world.open('git:origin', checkout);
    const seen = host.requests.length;
    await reader.read('production');
    // Each conversation begins with a question about what there is; a listing is one request more, a fetch one or two.
    const conversations = host.requests.slice(seen).filter((request) => request === 'fetch?');
    expect(conversations).toHaveLength(2);
    const after = host.requests.length;
    await reader.read('production', ['orders']);
    expect(host.requests.slice(after)).toEqual(['fetch?', 'fetch']);
  });

  it('uses the credentials of the checkout and says what is missing without them', async () => {
    const { host, checkout } = await online();
    host.authorization = 'Basic Y2FuYXJ5';
    const without = await world.open('git:origin', checkout);
    const refusal = { code: 'ledger-no-credentials', next: expect.stringContaining('contents: write') };
    await expect(without.prove()).rejects.toMatchObject(refusal);
    await expect(without.read('production')).rejects.toMatchObject(refusal);
    await expect(without.write(record('orders'), null, 'open')).rejects.toMatchObject(refusal);
    // As a checkout action keeps them: in a file of its own that the checkout's settings include by its folder.
    const kept = join(world.folder(), 'credentials.config');
    git(
      checkout,
      'config',
      '--file',
      kept,
      `http.${new URL(host.url).origin}/.extraheader`,
      'AUTHORIZATION: basic Y2FuYXJ5',
    );
    git(checkout, 'config', `includeIf.gitdir:${join(checkout, '.git')}.path`, kept);
    host.authorization = 'basic Y2FuYXJ5';
    const ledger = await world.open('git:origin', checkout);
    await ledger.prove();
    expect(await ledger.write(record('orders'), null, 'open')).toMatchObject({ landed: true });
    expect((await ledger.read('production')).size).toBe(1);
  });

  it('names the permission where only reading is allowed', async () => {
    const { host, checkout } = await online();
    host.fate = (request) => (request.startsWith('push') ? 'forbid' : 'pass');
    const ledger = await world.open('git:origin', checkout);
    expect(await ledger.read('production')).toEqual(new Map());
    const refusal = { code: 'ledger-not-writable', next: expect.stringContaining('contents: write') };
    await expect(ledger.prove()).rejects.toMatchObject(refusal);
    await expect(ledger.write(record('orders'), null, 'open')).rejects.toMatchObject(refusal);
  });

  it('knows its own write again after a lost answer', async () => {
    const { host, repository, checkout } = await online();
    const ledger = await world.open('git:origin', checkout);
    let pushes = 0;
    host.fate = (request) => (request === 'push' && ++pushes === 1 ? 'drop-after' : 'pass');
    const head = headOf(await ledger.write(record('orders'), null, 'open'));
    expect(pushes).toBeGreaterThan(0);
    expect(git(repository, 'rev-list', ref)).toBe(head);
    expect(headOf(await ledger.write(record('orders', { counter: 2 }), head, 'close'))).not.toBe(head);
    expect(git(repository, 'rev-list', '--count', ref)).toBe('2');
  });

  it('sends the same commit again if the first try never arrived', async () => {
    const { host, repository, checkout } = await online();
    const ledger = await world.open('git:origin', checkout);
    let pushes = 0;
    host.fate = (request) => (request === 'push' && ++pushes === 1 ? 'drop-before' : 'pass');
    const head = headOf(await ledger.write(record('orders'), null, 'open'));
    expect(git(repository, 'rev-list', ref)).toBe(head);
    expect(pushes).toBeGreaterThan(1);
  });

  it('tells another’s write from its own after a lost answer', async () => {
    const { host, repository, checkout } = await online();
    const [mine, other] = [await world.open('git:origin', checkout), await world.open(`git:${repository}`, checkout)];
    let lost = false;
    host.fate = (request) => {
      if (request !== 'push' || lost) return 'pass';
      lost = true;
      return 'drop-before';
    };
    const trying = mine.write(record('orders', { n: 1 }), null, 'open');
    while (!lost) await new Promise((resolve) => setTimeout(resolve, 1));
    await other.write(record('orders', { n: 2 }), null, 'open');
    const [swap, stands] = [await trying, (await other.read('production')).get('orders')];
    // Whoever was first: exactly one of them stands there, and both know which.
    expect(swap.landed ? swap.head : swap.now?.head).toBe(stands?.head);
    expect(git(repository, 'rev-list', '--count', ref)).toBe('1');
  });

  it('does not claim to know what became of a write if nothing answers', async () => {
    const { host, checkout } = await online();
    const ledger = await world.open('git:origin', checkout);
    host.fate = () => 'unavailable';
    await expect(ledger.write(record('orders'), null, 'open')).rejects.toMatchObject({
      code: 'ledger-write-unknown',
      class: 'transient',
    });
    await expect(ledger.read('production')).rejects.toMatchObject({ code: 'ledger-unreachable', class: 'transient' });
    host.fate = () => 'pass';
    expect(await ledger.write(record('orders'), null, 'open')).toMatchObject({ landed: true });
  });

  it('reads again after a failure that passes', async () => {
    const { host, checkout } = await online();
    const ledger = await world.open('git:origin', checkout);
    await ledger.write(record('orders'), null, 'open');
    let failed = false;
    host.fate = () => {
      if (failed) return 'pass';
      failed = true;
      return 'unavailable';
    };
    expect((await ledger.read('production')).size).toBe(1);
  });

  it('ends git and what git started when the process has to end', async () => {
    const { host, checkout } = await online();
    const abort = new AbortController();
    const ledger = await world.open('git:origin', checkout, { signal: abort.signal });
    host.fate = () => 'hang';
    const reading = ledger.read('production');
    while (host.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(processesNaming(host.url)).not.toEqual([]);
    abort.abort();
    await expect(reading).rejects.toMatchObject({
      code: 'ledger-unreachable',
      message: expect.stringContaining('cancelled'),
    });
    expect(processesNaming(host.url)).toEqual([]);
    const seen = host.requests.length;
    await expect(ledger.read('production')).rejects.toMatchObject({ code: 'ledger-unreachable' });
    expect(host.requests).toHaveLength(seen);
  });

  it('gives up a command that takes too long', async () => {
    const { host, checkout } = await online();
    const ledger = await world.open('git:origin', checkout, { timeoutSeconds: 1 });
    host.fate = () => 'hang';
    await expect(ledger.read('production')).rejects.toMatchObject({
      code: 'ledger-unreachable',
      message: expect.stringContaining('too long'),
    });
    expect(processesNaming(host.url)).toEqual([]);
  });

  it('shows no password of its address', async () => {
    const { host, checkout } = await online();
    const address = host.url.replace('http://', 'http://user:canary-5b1e@');
    host.fate = () => 'forbid';
    const ledger = await world.open(`git:${address}`, checkout);
    expect(ledger.url).not.toContain('canary');
    await expect(ledger.prove()).rejects.not.toMatchObject({ message: expect.stringContaining('canary') });
    await expect(ledger.prove()).rejects.toMatchObject({ code: 'ledger-not-writable' });
  });
});

/** Command lines of running processes that name an address. */
function processesNaming(address: string): string[] {
  const all = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return all.split('\n').filter((line) => line.includes(address) && line.includes('git'));
}
