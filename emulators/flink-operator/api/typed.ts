import { isObject, type Json } from '../../../src/model/json.js';
import { fieldOf, type Schema } from './schema.js';

/** Why an applied object does not fit a schema, in the words of the server's typed merge; null values fit everything. */
export function typeErrors(schema: Schema, value: Json | undefined, version: string, path = ''): readonly string[] {
  if (value === undefined || value === null || schema.type === 'open') return [];
  const wrong = wrongType(schema, value);
  if (wrong !== null) return [`${path}: ${wrong}`];
  if (schema.type === 'list')
    return (value as readonly Json[]).flatMap((one, index) => typeErrors(schema.of, one, version, `${path}[${index}]`));
  const entries = isObject(value) ? Object.entries(value) : [];
  if (schema.type === 'map')
    return entries.flatMap(([key, one]) => typeErrors(schema.of, one, version, `${path}.${key}`));
  if (schema.type !== 'object') return [];
  return entries.flatMap(([key, one]) => {
    const field = fieldOf(schema, key, version);
    return field === undefined
      ? [`${path}.${key}: field not declared in schema`]
      : typeErrors(field, one, version, `${path}.${key}`);
  });
}

function wrongType({ type }: Schema, value: Json): string | null {
  const go = `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
  if (type === 'string') return typeof value === 'string' ? null : `expected string, got ${go}`;
  if (type === 'boolean') return typeof value === 'boolean' ? null : `expected boolean, got ${go}`;
  if (type === 'integer' || type === 'number')
    return typeof value === 'number' ? null : `expected numeric (int or float), got ${goType(value)}`;
  if (type === 'list') return Array.isArray(value) ? null : `expected list, got &{${value}}`;
  return isObject(value) ? null : `expected map, got &{${value}}`;
}

function goType(value: Json): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
