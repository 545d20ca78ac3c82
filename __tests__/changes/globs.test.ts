import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import picomatch from 'picomatch';
import { matchGlob, select } from '../../src/changes/globs.js';
import { contains, countOf, intersect, positionsOf, type Ranges, subtract, union } from '../../src/changes/ranges.js';
import type { Tree } from '../../src/changes/tree.js';
import { treeOf } from '../../src/changes/tree-builder.js';

function treeWith(paths: readonly string[]): Tree {
  return treeOf(paths.map((path) => ({ path, mode: '100644', oid: '1'.repeat(40) })));
}

function pathsAt(tree: Tree, positions: Ranges): string[] {
  return [...positionsOf(positions)].map((i) => tree.path(i));
}

const part = fc.constantFrom(
  'a',
  'b',
  'jobs',
  'orders',
  'orders-returns',
  '.hidden',
  'README.md',
  'x.py',
  'lib.v2',
  'é',
  'c++',
  'line\nend',
);
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const pattern = fc
  .array(
    fc.oneof(
      part.filter((text) => !text.includes('\n') && !text.includes('+')),
      fc.constantFrom('*', '**', '*.py', '*.md', 'order*', '?', '[ab]', '{a,orders}', '*.{md,py}', 'x?py'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join('/'));
/** Paths of one tree: none is a folder of another. */
const paths = fc
  .uniqueArray(path, { maxLength: 25 })
  .map((all) => all.filter((one) => !all.some((other) => other.startsWith(`${one}/`))));

/** The plain meaning of a pattern, path by path. A pattern without wildcards stands for what is below it, too. */
function matches(glob: string, name: string): boolean {
  const whole = new RegExp(picomatch.makeRe(glob, { dot: true, windows: false }).source, 's');
  return whole.test(name) || (!/[*?[{]/.test(glob) && name.startsWith(`${glob}/`));
}

describe('globs', () => {
  it('match what the pattern means path by path', () => {
    fc.assert(
      fc.property(paths, pattern, (names, glob) => {
        const tree = treeWith(names);
        expect(pathsAt(tree, matchGlob(tree, glob)).sort()).toEqual(names.filter((name) => matches(glob, name)).sort());
      }),
      { numRuns: 2000 },
    );
  });

  it('select what paths match and ignore does not', () => {
    fc.assert(
      fc.property(
        paths,
        fc.array(pattern, { maxLength: 3 }),
        fc.array(pattern, { maxLength: 3 }),
        (names, globs, ignore) => {
          const tree = treeWith(names);
          const wanted = names.filter(
            (name) => globs.some((glob) => matches(glob, name)) && !ignore.some((glob) => matches(glob, name)),
          );
          expect(pathsAt(tree, select(tree, globs, ignore)).sort()).toEqual(wanted.sort());
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['pipelines/orders', ['pipelines/orders/main.py', 'pipelines/orders/.env']],
    ['pipelines/orders/', ['pipelines/orders/main.py', 'pipelines/orders/.env']],
    ['./pipelines/orders/**', ['pipelines/orders/main.py', 'pipelines/orders/.env']],
    ['pipelines/orders*/**', ['pipelines/orders/main.py', 'pipelines/orders/.env', 'pipelines/orders-returns/main.py']],
    ['Dockerfile', ['Dockerfile']],
    ['**/main.py', ['main.py', 'pipelines/orders/main.py', 'pipelines/orders-returns/main.py']],
    ['pipe', []],
    [
      '**',
      [
        'Dockerfile',
        'main.py',
        'pipelines/orders/main.py',
        'pipelines/orders/.env',
        'pipelines/orders-returns/main.py',
      ],
    ],
  ])('%s', (glob, wanted) => {
    const tree = treeWith([
      'Dockerfile',
      'main.py',
      'pipelines/orders/main.py',
      'pipelines/orders/.env',
      'pipelines/orders-returns/main.py',
    ]);
    expect(pathsAt(tree, matchGlob(tree, glob)).sort()).toEqual([...wanted].sort());
  });
});

describe('ranges', () => {
  const set = fc.uniqueArray(fc.nat(30)).map((numbers) => [...numbers].sort((a, b) => a - b));
  const rangesOf = (numbers: readonly number[]): Ranges => union(numbers.map((n): Ranges => [[n, n + 1]]));
  const numbersOf = (ranges: Ranges) => [...positionsOf(ranges)];

  it('are sets', () => {
    fc.assert(
      fc.property(set, set, fc.nat(30), (a, b, n) => {
        const [x, y] = [rangesOf(a), rangesOf(b)];
        expect(numbersOf(union([x, y]))).toEqual([...new Set([...a, ...b])].sort((p, q) => p - q));
        expect(numbersOf(subtract(x, y))).toEqual(a.filter((p) => !b.includes(p)));
        expect(numbersOf(intersect(x, y))).toEqual(a.filter((p) => b.includes(p)));
        expect(countOf(x)).toBe(a.length);
        expect(contains(x, n)).toBe(a.includes(n));
      }),
    );
  });

  it('are kept as few as there can be', () => {
    fc.assert(
      fc.property(set, (a) => {
        const ranges = rangesOf(a);
        for (const [i, [from, to]] of ranges.entries()) {
          expect(from).toBeLessThan(to);
          if (i > 0) expect(from).toBeGreaterThan((ranges[i - 1] as [number, number])[1]);
        }
      }),
    );
  });
});
