import { afterAll, describe, expect, it } from '@jest/globals';
import { type BaseEvent, baseRequest, resolveBase } from '../../src/changes/base.js';
import { openRepository } from '../../src/changes/repository.js';
import { cloneOf, env, newRepo, removeTemporaries } from './repo.js';

afterAll(removeTemporaries);

const none: BaseEvent = { name: null, before: null, baseSha: null, headSha: null, attempt: 1 };
const [before, base, ledger] = ['b', 'a', '1'].map((digit) => digit.repeat(40)) as [string, string, string];
const zero = '0'.repeat(40);

describe('where a change is explained from', () => {
  it.each<
    [string, Partial<BaseEvent> | null, { input?: string; ledger?: string | null; parent?: string }, readonly string[]]
  >([
    ['a push', { name: 'push', before }, {}, [`push ${before}`, `ledger ${ledger}`]],
    ['the first push of a branch', { name: 'push', before: zero }, {}, [`ledger ${ledger}`]],
    ['the first push of a branch, under SHA-256', { name: 'push', before: '0'.repeat(64) }, {}, [`ledger ${ledger}`]],
    ['the very first push', { name: 'push', before: zero }, { ledger: null }, []],
    ['a rerun of a push', { name: 'push', before, attempt: 2 }, {}, [`ledger ${ledger}`, `push ${before}`]],
    [
      'a pull request',
      { name: 'pull_request', baseSha: base, before },
      {},
      [`pull-request ${base}`, `ledger ${ledger}`],
    ],
    [
      'a rerun of a pull request',
      { name: 'pull_request', baseSha: base, attempt: 3 },
      {},
      [`pull-request ${base}`, `ledger ${ledger}`],
    ],
    ['a merge queue', { name: 'merge_group', baseSha: base }, {}, [`merge-group ${base}`, `ledger ${ledger}`]],
    ['a dispatch', { name: 'workflow_dispatch', before }, {}, [`ledger ${ledger}`]],
    ['a schedule', { name: 'schedule' }, {}, [`ledger ${ledger}`]],
    ['the command line', null, {}, [`ledger ${ledger}`]],
    ['an event file that was not readable', { name: 'push' }, { ledger: null }, []],
    ['the command line, by the parent', null, { ledger: null, parent: before }, [`parent ${before}`]],
    [
      'the command line, by the ledger before the parent',
      null,
      { parent: before },
      [`ledger ${ledger}`, `parent ${before}`],
    ],
    ['the input', { name: 'push', before }, { input: 'main' }, ['input main']],
    ['an empty input', { name: 'push', before }, { input: '' }, [`push ${before}`, `ledger ${ledger}`]],
  ])('%s', (_, event, given, wanted) => {
    const request = baseRequest(event && { ...none, ...event }, {
      input: given.input ?? null,
      ledger: given.ledger === undefined ? ledger : given.ledger,
      parent: given.parent ?? null,
    });
    expect(request.candidates.map(({ how, commit }) => `${how} ${commit}`)).toEqual(wanted);
  });
});

describe('the base that is found', () => {
  it('is the first that can be read', async () => {
    const repo = newRepo();
    const old = repo.commit({ a: '1' });
    const head = repo.commit({ a: '2' });
    const repository = await openRepository({ directory: repo.path, env });
    const request = {
      candidates: [{ how: 'push', commit: before } as const, { how: 'ledger', commit: old } as const],
      pullHead: null,
    };
    expect(await resolveBase(repository, request, head)).toEqual({ how: 'ledger', commit: old });
  });

  it('is unknown, and never the head, where none can be read', async () => {
    const repo = newRepo();
    const head = repo.commit({ a: '1' });
    const repository = await openRepository({ directory: repo.path, env });
    expect(
      await resolveBase(repository, { candidates: [{ how: 'push', commit: before }], pullHead: null }, head),
    ).toEqual({ how: 'unknown', commit: null });
    expect(await resolveBase(repository, { candidates: [], pullHead: null }, head)).toEqual({
      how: 'unknown',
      commit: null,
    });
  });

  it('is the first parent of the merge that a pull request checks out, also in a shallow clone', async () => {
    const origin = newRepo();
    const stale = origin.commit({ a: '1' });
    origin.git('checkout', '-q', '-b', 'topic');
    const topic = origin.commit({ b: '1' });
    origin.git('checkout', '-q', 'main');
    const main = origin.commit({ c: '1' });
    origin.git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
    const repository = await openRepository({ directory: cloneOf(origin, '--depth=1').path, env });
    const request = { candidates: [{ how: 'pull-request', commit: stale } as const], pullHead: topic };
    expect(await resolveBase(repository, request, repository.head)).toEqual({ how: 'pull-request', commit: main });
    // A merge commit of the user's own is not GitHub's.
    expect(await resolveBase(repository, { ...request, pullHead: main }, repository.head)).toEqual({
      how: 'pull-request',
      commit: stale,
    });
  });

  it("is the merge base where a pull request's own head is checked out, and the event's base where history was cut", async () => {
    const origin = newRepo();
    const fork = origin.commit({ a: '1' });
    origin.git('checkout', '-q', '-b', 'topic');
    const topic = origin.commit({ b: '1' });
    origin.git('checkout', '-q', 'main');
    const main = origin.commit({ c: '1' });
    const request = { candidates: [{ how: 'pull-request', commit: main } as const], pullHead: topic };
    const full = await openRepository({ directory: cloneOf(origin, '-b', 'topic').path, env });
    expect(await resolveBase(full, request, topic)).toEqual({ how: 'pull-request', commit: fork });
    const cut = await openRepository({ directory: cloneOf(origin, '-b', 'topic', '--depth=1').path, env });
    expect(await resolveBase(cut, request, topic)).toEqual({ how: 'pull-request', commit: main });
  });

  it('can be given as a branch, and a wrong one is an error', async () => {
    const origin = newRepo();
    const main = origin.commit({ a: '1' });
    origin.git('checkout', '-q', '-b', 'topic');
    const head = origin.commit({ b: '1' });
    const repository = await openRepository({ directory: cloneOf(origin, '-b', 'topic').path, env });
    const given = (commit: string) => ({ candidates: [{ how: 'input', commit } as const], pullHead: null });
    expect(await resolveBase(repository, given('main'), head)).toEqual({ how: 'input', commit: main });
    await expect(resolveBase(repository, given('no-such'), head)).rejects.toMatchObject({
      code: 'base-not-found',
      class: 'input',
    });
    await expect(resolveBase(repository, given('--all'), head)).rejects.toMatchObject({ code: 'base-not-found' });
  });
});
