import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';

/** Equal JSON; the order of an object's keys does not count. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((one: Json, index) => same(one, right[index] as Json));
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => key in right && same(left[key], right[key]));
}

/** An object without some of its keys. */
export function without(object: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** The object under a key; empty where there is none. */
export function objectAt(object: JsonObject, ...path: readonly string[]): JsonObject {
  let found: Json | undefined = object;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return isObject(found) ? found : {};
}

/** The text under a path; empty where there is none. */
export function textAt(object: JsonObject, ...path: readonly string[]): string {
  const value = objectAt(object, ...path.slice(0, -1))[path.at(-1) ?? ''];
  return typeof value === 'string' ? value : '';
}
