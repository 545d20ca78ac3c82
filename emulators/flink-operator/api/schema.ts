import { isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import { atLeast } from './version.js';

/** Texts that a field takes, by the version of the operator whose CRD it is. */
export type Values = (operatorVersion: string) => readonly string[];

/** Type of a field of a custom resource. `open`: any content is kept (`x-kubernetes-preserve-unknown-fields`). */
export type Schema = Shape & {
  /** Version of the operator from which on the field exists; absent: always. */
  readonly since?: string;
};

type Shape =
  | { readonly type: 'string'; readonly values?: Values }
  | { readonly type: 'integer' | 'number' | 'boolean' }
  | { readonly type: 'object'; readonly fields: { readonly [name: string]: Schema } }
  | { readonly type: 'map'; readonly of: Schema }
  | { readonly type: 'list'; readonly of: Schema }
  | { readonly type: 'open' };

export const string: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const number: Schema = { type: 'number' };
export const boolean: Schema = { type: 'boolean' };
export const open: Schema = { type: 'open' };
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', values: () => values });
export const oneOfBy = (values: Values): Schema => ({ type: 'string', values });
export const object = (fields: { readonly [name: string]: Schema }): Schema => ({ type: 'object', fields });
export const mapOf = (of: Schema): Schema => ({ type: 'map', of });
export const listOf = (of: Schema): Schema => ({ type: 'list', of });

/** A field of a map in the CRDs of a version; undefined: they don't have it. */
export function fieldOf(
  schema: Extract<Schema, { type: 'object' }>,
  name: string,
  version: string,
): Schema | undefined {
  const field = schema.fields[name];
  return field === undefined || atLeast(version, field.since ?? '0.0.0') ? field : undefined;
}

/** Dotted paths of fields that a schema does not have, as strict decoding names them. */
export function unknownFields(schema: Schema, value: Json | undefined, version: string, path = ''): readonly string[] {
  if (schema.type === 'list' && Array.isArray(value))
    return value.flatMap((one: Json, index) => unknownFields(schema.of, one, version, `${path}[${index}]`));
  if (!isObject(value)) return [];
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (schema.type === 'map')
    return Object.entries(value).flatMap(([key, one]) => unknownFields(schema.of, one, version, below(key)));
  if (schema.type !== 'object') return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const field = fieldOf(schema, key, version);
    return field === undefined ? [below(key)] : unknownFields(field, one, version, below(key));
  });
}

/** A value without what its schema does not have. */
export function pruned(schema: Schema, value: Json, version: string): Json {
  if (schema.type === 'list' && Array.isArray(value)) return value.map((one: Json) => pruned(schema.of, one, version));
  if (!isObject(value)) return value;
  if (schema.type === 'map')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, pruned(schema.of, one, version)]));
  if (schema.type !== 'object') return value;
  const kept = Object.entries(value).flatMap(([key, one]) => {
    const field = fieldOf(schema, key, version);
    return field === undefined ? [] : [[key, pruned(field, one, version)] as const];
  });
  return Object.fromEntries(kept);
}

const jsonTypes: { readonly [type in Schema['type']]: string } = {
  string: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  object: 'object',
  map: 'object',
  list: 'array',
  open: 'object',
};

/** A violation of a schema, in the words of the API server. */
export interface Violation {
  readonly reason: 'FieldValueTypeInvalid' | 'FieldValueNotSupported' | 'FieldValueInvalid' | 'FieldValueRequired';
  readonly field: string;
  readonly message: string;
}

/** What a server finds wrong with a stored value. */
export function violations(
  schema: Schema,
  value: Json | undefined,
  path: string,
  version: string,
): readonly Violation[] {
  if (value === undefined || value === null || schema.type === 'open') return [];
  const found = typeOf(value, schema);
  const wanted = jsonTypes[schema.type];
  if (found !== wanted) {
    const message = `Invalid value: "${found}": ${path} in body must be of type ${wanted}: "${found}"`;
    return [{ reason: 'FieldValueTypeInvalid', field: path, message }];
  }
  const values = schema.type === 'string' ? schema.values?.(version) : undefined;
  if (values !== undefined && !values.includes(value as string)) {
    const known = values.map((one) => `"${one}"`).join(', ');
    const message = `Unsupported value: "${value as string}": supported values: ${known}`;
    return [{ reason: 'FieldValueNotSupported', field: path, message }];
  }
  if (schema.type === 'list')
    return (value as readonly Json[]).flatMap((one, index) => violations(schema.of, one, `${path}[${index}]`, version));
  const entries = isObject(value) ? Object.entries(value) : [];
  if (schema.type === 'map')
    return entries.flatMap(([key, one]) => violations(schema.of, one, `${path}.${key}`, version));
  if (schema.type !== 'object') return [];
  return entries.flatMap(([key, one]) => violations(schema.fields[key] ?? open, one, `${path}.${key}`, version));
}

function typeOf(value: Json, { type }: Schema): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number')
    return type === 'integer' && Number.isInteger(value) ? 'integer' : numeric(value, type);
  return typeof value;
}

function numeric(value: number, type: Schema['type']): string {
  return type === 'number' || !Number.isInteger(value) ? 'number' : 'integer';
}

/** A schema in the words of OpenAPI v3, as a CRD and `/openapi/v3` show it. */
export function openApiOf(schema: Schema): JsonObject {
  const type = jsonTypes[schema.type];
  if (schema.type === 'open') return { type, 'x-kubernetes-preserve-unknown-fields': true };
  if (schema.type === 'list') return { type, items: openApiOf(schema.of) };
  if (schema.type === 'map') return { type, additionalProperties: openApiOf(schema.of) };
  if (schema.type === 'object')
    return { type, properties: Object.fromEntries(Object.entries(schema.fields).map(([k, v]) => [k, openApiOf(v)])) };
  return { type };
}
