import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import { badRequest, StatusError } from './errors.js';
import { same } from './value.js';

/** RFC 7386: null removes. */
export function mergePatched(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatched(result[key], value);
  }
  return result;
}

/** RFC 6902, as the server carries it out; a failed `test` or a path that is not there is a 422. */
export function jsonPatched(target: JsonObject, operations: Json): JsonObject {
  if (!Array.isArray(operations)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  let result: Json = target;
  for (const operation of operations as readonly Json[]) {
    if (!isObject(operation)) throw badRequest('error decoding patch: an operation is no object');
    result = performed(result, operation);
  }
  if (!isObject(result)) throw refused();
  return result;
}

function performed(target: Json, operation: JsonObject): Json {
  const { op, value } = operation;
  const path = pointer(operation['path']);
  const given = value ?? null;
  if (op === 'add') return written(target, path, given, 'add');
  if (op === 'replace') return written(target, path, given, 'replace');
  if (op === 'remove') return removed(target, path);
  if (op === 'test') {
    const found = at(target, path);
    if (found === undefined || !same(found, given)) throw refused();
    return target;
  }
  const from = pointer(operation['from']);
  const moved = at(target, from);
  if (moved === undefined) throw refused();
  if (op === 'copy') return written(target, path, moved, 'add');
  if (op === 'move') return written(removed(target, from), path, moved, 'add');
  throw badRequest(`Unexpected kind: ${String(op)}`);
}

function pointer(path: Json | undefined): readonly string[] {
  if (typeof path !== 'string') throw badRequest('error decoding patch: a path is missing');
  return path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function at(target: Json, path: readonly string[]): Json | undefined {
  let found: Json | undefined = target;
  for (const part of path) {
    if (Array.isArray(found)) found = found[Number(part)] as Json | undefined;
    else found = isObject(found) ? found[part] : undefined;
  }
  return found;
}

function written(target: Json, path: readonly string[], value: Json, how: 'add' | 'replace'): Json {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const missing = () => refused();
  if (Array.isArray(target)) {
    const items: Json[] = [...(target as readonly Json[])];
    const index = first === '-' ? items.length : Number(first);
    if (!Number.isInteger(index) || index < 0 || index > items.length) throw missing();
    if (rest.length > 0) items[index] = written(items[index] ?? null, rest, value, how);
    else if (how === 'add') items.splice(index, 0, value);
    else items[index] = value;
    return items;
  }
  if (!isObject(target)) throw missing();
  if (rest.length === 0) {
    if (how === 'replace' && !(first in target)) throw missing();
    return { ...target, [first]: value };
  }
  if (!(first in target)) throw missing();
  return { ...target, [first]: written(target[first] ?? null, rest, value, how) };
}

function removed(target: Json, path: readonly string[]): Json {
  const [first, ...rest] = path;
  if (first === undefined || at(target, path) === undefined) throw refused();
  if (Array.isArray(target)) {
    const items: Json[] = [...(target as readonly Json[])];
    if (rest.length === 0) items.splice(Number(first), 1);
    else items[Number(first)] = removed(items[Number(first)] ?? null, rest);
    return items;
  }
  const object = isObject(target) ? target : {};
  const { [first]: old, ...others } = object;
  return rest.length === 0 ? others : { ...others, [first]: removed(old ?? null, rest) };
}

/** The server keeps to itself what was wrong. */
function refused(): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}
