import { isObject, type JsonObject } from '../../../src/model/json.js';
import { compare, givenUp, laidOver } from './compare.js';
import { StatusError } from './errors.js';
import {
  difference,
  type Fields,
  fieldsOf,
  fromV1,
  intersection,
  isEmpty,
  none,
  pathsOf,
  toV1,
  union,
} from './fields.js';
import { apiVersionOf, type Kind } from './kinds.js';
import { timeOf } from './store.js';
import { objectAt, same, without } from './value.js';

/** Who writes, and through which endpoint. */
export interface Writer {
  readonly manager: string;
  readonly subresource: '' | 'status';
  readonly now: number;
}

interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** Empty: it never changed anything. */
  readonly time: string;
  readonly fields: Fields;
}

/** Fields that nobody owns: the server sets them. */
const systemFields = fromV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    ...Object.fromEntries(
      [
        ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'generation', 'managedFields'],
        ...['resourceVersion', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
      ].map((name) => [`f:${name}`, {}]),
    ),
  },
});

/** Fields that a write through an endpoint does not reach. */
const outOfReach = {
  '': { 'f:status': true },
  status: { 'f:spec': true, 'f:metadata': true },
} as const;

function ownersOf(object: JsonObject | null): readonly Owner[] {
  const entries = object === null ? [] : objectAt(object, 'metadata')['managedFields'];
  return (Array.isArray(entries) ? (entries as readonly JsonObject[]) : []).map((entry) => ({
    manager: String(entry['manager']),
    operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
    apiVersion: String(entry['apiVersion']),
    subresource: String(entry['subresource'] ?? ''),
    time: String(entry['time'] ?? ''),
    fields: isObject(entry['fieldsV1']) ? fromV1(entry['fieldsV1']) : none,
  }));
}

function entriesOf(owners: readonly Owner[]): readonly JsonObject[] {
  return owners
    .filter(({ fields }) => !isEmpty(fields))
    .toSorted(
      (a, b) =>
        compareTexts(a.operation, b.operation) || compareTexts(a.time, b.time) || compareTexts(a.manager, b.manager),
    )
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: toV1(fields),
      manager,
      operation,
      ...(subresource !== '' && { subresource }),
      ...(time !== '' && { time }),
    }));
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function ownFields(fields: Fields, subresource: Writer['subresource']): Fields {
  const unreachable: { readonly [element: string]: boolean } = outOfReach[subresource];
  const { below } = difference(fields, systemFields);
  const kept = Object.fromEntries(Object.entries(below).filter(([element]) => !(element in unreachable)));
  const metadata = kept['f:metadata'];
  return {
    member: false,
    below: metadata === undefined ? kept : { ...kept, 'f:metadata': { ...metadata, member: false } },
  };
}

const contentOf = (object: JsonObject): JsonObject => ({
  ...object,
  metadata: without(objectAt(object, 'metadata'), 'managedFields'),
});

function withOwners(object: JsonObject, owners: readonly Owner[]): JsonObject {
  return { ...object, metadata: { ...objectAt(object, 'metadata'), managedFields: entriesOf(owners) } };
}

/** Takes what changed away from its other owners; null in `refused` where that needs no force. */
function settled(others: readonly Owner[], before: JsonObject, after: JsonObject) {
  const { added, modified, removed } = compare(before, after);
  const taken = union(added, modified);
  const conflicts = others
    .map((owner) => ({ owner, fields: intersection(owner.fields, taken) }))
    .filter(({ fields }) => !isEmpty(fields));
  const gone = union(taken, removed);
  return {
    conflicts,
    left: others.map((owner) => ({ ...owner, fields: difference(owner.fields, gone) })),
    taken,
    removed,
  };
}

/** An ordinary write: what it changed is the writer's from then on. It may name other owners than there are, as kubectl's own migration does. */
export function updated(kind: Kind, live: JsonObject | null, next: JsonObject, writer: Writer): JsonObject {
  const named = writer.subresource === '' ? ownersOf(next) : [];
  const owners = live !== null && named.length > 0 ? named : ownersOf(live);
  const isMine = (owner: Owner) =>
    owner.operation === 'Update' && owner.manager === writer.manager && owner.subresource === writer.subresource;
  const mine = owners.find(isMine);
  const before = live === null ? {} : contentOf(live);
  const { left, taken, removed } = settled(
    owners.filter((owner) => !isMine(owner)),
    before,
    contentOf(next),
  );
  const changed = ownFields(taken, writer.subresource);
  const fields = union(difference(mine?.fields ?? none, removed), changed);
  const time = isEmpty(changed) ? (mine?.time ?? '') : timeOf(writer.now);
  return withOwners(next, [...left, { ...ownerOf(kind, writer, 'Update'), fields, time }]);
}

/** A server-side apply. Throws a conflict that names all fields of others which it would change, unless `force`. */
export function applied(
  kind: Kind,
  live: JsonObject | null,
  config: JsonObject,
  writer: Writer,
  force: boolean,
): JsonObject {
  const owners = ownersOf(live);
  const isMine = (owner: Owner) =>
    owner.operation === 'Apply' && owner.manager === writer.manager && owner.subresource === writer.subresource;
  const mine = owners.find(isMine);
  const others = owners.filter((owner) => !isMine(owner));
  const before = live === null ? {} : contentOf(live);
  const fields = ownFields(fieldsOf(config), writer.subresource);
  const owned = [...others.map((owner) => owner.fields), fields].reduce(union, none);
  const merged = laidOver(before, config) as JsonObject;
  const after = (mine === undefined ? merged : givenUp(merged, mine.fields, owned)) as JsonObject;
  const { conflicts, left } = settled(others, before, after);
  if (conflicts.length > 0 && !force) throw conflictOf(conflicts);
  // Only a change makes a new time.
  const time = live !== null && same(before, contentOf(after)) ? (mine?.time ?? '') : timeOf(writer.now);
  return withOwners(after, [...(live === null ? others : left), { ...ownerOf(kind, writer, 'Apply'), fields, time }]);
}

function ownerOf(kind: Kind, { manager, subresource }: Writer, operation: Owner['operation']) {
  return { manager, operation, apiVersion: apiVersionOf(kind), subresource };
}

function conflictOf(conflicts: readonly { readonly owner: Owner; readonly fields: Fields }[]): StatusError {
  const all = conflicts
    .map(({ owner, fields }) => ({ name: nameOf(owner), paths: pathsOf(fields) }))
    .toSorted((a, b) => compareTexts(a.name, b.name));
  const causes = all.flatMap(({ name, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field })),
  );
  const told = all.map(({ name, paths }) => `conflicts with ${name}:\n${paths.map((path) => `- ${path}`).join('\n')}`);
  const message =
    causes.length === 1
      ? `Apply failed with 1 conflict: conflict with ${all[0]?.name}: ${causes[0]?.field}`
      : `Apply failed with ${causes.length} conflicts: ${told.join('\n')}`;
  return new StatusError(409, 'Conflict', message, { causes });
}

function nameOf({ manager, operation, apiVersion, subresource }: Owner): string {
  const who = subresource === '' ? `"${manager}"` : `"${manager}" with subresource "${subresource}"`;
  return operation === 'Apply' ? who : `${who} using ${apiVersion}`;
}
