import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { gitIn } from '../../src/changes/git.js';
import { isAncestor } from '../../src/changes/relation.js';
import type { TreeSource } from '../../src/changes/remote.js';
import { openRepository } from '../../src/changes/repository.js';
import type { Tree } from '../../src/changes/tree.js';
import { cloneOf, env, newRepo, type Repo, removeTemporaries, temporary } from './repo.js';

afterAll(removeTemporaries);

function pathsOf(tree: Tree | null): string[] | null {
  return tree && Array.from({ length: tree.size }, (_, i) => tree.path(i));
}

/** The API of a git host, answered from a repository on disk. */
function hostOf(repo: Repo, truncated = false): TreeSource & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async readTree(commit) {
      asked.push(commit);
      const lines = repo.git('ls-tree', '-r', '-t', commit).split('\n');
      const entries = lines.map((line) => {
        const [, mode = '', type = '', sha = '', path = ''] = /^(\d+) (\w+) (\w+)\t(.*)$/.exec(line) ?? [];
        return { mode, type, sha, path };
      });
      return { entries, truncated };
    },
    async readBlob(oid) {
      return Buffer.from(repo.git('cat-file', 'blob', oid));
    },
    async compare(base, head) {
      const [ahead, behind] = repo
        .git('rev-list', '--left-right', '--count', `${head}...${base}`)
        .split('\t')
        .map(Number) as [number, number];
      if (ahead === 0 && behind === 0) return 'identical';
      return behind === 0 ? 'ahead' : ahead === 0 ? 'behind' : 'diverged';
    },
  };
}

describe('a repository', () => {
  it('is found from a folder inside it, with its head', async () => {
    const repo = newRepo();
    const head = repo.commit({ 'jobs/a.py': '1' });
    const repository = await openRepository({ directory: join(repo.path, 'jobs'), env });
    expect(repository).toMatchObject({ root: repo.path, head, shallow: false });
    expect(pathsOf(await repository.tree(head))).toEqual(['jobs/a.py']);
  });

  it('lists an empty commit', async () => {
    const repo = newRepo();
    repo.commit();
    const repository = await openRepository({ directory: repo.path, env });
    expect(pathsOf(await repository.tree(repository.head))).toEqual([]);
  });

  it('works with SHA-256 ids', async () => {
    const repo = newRepo('--object-format=sha256');
    const first = repo.commit({ a: '1', b: '1' });
    const second = repo.commit({ b: '2' });
    const repository = await openRepository({ directory: repo.path, env });
    expect(repository.head).toHaveLength(64);
    expect(pathsOf(await repository.tree(first))).toEqual(['a', 'b']);
    expect((await repository.diff(first, second))?.map((change) => change.path)).toEqual(['b']);
    expect(await repository.relation(first, second)).toBe('ancestor');
    // A stamp holds 40 characters of an id.
    expect(await repository.commit(first.slice(0, 40))).toBe(first);
  });

  it('gives files and blobs of any commit as bytes', async () => {
    const repo = newRepo();
    const bytes = Buffer.from([0, 255, 10, 13, 0, 128]);
    const first = repo.commit({ 'odd\nname': bytes, other: 'text\n' });
    repo.commit({ 'odd\nname': null });
    const repository = await openRepository({ directory: repo.path, env });
    expect(await repository.file(first, 'odd\nname')).toEqual(bytes);
    expect(await repository.file(repository.head, 'odd\nname')).toBeNull();
    const tree = (await repository.tree(first)) as Tree;
    const blobs = await repository.blobs([tree.oid(0), tree.oid(1), tree.oid(0)]);
    expect([...blobs.values()].map((blob) => Buffer.from(blob))).toEqual([bytes, Buffer.from('text\n')]);
    await expect(repository.blobs(['1'.repeat(40)])).rejects.toMatchObject({ code: 'git-object-missing' });
  });

  it('is not misled by settings and variables of the user', async () => {
    const repo = newRepo();
    const first = repo.commit({ 'old/häßlich': 'a\nb\nc\n', keep: '1' });
    const second = repo.commit({ 'old/häßlich': null, 'new/häßlich': 'a\nb\nc\n' });
    for (const [key, value] of [
      ['diff.renames', 'copies'],
      ['core.quotePath', 'true'],
      ['diff.noprefix', 'true'],
      ['color.ui', 'always'],
      ['diff.ignoreSubmodules', 'all'],
      ['core.fsmonitor', 'false; exit 1'],
    ]) {
      repo.git('config', key as string, value as string);
    }
    const elsewhere = newRepo();
    elsewhere.commit({ wrong: '1' });
    const hostile = {
      ...env,
      GIT_DIR: join(elsewhere.path, '.git'),
      GIT_WORK_TREE: elsewhere.path,
      GIT_INDEX_FILE: '/nonexistent/index',
      GIT_TRACE: '2',
      GIT_EXTERNAL_DIFF: 'false',
      LC_ALL: 'de_DE.UTF-8',
    };
    const repository = await openRepository({ directory: repo.path, env: hostile });
    expect(repository.root).toBe(repo.path);
    expect((await repository.diff(first, second))?.map((change) => change.path)).toEqual([
      'new/häßlich',
      'old/häßlich',
    ]);
    expect(await repository.workTreeChanges()).toEqual([]);
  });

  it('is not misled by replaced objects', async () => {
    const repo = newRepo();
    const first = repo.commit({ a: '1' });
    const second = repo.commit({ b: '1' });
    repo.git('replace', second, first);
    const repository = await openRepository({ directory: repo.path, env });
    expect(pathsOf(await repository.tree(second))).toEqual(['a', 'b']);
  });

  it('tells what is not committed', async () => {
    const repo = newRepo();
    repo.commit({ a: '1', 'b b': '1', c: '1', 'ü\n': '1' });
    repo.write({ a: '2', c: null, 'ü\n': '2', untracked: '1' });
    writeFileSync(join(repo.path, 'b b'), '2');
    repo.git('add', 'b b');
    const repository = await openRepository({ directory: repo.path, env });
    expect([...(await repository.workTreeChanges())].sort()).toEqual(['a', 'b b', 'c', 'ü\n']);
  });
});

describe('what git refuses', () => {
  it('a folder that is no repository', async () => {
    await expect(openRepository({ directory: temporary(), env })).rejects.toMatchObject({
      code: 'not-a-repository',
      class: 'input',
    });
  });

  it('a repository without a commit', async () => {
    await expect(openRepository({ directory: newRepo().path, env })).rejects.toMatchObject({
      code: 'not-a-repository',
      message: expect.stringMatching(/ is a git repository without a commit\.$/),
      next: expect.stringContaining('commit the manifest and the code first'),
    });
  });

  it('a bare repository', async () => {
    const repo = newRepo();
    repo.commit({ a: '1' });
    const bare = cloneOf(repo, '--bare');
    await expect(openRepository({ directory: bare.path, env })).rejects.toMatchObject({
      code: 'not-a-repository',
      message: expect.stringContaining('bare'),
    });
  });

  it('a directory of another user, with the command that allows it', async () => {
    const repo = newRepo();
    repo.commit({ a: '1' });
    const opened = openRepository({ directory: repo.path, env: { ...env, GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' } });
    await expect(opened).rejects.toMatchObject({
      code: 'git-dubious-ownership',
      next: `git config --global --add safe.directory '${repo.path}'`,
    });
  });
});

describe('a shallow clone', () => {
  it('fetches the base by its id alone, and moves no ref', async () => {
    const origin = newRepo();
    const base = origin.commit({ a: '1', b: '1' });
    const head = origin.commit({ b: '2' });
    origin.git('tag', 'release');
    const clone = cloneOf(origin, '--depth=1', '--no-tags');
    const refs = clone.git('for-each-ref');
    const repository = await openRepository({ directory: clone.path, env });
    expect(repository.shallow).toBe(true);
    expect((await repository.diff(base, head))?.map((change) => change.path)).toEqual(['b']);
    expect(pathsOf(await repository.tree(base))).toEqual(['a', 'b']);
    expect(clone.git('for-each-ref')).toBe(refs);
  });

  it('reaches a commit that a forced push left behind', async () => {
    const origin = newRepo();
    origin.commit({ a: '1' });
    const before = origin.commit({ a: '2' });
    origin.git('reset', '-q', '--hard', 'HEAD~1');
    const head = origin.commit({ a: '3', c: '1' });
    const clone = cloneOf(origin, '--depth=1');
    const repository = await openRepository({ directory: clone.path, env });
    expect((await repository.diff(before, head))?.map((change) => change.path)).toEqual(['a', 'c']);
  });

  it('does not make a full clone shallow', async () => {
    const origin = newRepo();
    origin.commit({ a: '1' });
    const before = origin.commit({ a: '2' });
    origin.git('reset', '-q', '--hard', 'HEAD~1');
    origin.commit({ a: '3' });
    const clone = cloneOf(origin, '--single-branch');
    const repository = await openRepository({ directory: clone.path, env });
    expect(await repository.commit(before)).toBe(before);
    expect(clone.git('rev-parse', '--is-shallow-repository')).toBe('false');
  });

  it('reads the base by the API where it cannot be fetched', async () => {
    const origin = newRepo();
    const base = origin.commit({ a: '1', 'dir/b': '1' });
    const head = origin.commit({ 'dir/b': '2', c: '1' });
    const clone = cloneOf(origin, '--depth=1');
    clone.git('remote', 'set-url', 'origin', '/nonexistent');
    const source = hostOf(origin);
    const repository = await openRepository({ directory: clone.path, env, source });
    expect(await repository.commit(base)).toBeNull();
    expect((await repository.diff(base, head))?.map((change) => change.path)).toEqual(['c', 'dir/b']);
    expect(Buffer.from((await repository.file(base, 'dir/b')) ?? []).toString()).toBe('1');
    expect(source.asked).toEqual([base]);
  });

  it('takes no cut answer of the API for a tree', async () => {
    const origin = newRepo();
    const base = origin.commit({ a: '1' });
    const head = origin.commit({ a: '2' });
    const clone = cloneOf(origin, '--depth=1');
    clone.git('remote', 'remove', 'origin');
    const repository = await openRepository({ directory: clone.path, env, source: hostOf(origin, true) });
    expect(await repository.tree(base)).toBeNull();
    expect(await repository.diff(base, head)).toBeNull();
    expect(await repository.file(base, 'a')).toBeNull();
  });

  it('knows the parents of a merge that history was cut at', async () => {
    const origin = newRepo();
    origin.commit({ a: '1' });
    origin.git('checkout', '-q', '-b', 'topic');
    const topic = origin.commit({ b: '1' });
    origin.git('checkout', '-q', 'main');
    const main = origin.commit({ c: '1' });
    origin.git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
    const repository = await openRepository({ directory: cloneOf(origin, '--depth=1').path, env });
    expect(await repository.parents(repository.head)).toEqual([main, topic]);
  });
});

describe('the relation of two commits', () => {
  function history() {
    const origin = newRepo();
    const root = origin.commit({ a: '1' });
    const old = origin.commit({ a: '2' });
    const now = origin.commit({ a: '3' });
    origin.git('checkout', '-q', '-b', 'side', root);
    const side = origin.commit({ b: '1' });
    origin.git('checkout', '-q', 'main');
    return { origin, root, old, now, side };
  }

  it('is told by the whole history', async () => {
    const { origin, root, old, now, side } = history();
    const repository = await openRepository({ directory: origin.path, env });
    expect(await repository.relation(now, now)).toBe('same');
    expect(await repository.relation(old, now)).toBe('ancestor');
    expect(await repository.relation(now, old)).toBe('descendant');
    expect(await repository.relation(side, now)).toBe('diverged');
    expect(await repository.relation('1'.repeat(40), now)).toBe('unknown');
    expect(await repository.mergeBase(side, now)).toBe(root);
  });

  it('is unknown where history was cut, and never "diverged"', async () => {
    const { origin, old, now } = history();
    const clone = cloneOf(origin, '--depth=1');
    const repository = await openRepository({ directory: clone.path, env });
    expect(await repository.commit(old)).toBe(old);
    expect(await repository.relation(old, now)).toBe('unknown');
    const git = gitIn(clone.path, env);
    expect(await isAncestor(git, old, now, true)).toBe('unknown');
    expect(await isAncestor(git, now, now, true)).toBe('yes');
  });

  it('is told by the git host then', async () => {
    const { origin, old, now, side } = history();
    const repository = await openRepository({
      directory: cloneOf(origin, '--depth=1').path,
      env,
      source: hostOf(origin),
    });
    expect(await repository.relation(old, now)).toBe('ancestor');
    expect(await repository.relation(now, old)).toBe('descendant');
    expect(await repository.relation(side, now)).toBe('diverged');
  });
});

describe('a revision that a person writes', () => {
  it('can be a branch or a tag, also one that only the remote has', async () => {
    const origin = newRepo();
    const first = origin.commit({ a: '1' });
    origin.git('tag', 'v1');
    origin.git('branch', 'release/1.x');
    origin.commit({ a: '2' });
    const repository = await openRepository({ directory: cloneOf(origin, '--depth=1', '--no-tags').path, env });
    expect(await repository.commit('v1')).toBe(first);
    expect(await repository.commit('release/1.x')).toBe(first);
    expect(await repository.commit('no-such-branch')).toBeNull();
  });

  it.each(['--upload-pack=touch /tmp/x', '-x', 'a:b', '+main', 'main..other', ' ', ''])(
    'is refused: %j',
    async (text) => {
      const repo = newRepo();
      repo.commit({ a: '1' });
      const repository = await openRepository({ directory: cloneOf(repo).path, env });
      expect(await repository.commit(text)).toBeNull();
    },
  );
});
