import type { Repository } from './repository.js';
import { modes, type Tree } from './tree.js';

/** Where the symbolic links of a tree point, by the link's blob id. */
export type Links = ReadonlyMap<string, string>;

export const noLinks: Links = new Map();

/** Longest chain of links that is followed, as Linux has it. */
const longestChain = 40;

/** What a path leads to: a file's position, a directory, or why there is none. */
export type Led =
  | { readonly kind: 'file'; readonly at: number }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'submodule'; readonly path: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'broken-link'; readonly path: string };

/** Follows a path through the links of a tree, as a checkout of it would. Nothing outside of the repository is a target. */
export function follow(tree: Tree, links: Links, path: string): Led {
  let followed: string | null = null;
  let current = path;
  for (let steps = 0; steps <= longestChain; steps++) {
    const at = tree.find(current);
    if (at >= 0 && !tree.isLink(at)) {
      return tree.mode(at) === modes.submodule ? { kind: 'submodule', path: current } : { kind: 'file', at };
    }
    const [from, to] = tree.below(current);
    if (at < 0 && from < to) return { kind: 'directory', path: current };
    const link = at >= 0 ? { at, path: current, rest: '' } : ancestorEntry(tree, current);
    if (!link) return followed === null ? { kind: 'missing' } : { kind: 'broken-link', path: followed };
    if (!tree.isLink(link.at)) {
      return tree.mode(link.at) === modes.submodule ? { kind: 'submodule', path: link.path } : { kind: 'missing' };
    }
    followed ??= link.path;
    const next = target(link.path, links.get(tree.oid(link.at)), link.rest);
    if (next === null) return { kind: 'broken-link', path: followed };
    current = next;
  }
  return { kind: 'broken-link', path: followed ?? path };
}

/** The entry (a link or a submodule) that stands where the path would need a directory. */
function ancestorEntry(tree: Tree, path: string): { at: number; path: string; rest: string } | null {
  const parts = path.split('/');
  for (let length = 1; length < parts.length; length++) {
    const ancestor = parts.slice(0, length).join('/');
    const at = tree.find(ancestor);
    if (at >= 0) return { at, path: ancestor, rest: parts.slice(length).join('/') };
  }
  return null;
}

/** Path that a link leads to; null where that is absolute, outside of the repository or not known. */
function target(link: string, text: string | undefined, rest: string): string | null {
  if (text === undefined || text.startsWith('/')) return null;
  const parts = link.split('/').slice(0, -1);
  for (const part of `${text}/${rest}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts.length === 0 ? null : parts.join('/');
}

/** True where a path, or a file below it, is reached through a link: only then are link texts needed. */
export function touchesLink(tree: Tree, path: string): boolean {
  if (tree.links().length === 0) return false;
  const at = tree.find(path);
  if (at >= 0) return tree.isLink(at);
  const [from, to] = tree.below(path);
  if (from === to) return ancestorEntry(tree, path) !== null;
  return tree.links().some((i) => from <= i && i < to);
}

/** Reads where all links of a tree point, with one process. */
export async function readLinks(tree: Tree, repository: Pick<Repository, 'blobs'>): Promise<Links> {
  const blobs = await repository.blobs(tree.links().map((i) => tree.oid(i)));
  return new Map([...blobs].map(([oid, bytes]) => [oid, Buffer.from(bytes).toString()]));
}
