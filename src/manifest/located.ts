import type { Json, JsonObject } from '../model/json.js';
import type { Position } from '../model/position.js';

/** What a `${…}` was replaced by: its text, and where the value that took its place is written (null: input `vars`). */
export interface Via {
  readonly text: string;
  readonly at: Position | null;
}

interface Place {
  readonly at: Position;
  /** Path of the field in the file where it is written, for example `defaults.glue.target.region`. */
  readonly field: string;
  readonly via?: Via;
}

export type Scalar = null | boolean | number | string;
export interface LocatedScalar extends Place {
  readonly kind: 'scalar';
  readonly value: Scalar;
  /** What is wrong with it has been told: nothing that follows from it needs telling. */
  readonly broken?: true;
}
export interface LocatedList extends Place {
  readonly kind: 'list';
  readonly items: readonly Located[];
}
export interface LocatedMap extends Place {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A value of the manifest that knows where it is written. Merging and interpolation keep that, so that an error points at the cause. */
export type Located = LocatedScalar | LocatedList | LocatedMap;

export interface Entry {
  /** Where the key stands. */
  readonly at: Position;
  readonly node: Located;
}

export function emptyMap(at: Position, field: string): LocatedMap {
  return { kind: 'map', at, field, entries: new Map() };
}

export function child(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.node : undefined;
}

/** The map under a key; an absent or empty (`key:` alone) one counts as a map without entries. */
export function entriesOf(node: Located | undefined): ReadonlyMap<string, Entry> {
  return node?.kind === 'map' ? node.entries : new Map();
}

export function plainOf(node: Located): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainOf);
  return plainMapOf(node);
}

export function plainMapOf(node: LocatedMap): JsonObject {
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainOf(entry.node)]));
}

/** Merges maps deeply; anything else of `over` replaces what `base` has. The merged map stands where `home` says. */
export function merge(base: LocatedMap, over: LocatedMap, home: 'base' | 'over'): LocatedMap {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    const maps = below?.node.kind === 'map' && entry.node.kind === 'map';
    if (!maps) entries.set(key, entry);
    else entries.set(key, { at: (home === 'base' ? below : entry).at, node: merge(below.node, entry.node, home) });
  }
  return { ...(home === 'base' ? base : over), entries };
}

/** The entry at a path, or the deepest one on the way to it; `rest` is the part of the path that does not exist. */
export function walk(root: Located, path: readonly PropertyKey[]): { node: Located; at: Position; rest: string[] } {
  let node = root;
  let at = root.at;
  for (const [index, part] of path.entries()) {
    const next = step(node, part);
    if (next === undefined) return { node, at, rest: path.slice(index).map(String) };
    node = next.node;
    at = next.at;
  }
  return { node, at, rest: [] };
}

function step(node: Located, part: PropertyKey): Entry | undefined {
  if (node.kind === 'map') return node.entries.get(String(part));
  const item = node.kind === 'list' ? node.items[Number(part)] : undefined;
  return item && { at: item.at, node: item };
}

/** Position of every field below a value, by dotted path: the key's position, or the item's in a list. */
export function positionsOf(root: Located): Record<string, Position> {
  const positions: Record<string, Position> = {};
  const visit = (node: Located, path: string): void => {
    const below = path === '' ? '' : `${path}.`;
    if (node.kind === 'map') {
      for (const [key, entry] of node.entries) {
        positions[below + key] = entry.at;
        visit(entry.node, below + key);
      }
    }
    if (node.kind === 'list') {
      for (const [index, item] of node.items.entries()) {
        positions[below + index] = item.at;
        visit(item, below + index);
      }
    }
  };
  visit(root, '');
  return positions;
}
