import { isObject, type JsonObject } from '../../model/json.js';
import type { Failure } from './errors.js';
import type { Resource } from './shapes.js';

const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Why a server-side apply of a document would cost fields that it does not name; null: it would not. Whoever applied the resource on the client
 * owns the annotation above by an ordinary write: there kubectl (since 1.26, whatever the field manager) moves all fields of that writer to the
 * one who applies, and what is then not named is taken out of the resource by the apply that follows.
 */
export function takeover(resource: Resource | null, document: JsonObject): Failure | null {
  const updates = resource?.metadata.managedFields?.filter(
    ({ operation, subresource }) => operation === 'Update' && (subresource ?? '') === '',
  );
  const moved = new Set((updates ?? []).filter(({ fieldsV1 }) => isWriter(fieldsV1)).map(({ manager }) => manager));
  const unnamed = (updates ?? [])
    .filter(({ manager }) => moved.has(manager))
    .flatMap(({ fieldsV1 }) => unnamedIn(fieldsV1 ?? {}, document, ''))
    .filter((path) => path !== `.metadata.annotations.${annotation}`);
  if (unnamed.length === 0) return null;
  const [manager] = moved;
  const text = `it was applied on the client (${manager}), so that kubectl would hand over and then remove what the manifest does not name: ${unnamed.join(', ')}`;
  return { kind: 'refused', code: 'flink-operator-client-side-applied', text: text.slice(0, 1200), conflicts: [] };
}

function isWriter(fields: JsonObject | undefined): boolean {
  const annotations = below(below(fields, 'f:metadata'), 'f:annotations');
  return annotations?.[`f:${annotation}`] !== undefined;
}

function below(fields: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = fields?.[key];
  return isObject(value) ? value : undefined;
}

/** Paths of a set of fields that a document has nothing at; of a part that it lacks, only the top. */
function unnamedIn(fields: JsonObject, document: JsonObject, path: string): readonly string[] {
  return Object.entries(fields).flatMap(([key, more]) => {
    if (!key.startsWith('f:')) return [];
    const name = key.slice(2);
    const there = document[name];
    if (there === undefined) return [`${path}.${name}`];
    return isObject(more) && isObject(there) ? unnamedIn(more, there, `${path}.${name}`) : [];
  });
}
