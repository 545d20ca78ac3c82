import type { Json, JsonObject } from '../../../src/model/json.js';
import { elementsOf, type Fields, isEmpty, none } from './fields.js';
import { same } from './value.js';

export interface Comparison {
  readonly added: Fields;
  readonly modified: Fields;
  readonly removed: Fields;
}

const nothing: Comparison = { added: none, modified: none, removed: none };

/** Which fields were added, changed and removed between two objects; also the maps themselves that came or went. */
export function compare(before: Json | undefined, after: Json | undefined, path = ''): Comparison {
  const own = { member: true, below: {} };
  const left = elementsOf(before, path);
  const right = elementsOf(after, path);
  const count = Object.keys(left ?? {}).length + Object.keys(right ?? {}).length;
  const kinds = Array.isArray(before) === Array.isArray(after) || before === undefined || after === undefined;
  if ((left === null && before !== undefined) || (right === null && after !== undefined) || count === 0 || !kinds) {
    if (before === undefined) return { ...nothing, added: own };
    if (after === undefined) return { ...nothing, removed: own };
    return same(before, after) ? nothing : { ...nothing, modified: own };
  }
  const isList = Array.isArray(before ?? after);
  const parts = { added: {}, modified: {}, removed: {} } as { [kind in keyof Comparison]: { [key: string]: Fields } };
  for (const element of new Set([...Object.keys(left ?? {}), ...Object.keys(right ?? {})])) {
    const next = path + (isList ? '[]' : `.${element.slice(2)}`);
    const below = compare(left?.[element], right?.[element], next);
    for (const kind of ['added', 'modified', 'removed'] as const) {
      if (!isEmpty(below[kind])) parts[kind][element] = below[kind];
    }
  }
  return {
    added: { member: before === undefined, below: parts.added },
    modified: { member: false, below: parts.modified },
    removed: { member: after === undefined, below: parts.removed },
  };
}

/** An applied object laid over the live one: maps key by key, lists with keys item by item, all else as a whole. */
export function laidOver(live: Json | undefined, applied: Json, path = ''): Json {
  const right = elementsOf(applied, path);
  if (right === null || live === undefined) return applied;
  const left = elementsOf(live, path);
  if (left === null || Array.isArray(live) !== Array.isArray(applied)) return applied;
  const isList = Array.isArray(applied);
  const result: { [element: string]: Json } = { ...left };
  for (const [element, value] of Object.entries(right)) {
    result[element] = laidOver(left[element], value, path + (isList ? '[]' : `.${element.slice(2)}`));
  }
  return rebuilt(result, isList);
}

/** An object without the fields that an applier had and gave up, where nobody else has them. */
export function givenUp(value: Json, last: Fields, owned: Fields, path = ''): Json {
  const elements = elementsOf(value, path);
  if (elements === null) return value;
  const isList = Array.isArray(value);
  const result: { [element: string]: Json } = {};
  for (const [element, one] of Object.entries(elements)) {
    const had = last.below[element];
    const has = owned.below[element];
    if (had === undefined) {
      result[element] = one;
      continue;
    }
    const next = path + (isList ? '[]' : `.${element.slice(2)}`);
    const inner = elementsOf(one, next);
    const isLeaf = inner === null || Object.keys(inner).length === 0 || Object.keys(had.below).length === 0;
    const kept = isLeaf ? one : givenUp(one, had, has ?? none, next);
    const left = isLeaf ? 0 : Object.keys(elementsOf(kept, next) ?? {}).length;
    if (has !== undefined || left > 0) result[element] = kept;
  }
  return rebuilt(result, isList);
}

function rebuilt(elements: { readonly [element: string]: Json }, isList: boolean): Json {
  if (isList) return Object.values(elements);
  return Object.fromEntries(
    Object.entries(elements).map(([element, value]) => [element.slice(2), value]),
  ) as JsonObject;
}
