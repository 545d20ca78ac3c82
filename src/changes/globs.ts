import picomatch from 'picomatch';
import { intersect, type Ranges, rangeCollector, subtract, union } from './ranges.js';
import type { Tree } from './tree.js';

/** A pattern over paths from the root of the repository, compiled once. */
interface Glob {
  /** Directory that every match is below, or equal to; empty: the whole repository. */
  readonly base: string;
  /** Null: the base itself and everything below it. */
  readonly test: ((path: string) => boolean) | null;
  /** Text that every matching path contains; empty where the pattern has none outside of braces, classes and groups. */
  readonly needle: string;
}

const compiled = new Map<string, Glob>();

/** Plain text, alone or as `folder/**`: what most patterns of a fleet are, and they need no expression. */
const plainPattern = /^((?:[\p{L}\p{N}_.-]+\/)*[\p{L}\p{N}_.-]+)(?:\/\*\*)?$|^\*\*$/u;

function compile(pattern: string): Glob {
  const known = compiled.get(pattern);
  if (known) return known;
  const trimmed = pattern.replace(/^(\.?\/)+|\/+$/g, '');
  const plain = plainPattern.exec(trimmed);
  const glob: Glob = plain ? { base: plain[1] ?? '', test: null, needle: '' } : expression(trimmed);
  compiled.set(pattern, glob);
  return glob;
}

function expression(pattern: string): Glob {
  const scanned = picomatch.scan(pattern);
  const escaped = pattern.includes('\\');
  const { source } = picomatch.makeRe(pattern, { dot: true, nonegate: true, windows: false });
  // "s": a path may contain line ends.
  const regex = new RegExp(source, 's');
  return {
    base: escaped || scanned.negated || !scanned.isGlob ? '' : scanned.base,
    test: (path) => regex.test(path),
    needle: escaped ? '' : needleOf(pattern),
  };
}

/** Longest plain text of a pattern; slashes at its ends are left out because `**` makes them optional. */
function needleOf(pattern: string): string {
  const outside = pattern.replace(/\{.*\}|\(.*\)|\[.*\]/gs, '*');
  const parts = outside.split(/[^\p{L}\p{N}_./ -]+/u).map((part) => part.replace(/^\/+|\/+$/g, ''));
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

/** Compiles patterns ahead of their use; worth it while git still lists the files. */
export function prepareGlobs(patterns: readonly string[]): void {
  for (const pattern of patterns) compile(pattern);
}

/** Results of whole-tree matches: many jobs share their globs. */
const matched = new WeakMap<Tree, Map<string, Ranges>>();

/** Positions of the paths that a glob matches, dot files included. A plain directory stands for everything below it. */
export function matchGlob(tree: Tree, pattern: string): Ranges {
  const results = matched.get(tree) ?? new Map<string, Ranges>();
  matched.set(tree, results);
  const known = results.get(pattern);
  if (known) return known;
  const result = matchWithin(tree, pattern, tree.all);
  results.set(pattern, result);
  return result;
}

/** As `matchGlob`, of the given positions only. */
function matchWithin(tree: Tree, pattern: string, within: Ranges): Ranges {
  const { base, test, needle } = compile(pattern);
  const area = intersect(tree.at(base), within);
  if (test === null) return area;
  const matches = rangeCollector();
  for (const range of area) {
    for (const i of candidatesOf(tree, needle, range)) if (test(tree.path(i))) matches.add(i);
  }
  return matches.ranges;
}

/** Narrowing by the needle costs one search through the bytes; paths are decoded for the hits only. */
function candidatesOf(tree: Tree, needle: string, range: readonly [number, number]): Iterable<number> {
  return needle.length > 1 ? tree.containing(needle, range) : numbers(range);
}

function* numbers([from, to]: readonly [number, number]): Generator<number> {
  for (let i = from; i < to; i++) yield i;
}

const selected = new WeakMap<Tree, Map<string, Ranges>>();

/** Positions that any of `paths` and none of `ignore` matches. */
export function select(tree: Tree, paths: readonly string[], ignore: readonly string[]): Ranges {
  const results = selected.get(tree) ?? new Map<string, Ranges>();
  selected.set(tree, results);
  const key = JSON.stringify([paths, ignore]);
  const known = results.get(key);
  if (known) return known;
  const result = without(tree, union(paths.map((pattern) => matchGlob(tree, pattern))), ignore);
  results.set(key, result);
  return result;
}

/** Takes out what `ignore` matches; it is asked about these positions alone, not about the whole tree. */
export function without(tree: Tree, positions: Ranges, ignore: readonly string[]): Ranges {
  let left = positions;
  for (const pattern of ignore) left = subtract(left, matchWithin(tree, pattern, left));
  return left;
}
