import { sameJson } from '../changes/settings.js';
import { isObject, type Json, type JsonObject } from '../model/json.js';

/** Values of an object by dotted path: maps are walked, lists and scalars are leaves. An empty map is a leaf. */
export function leaves(object: JsonObject): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  walk(object, '', found);
  return found;
}

/** A wanted value that the other side shows differently. What it does not show says nothing. */
export interface Shown {
  readonly field: string;
  readonly wanted: Json;
  readonly shown: Json;
}

/** Differences in fields that both sides have and that need no resolving (`${…}` stands for a value that is not known here). */
export function contradictions(shown: JsonObject, wanted: JsonObject): readonly Shown[] {
  const seen = leaves(shown);
  return [...leaves(wanted)].flatMap(([field, value]) => {
    const other = seen.get(field);
    if (other === undefined || open(value) || open(other) || sameJson(other, value)) return [];
    return [{ field, wanted: value, shown: other }];
  });
}

function walk(value: JsonObject, path: string, into: Map<string, Json>): void {
  for (const [key, item] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (isObject(item) && Object.keys(item).length > 0) walk(item, at, into);
    else into.set(at, item);
  }
}

function open(value: Json): boolean {
  return JSON.stringify(value).includes('${');
}
