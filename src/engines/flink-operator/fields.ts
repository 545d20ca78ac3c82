import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { fieldManager } from './kubectl.js';
import type { Resource } from './shapes.js';

/** Managers under which the operator writes its own defaults into a spec, where nobody has decided anything; and the tool's. */
export const ownManagers: ReadonlySet<string> = new Set([
  'fabric8-kubernetes-client',
  'flink-kubernetes-operator',
  fieldManager,
]);

/**
 * What the tool itself has applied of a resource, with the values that it has now. An apply that leaves one of these fields out gives it up, so
 * that whoever changes one field has to send all of them.
 */
export function appliedBy(resource: Resource): { readonly metadata: JsonObject; readonly spec: JsonObject } {
  const own = resource.metadata.managedFields?.find(
    ({ manager, operation, subresource }) =>
      manager === fieldManager && operation === 'Apply' && (subresource ?? '') === '',
  );
  const fields = own?.fieldsV1 ?? {};
  const metadata = pick(resource.metadata as unknown as Json, inside(fields, 'f:metadata'));
  const spec = pick(resource.spec, inside(fields, 'f:spec'));
  return { metadata: isObject(metadata) ? metadata : {}, spec: isObject(spec) ? spec : {} };
}

/** Whether another manager has set a field of the spec; what the operator writes as its defaults is nobody's. */
export function isSetByOthers({ metadata }: Resource, ...path: readonly string[]): boolean {
  const others = metadata.managedFields?.filter(({ manager = '' }) => !ownManagers.has(manager)) ?? [];
  return others.some(({ fieldsV1 }) => {
    let at: JsonObject | null = fieldsV1 ?? null;
    for (const key of ['spec', ...path]) at = at === null ? null : inside(at, `f:${key}`);
    return at !== null;
  });
}

function inside(fields: JsonObject, key: string): JsonObject | null {
  const value = fields[key];
  return isObject(value) ? value : null;
}

/** The part of a value that a set of fields names. A list is taken whole: the operator's resources have no lists with keys of ours. */
function pick(value: Json | undefined, fields: JsonObject | null): Json | undefined {
  if (fields === null || value === undefined) return undefined;
  const below = Object.entries(fields).filter(([key]) => key.startsWith('f:'));
  if (below.length === 0 || !isObject(value)) return value;
  const kept = below.flatMap(([key, one]) => {
    const part = pick(value[key.slice(2)], isObject(one) ? one : {});
    return part === undefined ? [] : [[key.slice(2), part] as const];
  });
  return Object.fromEntries(kept);
}

/** The fields of `shape`, with the values that they have in `from`; what is not there is left out. */
export function likewise(shape: JsonObject, from: JsonObject): JsonObject {
  const kept = Object.entries(shape).flatMap(([key, one]): [string, Json][] => {
    const there = from[key];
    if (there === undefined || there === null) return [];
    if (isObject(one) && isObject(there) && Object.keys(one).length > 0) return [[key, likewise(one, there)]];
    return [[key, there]];
  });
  return Object.fromEntries(kept);
}
