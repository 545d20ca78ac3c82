import { randomUUID } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  mismatch,
  modified,
  notFound,
  StatusError,
  unknownField,
  unknownInPatch,
  unsupportedMedia,
} from './errors.js';
import { apiVersionOf, type Kind, namespaces } from './kinds.js';
import { applied, updated, type Writer } from './managed.js';
import { jsonPatched, mergePatched } from './patch.js';
import { pruned, unknownFields, violations } from './schema.js';
import { type Store, timeOf } from './store.js';
import { typeErrors } from './typed.js';
import { objectAt, same, textAt, without } from './value.js';

/** One write: where to, by whom, and how strict. */
export interface Write extends Writer {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
  readonly validation: 'Strict' | 'Warn' | 'Ignore';
  readonly force: boolean;
  /** Whose CRDs are installed. */
  readonly operatorVersion: string;
}

/** Refuses a spec before it is kept: an admission webhook. Throws a StatusError. */
export type Admission = (kind: Kind, object: JsonObject, before: JsonObject | null) => void;

export interface Written {
  readonly created: boolean;
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}

/** For kinds of Kubernetes itself only; here it merges maps, and lists as a whole. */
const strategic = 'application/strategic-merge-patch+json';
const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

export function create(store: Store, write: Write, body: JsonObject, admit: Admission): Written {
  const { kind, namespace, name } = write;
  if (kind.namespaced && store.get(namespaces, '', namespace) === null) throw notFound(namespaces, namespace);
  if (name === '')
    throw invalid(kind, '', [
      {
        reason: 'FieldValueRequired',
        field: 'metadata.name',
        message: 'Required value: name or generateName is required',
      },
    ]);
  if (store.get(kind, namespace, name) !== null) throw alreadyExists(kind, name);
  const warnings = strict(write, body, (fields) => unknownField(kind, fields));
  const fresh = located(write, kind.status ? without(body, 'status') : body);
  const next = updated(kind, null, cleaned(write, fresh), write);
  return { created: true, object: kept(store, write, null, next, admit), warnings };
}

export function replace(
  store: Store,
  write: Write,
  body: JsonObject,
  admit: Admission,
  refuse: Refuse = (fields) => unknownField(write.kind, fields),
): Written {
  const live = store.get(write.kind, write.namespace, write.name);
  if (live === null) throw notFound(write.kind, write.name);
  const warnings = strict(write, body, refuse);
  const next = reached(write, live, located(write, cleaned(write, body)));
  return { created: false, object: kept(store, write, live, updated(write.kind, live, next, write), admit), warnings };
}

export function patch(store: Store, write: Write, type: string, body: Json, admit: Admission): Written {
  const { kind, name } = write;
  if (type === 'application/apply-patch+yaml') return apply(store, write, body, admit);
  const live = store.get(kind, write.namespace, name);
  if (live === null) throw notFound(kind, name);
  const merges = ['application/merge-patch+json', ...(kind.schema === null ? [strategic] : [])];
  if (!merges.includes(type) && type !== 'application/json-patch+json') throw unsupportedMedia(patchTypes);
  const next = merges.includes(type) ? (mergePatched(live, body) as JsonObject) : jsonPatched(live, body);
  return replace(store, write, next, admit, (fields) => unknownInPatch(next, fields));
}

function apply(store: Store, write: Write, body: Json, admit: Admission): Written {
  const { kind, namespace, name } = write;
  if (!isObject(body)) throw badRequest('the applied object is no map');
  if (write.manager === '') {
    const message = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch';
    const cause = {
      reason: 'FieldValueRequired',
      message: 'Required value: is required for apply patch',
      field: 'fieldManager',
    };
    throw new StatusError(422, 'Invalid', message, { group: 'meta.k8s.io', kind: 'PatchOptions', causes: [cause] });
  }
  if (objectAt(body, 'metadata')['managedFields'] !== undefined) throw badRequest('metadata.managedFields must be nil');
  const live = store.get(kind, namespace, name);
  if (live === null && kind.namespaced && store.get(namespaces, '', namespace) === null)
    throw notFound(namespaces, namespace);
  if (live === null && write.subresource !== '') throw notFound(kind, name);
  const config = located(write, body);
  const errors = kind.schema === null ? [] : typeErrors(kind.schema, config, write.operatorVersion);
  if (errors.length > 0) {
    const told = errors.length === 1 ? errors[0] : `errors:\n${errors.map((one) => `  ${one}`).join('\n')}`;
    const where = `${textAt(body, 'metadata', 'namespace')}/${name}; ${apiVersionOf(kind)}, Kind=${kind.kind}`;
    throw new StatusError(500, '', `failed to create typed patch object (${where}): ${told}`);
  }
  const stale = textAt(config, 'metadata', 'resourceVersion');
  const uid = textAt(config, 'metadata', 'uid');
  if (uid !== '' && live === null) {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(kind, name, why);
  }
  if (live !== null && stale !== '' && stale !== textAt(live, 'metadata', 'resourceVersion'))
    throw conflict(kind, name, modified);
  if (live !== null && uid !== '' && uid !== textAt(live, 'metadata', 'uid')) throw otherUid(kind, name, uid);
  const reachable =
    write.subresource === 'status' ? without(config, 'spec') : kind.status ? without(config, 'status') : config;
  const next = applied(kind, live, reachable, write, write.force);
  const object = kept(store, write, live, live === null ? next : { ...next, metadata: withSystem(live, next) }, admit);
  return { created: live === null, object, warnings: [] };
}

/** The server finds it twice, and tells it once. */
function otherUid(kind: Kind, name: string, uid: string): StatusError {
  const one = {
    reason: 'FieldValueInvalid' as const,
    field: 'metadata.uid',
    message: `Invalid value: "${uid}": field is immutable`,
  };
  const error = invalid(kind, name, [one]);
  return new StatusError(error.code, error.reason, error.message, { ...error.details, causes: [one, one] });
}

/** Deletes, or marks an object that has finalizers. Returns what is left of it; null: nothing. */
export function remove(
  store: Store,
  write: Write,
  preconditions: JsonObject,
): { readonly gone: JsonObject; readonly left: JsonObject | null } {
  const { kind, namespace, name, now } = write;
  const live = store.get(kind, namespace, name);
  if (live === null) throw notFound(kind, name);
  const metadata = objectAt(live, 'metadata');
  const [uid, version] = [preconditions['uid'], preconditions['resourceVersion']];
  if (uid !== undefined && uid !== metadata['uid']) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata['uid']}). The object might have been deleted and then recreated`;
    throw mismatch(kind, name, why);
  }
  if (version !== undefined && version !== metadata['resourceVersion']) throw conflict(kind, name, modified);
  const finalizers = metadata['finalizers'];
  if (!Array.isArray(finalizers) || finalizers.length === 0) {
    if (!write.dryRun) store.remove(kind, namespace, name, now);
    return { gone: live, left: null };
  }
  if (metadata['deletionTimestamp'] !== undefined) return { gone: live, left: live };
  const marked = {
    ...live,
    metadata: {
      ...metadata,
      deletionTimestamp: timeOf(now),
      deletionGracePeriodSeconds: 0,
      generation: Number(metadata['generation'] ?? 0) + 1,
    },
  };
  return { gone: live, left: write.dryRun ? marked : store.put(kind, marked, now) };
}

type Refuse = (fields: readonly string[]) => StatusError;

function strict({ kind, validation, operatorVersion }: Write, body: JsonObject, refuse: Refuse): readonly string[] {
  const unknown =
    kind.schema === null || validation === 'Ignore' ? [] : unknownFields(kind.schema, body, operatorVersion);
  if (unknown.length > 0 && validation === 'Strict') throw refuse(unknown);
  return unknown.map((field) => `unknown field "${field}"`);
}

function cleaned({ kind: { schema }, operatorVersion }: Write, object: JsonObject): JsonObject {
  return schema === null ? object : (pruned(schema, object, operatorVersion) as JsonObject);
}

/** The object under the name of its address. */
function located({ kind, namespace, name }: Write, body: JsonObject): JsonObject {
  const given = textAt(body, 'metadata', 'name');
  if (given !== '' && given !== name)
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  const space = textAt(body, 'metadata', 'namespace');
  if (space !== '' && space !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const metadata = { ...objectAt(body, 'metadata'), name, ...(kind.namespaced && { namespace }) };
  return { ...body, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
}

const systemNames = [
  'uid',
  'creationTimestamp',
  'generation',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

/** What a write through an endpoint reaches of an object; the rest stays as it is. Throws a conflict for an old version. */
function reached({ kind, name, subresource }: Write, live: JsonObject, next: JsonObject): JsonObject {
  const version = textAt(next, 'metadata', 'resourceVersion');
  if (version !== '' && version !== textAt(live, 'metadata', 'resourceVersion')) throw conflict(kind, name, modified);
  if (subresource === 'status') return { ...live, status: next['status'] ?? {} };
  const own = kind.status ? without(next, 'status') : next;
  const status = live['status'];
  return { ...own, ...(kind.status && status !== undefined && { status }), metadata: withSystem(live, next) };
}

function withSystem(live: JsonObject, next: JsonObject): JsonObject {
  const old = objectAt(live, 'metadata');
  const system = Object.fromEntries(
    systemNames.flatMap((name) => (old[name] === undefined ? [] : [[name, old[name]]])),
  );
  return { ...without(objectAt(next, 'metadata'), ...systemNames), ...system } as JsonObject;
}

function kept(store: Store, write: Write, live: JsonObject | null, next: JsonObject, admit: Admission): JsonObject {
  const { kind, name, now } = write;
  const found =
    kind.schema === null
      ? []
      : violations(kind.schema, without(next, 'metadata'), '', write.operatorVersion).map(withoutDot);
  if (found.length > 0) throw invalid(kind, name, found);
  const object = withGeneration(kind, live, next);
  if (write.subresource === '') admit(kind, object, live);
  if (write.dryRun) {
    const made = { uid: randomUUID(), creationTimestamp: timeOf(now) };
    return live === null ? { ...object, metadata: { ...made, ...objectAt(object, 'metadata') } } : object;
  }
  const saved = store.put(kind, object, now);
  const metadata = objectAt(saved, 'metadata');
  const finalizers = metadata['finalizers'];
  const held = Array.isArray(finalizers) && finalizers.length > 0;
  if (metadata['deletionTimestamp'] !== undefined && !held) store.remove(kind, write.namespace, name, now);
  return saved;
}

function withoutDot<T extends { readonly field: string; readonly message: string }>(one: T): T {
  return { ...one, field: one.field.replace(/^\./, ''), message: one.message.replace(': .', ': ') };
}

/** Every change outside of metadata and status makes the next generation. */
function withGeneration(kind: Kind, live: JsonObject | null, next: JsonObject): JsonObject {
  if (!kind.status) return next;
  const content = (object: JsonObject) => without(object, 'metadata', 'status', 'apiVersion', 'kind');
  const old = Number(live === null ? 0 : (objectAt(live, 'metadata')['generation'] ?? 0));
  const changed = live === null || !same(content(live), content(next));
  return { ...next, metadata: { ...objectAt(next, 'metadata'), generation: changed ? old + 1 : old } };
}
