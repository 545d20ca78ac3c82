import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { diffTrees, type Side, type TreeChange, treeBefore, treeOfChanges } from '../../src/changes/diff.js';
import { openRepository } from '../../src/changes/repository.js';
import type { Tree, TreeEntry } from '../../src/changes/tree.js';
import { treeBuilder, treeOf } from '../../src/changes/tree-builder.js';
import { env, newRepo, removeTemporaries } from './repo.js';

afterAll(removeTemporaries);

const segment = fc.constantFrom(
  'a',
  'b',
  'a.b',
  'a-b',
  'é',
  '𝄞',
  '\uffee',
  'x y',
  '"q"',
  'tab\there',
  'line\nend',
  '*',
  'z',
);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
/** Paths of one tree: none is a folder of another. */
const paths = fc
  .uniqueArray(path, { maxLength: 30 })
  .map((all) => all.filter((one) => !all.some((other) => other !== one && other.startsWith(`${one}/`))));
const oid = fc.constantFrom('1', '2', '3').map((digit) => digit.repeat(40));
const mode = fc.constantFrom('100644', '100755', '120000', '160000');
const entries: fc.Arbitrary<TreeEntry[]> = paths.chain((all) =>
  fc.tuple(...all.map((one) => fc.record({ path: fc.constant(one), mode, oid }))).map((found) => [...found]),
);

function list(tree: Tree): TreeEntry[] {
  return Array.from({ length: tree.size }, (_, i) => tree.entry(i));
}

function sideOf(side: Side | null): Side | null {
  return side && { mode: side.mode, oid: side.oid };
}

function sorted(found: readonly TreeEntry[]): TreeEntry[] {
  return [...found].sort((a, b) => Buffer.from(a.path).compare(Buffer.from(b.path)));
}

describe('a tree', () => {
  it('gives back its entries, sorted by path bytes', () => {
    fc.assert(fc.property(entries, (given) => expect(list(treeOf(given))).toEqual(sorted(given))));
  });

  it('finds a path, what is below a folder, and links', () => {
    fc.assert(
      fc.property(entries, path, (given, asked) => {
        const tree = treeOf(given);
        const found = tree.find(asked);
        expect(found < 0 ? null : tree.path(found)).toBe(given.some((entry) => entry.path === asked) ? asked : null);
        const [from, to] = tree.below(asked);
        expect(list(tree).slice(from, to)).toEqual(sorted(given.filter((entry) => entry.path.startsWith(`${asked}/`))));
        expect(tree.links().map((i) => tree.path(i))).toEqual(
          sorted(given.filter((entry) => entry.mode === '120000')).map((entry) => entry.path),
        );
      }),
    );
  });

  it('finds a large folder whole', () => {
    const given = Array.from({ length: 3000 }, (_, i) => ({ path: `a/${i}`, mode: '100644', oid: '1'.repeat(40) }));
    const tree = treeOf([
      ...given,
      { path: 'a.b', mode: '100644', oid: '2'.repeat(40) },
      { path: 'b', mode: '100644', oid: '2'.repeat(40) },
    ]);
    expect(tree.below('a')).toEqual([1, 3001]);
  });

  it('finds every path that contains a text', () => {
    fc.assert(
      fc.property(entries, fc.constantFrom('a', 'b/', 'é', 'x y'), (given, text) => {
        const tree = treeOf(given);
        const hits = tree.containing(text, [0, tree.size]).map((i) => tree.path(i));
        for (const entry of given) if (entry.path.includes(text)) expect(hits).toContain(entry.path);
        expect(hits).toEqual([...new Set(hits)]);
      }),
    );
  });

  it('is built from chunks that end anywhere', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 70 }), (given, size) => {
        const whole = treeOf(given);
        const bytes = whole.lines([0, whole.size]);
        const builder = treeBuilder({ bytes: 1, size: 1 });
        for (let at = 0; at < bytes.length; at += size) builder.push(bytes.subarray(at, at + size));
        expect(list(builder.done())).toEqual(sorted(given));
      }),
    );
  });

  it('reads SHA-256 ids', () => {
    const tree = treeOf([{ path: 'a', mode: '100644', oid: 'f'.repeat(64) }]);
    expect(tree.entry(0)).toEqual({ path: 'a', mode: '100644', oid: 'f'.repeat(64) });
  });
});

describe('a diff', () => {
  it('takes the new tree back to the old one', () => {
    fc.assert(
      fc.property(entries, entries, (before, after) => {
        const [old, now] = [treeOf(before), treeOf(after)];
        const changes = diffTrees(old, now);
        expect(list(treeBefore(now, changes))).toEqual(list(old));
        expect(list(treeOfChanges(changes)).map((entry) => entry.path)).toEqual(changes.map((change) => change.path));
      }),
    );
  });

  it('of git and of two listed trees is the same, for every kind of change', async () => {
    const repo = newRepo();
    const names = { 'odd/"quoted"\tname': 'a', 'odd/line\nend': 'b', 'odd/häßlich': 'c' };
    repo.link('links/there', '../plain');
    repo.commit({ ...names, plain: '1', gone: '2', 'old/name': 'moved', script: '#!/bin/sh', 'becomes-folder': 'x' });
    const first = repo.submodule('sub', '1'.repeat(40));
    repo.link('links/there', '../script');
    repo.write({ 'becomes-folder': null });
    repo.executable('script', true);
    repo.commit({
      'odd/line\nend': 'changed',
      gone: null,
      'old/name': null,
      'new/name': 'moved',
      'becomes-folder/file': 'x',
      added: '',
    });
    const second = repo.submodule('sub', '2'.repeat(40));
    const repository = await openRepository({ directory: repo.path, env });
    const [old, now] = await Promise.all([repository.tree(first), repository.tree(second)]);
    const diff = await repository.diff(first, second);
    expect(diff?.map((change) => change.path)).toEqual([
      'added',
      'becomes-folder',
      'becomes-folder/file',
      'gone',
      'links/there',
      'new/name',
      'odd/line\nend',
      'old/name',
      'script',
      'sub',
    ]);
    const sides = (change: TreeChange) => ({ ...change, before: sideOf(change.before), after: sideOf(change.after) });
    expect(diff).toEqual(diffTrees(old as Tree, now as Tree).map(sides));
    expect(list(treeBefore(now as Tree, diff ?? []))).toEqual(list(old as Tree));
  });
});
