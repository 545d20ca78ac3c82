import { mapArtifacts } from '../artifacts/fields.js';
import type { Engine } from '../engines/engine.js';
import type { Impact } from '../model/impact.js';
import { isObject, type Json, type JsonObject } from '../model/json.js';

/** Impact of a target field by its dotted path: the engine's entry for it or for its nearest listed parent; else an upgrade. */
export function impactOf(engine: Pick<Engine, 'impacts'>, field: string): Impact {
  for (let path = field; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('.')))) {
    if (Object.hasOwn(engine.impacts, path)) return engine.impacts[path] as Impact;
  }
  return 'upgrade';
}

/** The part of a target whose fields have one of the impacts. An object that holds none of them is left out. */
export function fieldsOf(target: JsonObject, engine: Pick<Engine, 'impacts'>, wanted: readonly Impact[]): JsonObject {
  const parents = new Set(Object.keys(engine.impacts).flatMap(parentsOf));
  return part(target, '') ?? {};

  function part(object: JsonObject, above: string): JsonObject | null {
    const kept: [string, Json][] = [];
    for (const [key, value] of Object.entries(object)) {
      const field = above === '' ? key : `${above}.${key}`;
      if (isObject(value) && parents.has(field) && Object.keys(value).length > 0) {
        const inner = part(value, field);
        if (inner) kept.push([key, inner]);
      } else if (wanted.includes(impactOf(engine, field))) kept.push([key, value]);
    }
    return kept.length > 0 ? Object.fromEntries(kept) : null;
  }
}

/** `a.b.c` → `a`, `a.b`. */
function parentsOf(field: string): string[] {
  const parts = field.split('.');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
}

/**
 * What the settings digest covers: fields of impact `upgrade` and `recreate` as the manifest writes them. Of an artifact only `upload-to`
 * (and the build result that it is made of) stands here: its content is the code identity, and moving a file changes no run.
 */
export function settingsOf(target: JsonObject, engine: Pick<Engine, 'impacts' | 'artifacts'>): JsonObject {
  const plain = mapArtifacts(target, engine, (artifact) => ({
    ...(artifact.uploadTo === null ? {} : { 'upload-to': artifact.uploadTo }),
    ...(artifact.built ? { [artifact.form]: artifact.path } : {}),
  }));
  return fieldsOf(plain, engine, ['upgrade', 'recreate']);
}

export function scaleOf(target: JsonObject, engine: Pick<Engine, 'impacts'>): JsonObject {
  return fieldsOf(target, engine, ['scale']);
}

/** Dotted paths of the fields that differ between two targets; below objects, not below lists. */
export function changedFields(before: JsonObject, after: JsonObject, above = ''): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => {
    const field = above === '' ? key : `${above}.${key}`;
    const [a, b] = [before[key], after[key]];
    if (isObject(a) && isObject(b)) return changedFields(a, b, field);
    return sameJson(a, b) ? [] : [field];
  });
}

/** Equal as JSON values: the order of keys does not count, the order of lists does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}
