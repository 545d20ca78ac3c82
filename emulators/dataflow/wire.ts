import { isObject, type Json, type JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest, EmulatedResponse } from '../service.js';
import { enumOfField } from './enums.js';
import { DataflowError } from './error.js';

/** Fields whose keys belong to the user. */
const maps: ReadonlySet<string> = new Set([
  'parameters',
  'launchOptions',
  'transformNameMapping',
  'transformNameMappings',
  'labels',
  'additionalUserLabels',
  'sdkPipelineOptions',
  'userAgent',
  'version',
  'internalExperiments',
  'properties',
]);

/** The body as JSON with field names in camelCase; proto JSON allows both spellings. Empty is `{}`. Throws 400. */
export function bodyOf(request: EmulatedRequest): JsonObject {
  if (request.body.length === 0) return {};
  let value: Json;
  try {
    value = JSON.parse(request.body.toString()) as Json;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataflowError(400, `Invalid JSON payload received. ${reason}`);
  }
  const body = camelFields(value);
  if (!isObject(body)) throw new DataflowError(400, 'Invalid JSON payload received. Expected an object.');
  return body;
}

/** A query parameter under either spelling. */
export function queryOf(request: EmulatedRequest, name: string): string | null {
  return request.query.get(name) ?? request.query.get(snake(name));
}

/** Answers 200; enums go out as numbers where `$alt` (or `alt`) asks for `enum-encoding=int`. */
export function jsonResponse(request: EmulatedRequest, body: JsonObject): EmulatedResponse {
  const alt = request.query.get('$alt') ?? request.query.get('alt') ?? 'json';
  const numbers = alt.replaceAll(' ', '').includes('enum-encoding=int');
  return { status: 200, body: numbers ? (numbered(body) as JsonObject) : body };
}

/** `runtime_updatable_params.max_num_workers` and `runtimeUpdatableParams.maxNumWorkers` alike, as a camelCase list. */
export function maskOf(request: EmulatedRequest): readonly string[] {
  const masks = [...request.query.getAll('updateMask'), ...request.query.getAll('update_mask')];
  return masks
    .flatMap((mask) => mask.split(','))
    .map((path) => camel(path.trim()))
    .filter((path) => path !== '');
}

function camelFields(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(camelFields);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const field = camel(key);
    return [field, maps.has(field) && isObject(item) ? item : camelFields(item)] as const;
  });
  return Object.fromEntries(entries);
}

function numbered(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(numbered);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const names = enumOfField[key];
    if (names && typeof item === 'string') return [key, numberOf(names, item)] as const;
    return [key, maps.has(key) && isObject(item) ? item : numbered(item)] as const;
  });
  return Object.fromEntries(entries);
}

/** A name that the API does not have stands for one of a later version: number 99. */
function numberOf(names: { readonly [name: string]: number }, text: string): number {
  return names[text] ?? 99;
}

function camel(text: string): string {
  return text.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function snake(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
