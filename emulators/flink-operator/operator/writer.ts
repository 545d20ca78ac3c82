import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import { apiVersionOf, events, type Kind } from '../api/kinds.js';
import { type Store, timeOf } from '../api/store.js';
import { objectAt, textAt } from '../api/value.js';
import { create, replace, type Write } from '../api/write.js';

/** What the operator's client calls itself when it writes. */
export const operatorName = 'fabric8-kubernetes-client';

/** What the operator writes is valid by its own CRDs. */
export const newest = '1.99.0';

const write = (kind: Kind, object: JsonObject, now: number, subresource: Write['subresource'] = ''): Write => ({
  kind,
  namespace: textAt(object, 'metadata', 'namespace'),
  name: textAt(object, 'metadata', 'name'),
  subresource,
  manager: operatorName,
  dryRun: false,
  force: false,
  validation: 'Ignore',
  now,
  operatorVersion: newest,
});

/** Everything that the operator wants to do is admitted. */
const admitted = () => {};

/** Status of an object, as it will be written. */
export type Status = { [field: string]: Json };

export function writeStatus(store: Store, kind: Kind, object: JsonObject, status: JsonObject, now: number): JsonObject {
  const live = store.get(kind, textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name'));
  if (live === null) return object;
  return replace(store, write(kind, live, now, 'status'), { ...live, status }, admitted).object;
}

export function writeObject(store: Store, kind: Kind, object: JsonObject, now: number): JsonObject {
  return replace(store, write(kind, object, now), object, admitted).object;
}

/** Makes an object that belongs to another one; one that is there already is replaced. */
export function makeOwned(store: Store, kind: Kind, owner: JsonObject, object: JsonObject, now: number): JsonObject {
  const { uid, name } = objectAt(owner, 'metadata') as { readonly uid: string; readonly name: string };
  const reference = {
    apiVersion: String(owner['apiVersion']),
    kind: String(owner['kind']),
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const metadata = {
    namespace: textAt(owner, 'metadata', 'namespace'),
    ...objectAt(object, 'metadata'),
    ownerReferences: [reference],
  };
  const whole = { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object, metadata };
  const live = store.get(kind, metadata.namespace, textAt(whole, 'metadata', 'name'));
  if (live !== null)
    return writeObject(store, kind, { ...whole, metadata: { ...objectAt(live, 'metadata'), ...metadata } }, now);
  return create(store, write(kind, whole, now), whole, admitted).object;
}

/** An event on an object; one of the same text is counted. */
export function tell(
  store: Store,
  object: JsonObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  component: 'Job' | 'JobManagerDeployment' | 'Operator' | 'Snapshot',
  now: number,
): void {
  const { name, namespace, uid } = objectAt(object, 'metadata') as { readonly [key: string]: string };
  const digest = createHash('sha256').update(`${uid} ${reason} ${message}`).digest('hex').slice(0, 10);
  const metadata = { name: `${name}.${digest}`, namespace: namespace ?? '' };
  const live = store.get(events, metadata.namespace, metadata.name);
  const told = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata,
    involvedObject: {
      apiVersion: String(object['apiVersion']),
      kind: String(object['kind']),
      name: name ?? '',
      namespace: namespace ?? '',
      uid: uid ?? '',
    },
    type,
    reason,
    message,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    count: Number(isObject(live) ? (live['count'] ?? 0) : 0) + 1,
    firstTimestamp: isObject(live) ? (live['firstTimestamp'] ?? timeOf(now)) : timeOf(now),
    lastTimestamp: timeOf(now),
  };
  if (live === null) create(store, write(events, told, now), told, admitted);
  else replace(store, write(events, told, now), told, admitted);
}
