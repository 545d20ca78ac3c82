import { isObject, type JsonObject } from '../../src/model/json.js';
import { StorageError } from './error.js';
import type { ObjectMetadata } from './store.js';

const fields = ['contentType', 'contentEncoding', 'contentDisposition', 'contentLanguage', 'cacheControl'] as const;

/** What a client may set on an object, out of an object resource; other fields are ignored, as the service ignores output-only ones. */
export function metadataOf(resource: JsonObject, contentType: string | undefined): ObjectMetadata {
  const metadata: Record<string, string> = {};
  for (const field of fields) {
    const value = resource[field];
    if (typeof value === 'string' && value !== '') metadata[field] = value;
  }
  if (!metadata['contentType'] && contentType) metadata['contentType'] = contentType;
  return { ...metadata, ...customOf(resource['metadata']) };
}

/** PATCH: fields that are sent replace the old ones, `null` removes one; `metadata` is merged key by key. */
export function patchedMetadata(old: ObjectMetadata, resource: JsonObject): ObjectMetadata {
  const sent = Object.fromEntries(
    fields.filter((field) => field in resource).map((field) => [field, resource[field] ?? '']),
  );
  const custom = resource['metadata'];
  const merged = isObject(custom) ? { ...old.metadata, ...custom } : custom === null ? {} : (old.metadata ?? {});
  return metadataOf({ ...(old as JsonObject), ...sent, metadata: merged }, undefined);
}

/** Parses a JSON body; empty is `{}`. Throws 400. */
export function jsonOf(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isObject(value)) return value;
  } catch {
    // falls through to the refusal below
  }
  throw new StorageError(400, 'parseError', 'Parse Error');
}

function customOf(value: unknown): { metadata?: { [key: string]: string } } {
  if (!isObject(value)) return {};
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return entries.length === 0
    ? {}
    : { metadata: Object.fromEntries(entries.map(([key, item]) => [key, String(item)])) };
}
