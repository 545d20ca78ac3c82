import { parse } from 'yaml';
import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse } from '../../service.js';
import type { FlinkOperatorSettings } from '../settings.js';
import { isAllowed, refused } from './access.js';
import type { Address } from './address.js';
import { badRequest, notFound, StatusError } from './errors.js';
import { apiVersionOf, type Kind } from './kinds.js';
import { selection } from './select.js';
import type { Store } from './store.js';
import { objectAt, textAt } from './value.js';
import { watched } from './watch.js';
import { type Admission, create, patch, remove, replace, type Write, type Written } from './write.js';

export interface ServerCall {
  readonly request: EmulatedRequest;
  readonly address: Extract<Address, { to: 'objects' }>;
  readonly store: Store;
  readonly settings: FlinkOperatorSettings;
  readonly now: number;
  readonly admit: Admission;
  settled(): number;
}

/** Right that a verb needs; an apply is a patch, and creates too. */
const rights: { readonly [verb: string]: string } = { apply: 'patch' };

/** Carries out a call on objects. Throws a StatusError. */
export function served(call: ServerCall): EmulatedResponse {
  const { address, settings, request, store, now } = call;
  const { verb, kind, namespace, name, subresource } = address;
  const resource = subresource === '' ? kind.plural : `${kind.plural}/${subresource}`;
  const access = { verb: rights[verb] ?? verb, group: kind.group, resource, namespace };
  if (!isAllowed(access, settings)) throw refused(access, kind, name);
  if (verb === 'watch') {
    const selects = selection(request.query);
    const stream = watched({ store, kind, namespace, selects, query: request.query, settled: call.settled });
    return { status: 200, headers: { 'content-type': 'application/json' }, stream };
  }
  if (verb === 'list') return json(200, listed(call));
  if (verb === 'get') {
    const found = store.get(kind, namespace, name);
    if (found === null) throw notFound(kind, name);
    return json(200, found);
  }
  if (verb === 'deletecollection') return json(200, cleared(call));
  if (verb === 'delete') return deleted(call, writeOf(call, name));
  const body = bodyOf(request, verb === 'apply');
  if (verb === 'create') {
    const object = objectOf(body);
    const generated = textAt(object, 'metadata', 'generateName');
    const given = textAt(object, 'metadata', 'name') || (generated && `${generated}${now.toString(36).slice(-5)}`);
    return answerOf(create(store, writeOf(call, given), object, call.admit));
  }
  const write = writeOf(call, name);
  if (verb === 'update') return answerOf(replace(store, write, objectOf(body), call.admit));
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  return answerOf(patch(store, write, type, body, call.admit));
}

function writeOf({ request: { query, headers }, address, now, settings }: ServerCall, name: string): Write {
  const agent = (headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  const applies = address.verb === 'apply';
  const validation = query.get('fieldValidation') ?? 'Warn';
  return {
    kind: address.kind,
    namespace: address.namespace,
    name,
    subresource: address.subresource,
    manager: query.get('fieldManager') ?? (applies ? '' : agent),
    dryRun: query.getAll('dryRun').includes('All'),
    force: query.get('force') === 'true',
    validation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    now,
    operatorVersion: settings.operatorVersion,
  };
}

function answerOf({ created, object, warnings }: Written): EmulatedResponse {
  const answer = json(created ? 201 : 200, object);
  if (warnings.length === 0) return answer;
  const told = warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
  return { ...answer, headers: { ...answer.headers, warning: told } };
}

function deleted(call: ServerCall, write: Write): EmulatedResponse {
  const { request, store } = call;
  const options = request.body.length === 0 ? {} : objectOf(bodyOf(request, false));
  const dry = Array.isArray(options['dryRun']) && options['dryRun'].includes('All');
  const { gone, left } = remove(store, { ...write, dryRun: write.dryRun || dry }, objectAt(options, 'preconditions'));
  if (left !== null) return json(200, left);
  const { kind, name } = write;
  const details = {
    name,
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.plural,
    uid: textAt(gone, 'metadata', 'uid'),
  };
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function cleared(call: ServerCall): JsonObject {
  const { kind, namespace } = call.address;
  const items = call.store.list(kind, namespace).filter(selection(call.request.query));
  for (const one of items) {
    const address = { ...call.address, namespace: textAt(one, 'metadata', 'namespace') };
    remove(call.store, writeOf({ ...call, address }, textAt(one, 'metadata', 'name')), {});
  }
  return listOf(kind, items, call.store.version);
}

/** `continue` of a list: how many of its objects came before. */
function listed({ address: { kind, namespace }, request: { query }, store }: ServerCall): JsonObject {
  const items = store.list(kind, namespace).filter(selection(query));
  const from = Number(query.get('continue') ?? 0);
  const limit = Number(query.get('limit') ?? 0) || items.length;
  const page = items.slice(from, from + limit);
  const more = from + page.length < items.length ? String(from + page.length) : '';
  return listOf(kind, page, store.version, more);
}

function listOf(kind: Kind, items: readonly JsonObject[], version: number, more = ''): JsonObject {
  const metadata = { resourceVersion: String(version), ...(more !== '' && { continue: more }) };
  return { apiVersion: apiVersionOf(kind), kind: `${kind.kind}List`, metadata, items };
}

function json(status: number, body: JsonObject): EmulatedResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function bodyOf({ body }: EmulatedRequest, isYaml: boolean): Json {
  const text = body.toString('utf8');
  try {
    return (isYaml ? parse(text) : JSON.parse(text)) as Json;
  } catch (error) {
    throw badRequest(`error decoding the request body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function objectOf(body: Json): JsonObject {
  if (isObject(body)) return body;
  throw new StatusError(400, 'BadRequest', 'the object provided is unrecognized (must be of type map)');
}
