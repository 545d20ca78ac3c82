import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';

/**
 * Fields of an object, as `managedFields[].fieldsV1` has them: `f:name` of a map, `k:{"name":"x"}` of a list with keys, `v:"x"` of a set.
 * `member`: the field itself, not only something below it.
 */
export interface Fields {
  readonly member: boolean;
  readonly below: { readonly [element: string]: Fields };
}

export const none: Fields = { member: false, below: {} };
const leaf: Fields = { member: true, below: {} };

export function isEmpty(fields: Fields): boolean {
  return !fields.member && Object.keys(fields.below).length === 0;
}

export function fromV1(value: JsonObject): Fields {
  const entries = Object.entries(value).filter(([key]) => key !== '.');
  const below = entries.map(([key, one]) => [key, isObject(one) ? fromV1(one) : leaf] as const);
  return { member: entries.length === 0 || '.' in value, below: Object.fromEntries(below) };
}

export function toV1({ member, below }: Fields): JsonObject {
  const entries = Object.entries(below).sort(([a], [b]) => (a < b ? -1 : 1));
  const own = member && entries.length > 0 ? { '.': {} } : {};
  return { ...own, ...Object.fromEntries(entries.map(([key, one]) => [key, toV1(one)])) };
}

function combined(a: Fields, b: Fields, member: (a: boolean, b: boolean) => boolean): Fields {
  const below: { [element: string]: Fields } = {};
  for (const key of new Set([...Object.keys(a.below), ...Object.keys(b.below)])) {
    const one = combined(a.below[key] ?? none, b.below[key] ?? none, member);
    if (!isEmpty(one)) below[key] = one;
  }
  return { member: member(a.member, b.member), below };
}

export const union = (a: Fields, b: Fields) => combined(a, b, (x, y) => x || y);
export const difference = (a: Fields, b: Fields) => combined(a, b, (x, y) => x && !y);
export const intersection = (a: Fields, b: Fields) => combined(a, b, (x, y) => x && y);

/** Paths in the order and form in which the server names them: those of a level, then what is below them. */
export function pathsOf(fields: Fields, prefix = ''): readonly string[] {
  const keys = Object.keys(fields.below).sort();
  const here = keys.filter((key) => fields.below[key]?.member).map((key) => prefix + shown(key));
  return [...here, ...keys.flatMap((key) => pathsOf(fields.below[key] ?? none, prefix + shown(key)))];
}

function shown(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as JsonObject).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `[${keys.join(',')}]`;
}

/** Lists whose items are told apart by a key (`''`: by their value); all others change as a whole. By the path of field names. */
const keyed: { readonly [path: string]: string } = {
  '.metadata.finalizers': '',
  '.metadata.ownerReferences': 'uid',
};

/** Elements of a map or a list with keys and their values; null: a leaf, which changes as a whole. */
export function elementsOf(value: Json | undefined, path: string): { readonly [element: string]: Json } | null {
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [`f:${key}`, one]));
  const key = keyed[path];
  if (!Array.isArray(value) || key === undefined) return null;
  const items = value as readonly Json[];
  const nameOf = (item: Json) =>
    key === '' || !isObject(item) ? `v:${JSON.stringify(item)}` : `k:${JSON.stringify({ [key]: item[key] ?? null })}`;
  return Object.fromEntries(items.map((item) => [nameOf(item), item]));
}

/** Maps whose entries anybody may name: an entry is a field of its own, also where it has something below it. */
const openMaps = ['.metadata.labels', '.metadata.annotations'];

/** The fields that an applied object has an opinion on. */
export function fieldsOf(value: Json, path = ''): Fields {
  const elements = elementsOf(value, path);
  if (elements === null || Object.keys(elements).length === 0) return leaf;
  const isList = Array.isArray(value);
  const below = Object.entries(elements).map(([element, one]) => {
    const fields = fieldsOf(one, path + (isList ? '[]' : `.${element.slice(2)}`));
    return [element, isList || openMaps.includes(path) ? { ...fields, member: true } : fields] as const;
  });
  return { member: false, below: Object.fromEntries(below) };
}
