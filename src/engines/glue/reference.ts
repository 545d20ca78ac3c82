import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { overwritable } from '../../platforms/aws/content-address.js';
import type { Reference } from '../engine.js';
import type { Tools } from './shared.js';
import { artifactArguments } from './target.js';

/** URIs of objects that were made elsewhere, in the order in which the target names them. */
export function referencesOf(target: JsonObject): readonly string[] {
  const values = Object.keys(artifactArguments).flatMap((field): readonly (Json | undefined)[] => {
    const value: Json | undefined = target[field];
    return Array.isArray(value) ? (value as readonly Json[]) : [value];
  });
  return values.filter((value): value is string => typeof value === 'string' && !value.includes('${'));
}

/** Those of them that may be written again: their keys hold neither a digest nor a commit. */
export function overwritableIn(target: JsonObject): readonly string[] {
  return overwritable(referencesOf(target));
}

/**
 * The content of all objects that the target names by URI: one digest for all of them, null where one could not be read. Glue can't be
 * told a version of an object, so a key that may be written again is mutable, in a versioned bucket too.
 */
export async function referenceOf(tools: Tools, target: JsonObject): Promise<Reference | null> {
  const uris = referencesOf(target);
  const [first] = uris;
  if (first === undefined) return null;
  const objects = await tools.objects();
  const heads = await Promise.all(uris.map((uri) => objects.head(uri)));
  const digests = heads.map((head) => (head.state === 'found' ? head.digest : null));
  const known = digests.every((digest) => digest !== null);
  return {
    uri: isObject(target['script']) ? first : String(target['script']),
    digest: known ? createHash('sha256').update(JSON.stringify(digests)).digest('hex') : null,
    mutable: overwritableIn(target).length > 0,
  };
}
