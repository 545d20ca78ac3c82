import { isObject, type Json, type JsonObject } from '../../src/model/json.js';

/** The parts of an OpenAPI 3.0 document that validation reads. */
export interface Description {
  readonly paths: { readonly [template: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly [kind: string]: { readonly [name: string]: JsonObject } };
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly JsonObject[];
  readonly requestBody?: JsonObject;
  readonly responses: { readonly [status: string]: JsonObject };
}

/** The JSON schema of a request body or an answer, or null. */
export function schemaIn(description: Description, holder: JsonObject | undefined): JsonObject | null {
  const content = holder ? followed(description, holder)['content'] : undefined;
  const media = isObject(content) ? content['application/json'] : undefined;
  return isObject(media) && isObject(media['schema']) ? media['schema'] : null;
}

/** What a `$ref` points to; anything else as it is. */
export function followed(description: Description, node: JsonObject): JsonObject {
  if (typeof node['$ref'] !== 'string') return node;
  const [, , kind = '', name = ''] = node['$ref'].split('/');
  const found = description.components[kind]?.[name];
  if (!found) throw new Error(`${node['$ref']} is not in the description`);
  return found;
}

/** OpenAPI 3.0 says `nullable`, JSON Schema an alternative of null; references lead to the shared components. */
export function adapted(node: Json): Json {
  if (Array.isArray(node)) return (node as readonly Json[]).map(adapted);
  if (!isObject(node)) return node;
  const { nullable, ...rest } = emptyAllowed(node);
  const entries = Object.entries(rest)
    .filter(([key, value]) => !((key === 'example' || key === 'examples') && !isSchema(value)))
    .map(([key, value]) => [key, key === '$ref' ? String(value).replace('#/', 'gh#/') : adapted(value)] as const);
  const object = Object.fromEntries(entries);
  return nullable === true ? { anyOf: [{ type: 'null' }, object] } : object;
}

/** A link whose default is an empty text may be empty: GitHub answers so, though its format says otherwise. */
function emptyAllowed(node: JsonObject): JsonObject {
  if (node['format'] !== 'uri' || node['default'] !== '') return node;
  const { format: _, ...rest } = node;
  return rest;
}

/** Tells a property that is named `example` from an example. */
function isSchema(value: Json): boolean {
  return isObject(value) && ('type' in value || '$ref' in value);
}

/**
 * Members that an object has and its schema does not name. The description allows them nearly everywhere, so that GitHub can grow;
 * in what we send or answer they are misspelt. Alternatives (`oneOf`, `anyOf`) and free-form objects are left alone.
 */
export function unknownMembers(
  description: Description,
  schema: JsonObject,
  value: Json | undefined,
  path: string,
): string[] {
  const whole = followed(description, schema);
  if (Array.isArray(value)) {
    const items = whole['items'];
    return isObject(items)
      ? (value as readonly Json[]).flatMap((item, index) =>
          unknownMembers(description, items, item, `${path}[${index}]`),
        )
      : [];
  }
  const properties = whole['properties'];
  if (!isObject(value) || !isObject(properties) || isObject(whole['additionalProperties'])) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const of = properties[name];
    if (of === undefined) return [`${path}.${name} is not known`];
    return isObject(of) ? unknownMembers(description, of, member, `${path}.${name}`) : [];
  });
}
