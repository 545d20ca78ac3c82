import { createHash } from 'node:crypto';
import { RolloutError } from '../../model/error.js';
import { isObject, type JsonObject } from '../../model/json.js';
import type { Reference } from '../engine.js';
import type { Store } from './storage.js';
import { readTarget } from './target.js';

/** A Flex template's spec is a small JSON file; anything larger is something else. */
const largestSpecBytes = 4 * 1024 * 1024;

/**
 * The content behind a template that was made elsewhere. A Flex template is its spec, which names the image: by digest it says all, by tag the
 * code behind it can change unseen. A classic template holds the whole graph. Null: the template is not a plain URI (yet).
 */
export async function referenceOf(store: Store, target: JsonObject): Promise<Reference | null> {
  const { template: uri, 'template-type': type = 'flex' } = readTarget(target);
  if (typeof uri !== 'string' || uri.includes('${')) return null;
  const object = await store.object(uri);
  if (object === null) return { uri, digest: null, mutable: false };
  if (type === 'classic') return { uri, digest: object.digest, mutable: false };
  if (object.bytes > largestSpecBytes) throw invalid(uri, `it has ${object.bytes} bytes`);
  const content = await object.read();
  return {
    uri,
    digest: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    mutable: !isPinned(imageIn(uri, content)),
  };
}

function imageIn(uri: string, content: Buffer): string {
  let spec: unknown;
  try {
    spec = JSON.parse(content.toString('utf8'));
  } catch {
    throw invalid(uri, 'it is not JSON');
  }
  const image = isObject(spec) ? spec['image'] : undefined;
  if (typeof image === 'string') return image;
  throw invalid(uri, 'it names no image');
}

export function isPinned(image: string): boolean {
  return /@sha256:[0-9a-f]{64}$/.test(image);
}

function invalid(uri: string, why: string): RolloutError {
  return new RolloutError('dataflow-spec-invalid', `${uri} is not the spec of a Flex template: ${why}.`, {
    class: 'input',
    next: 'Build it with `gcloud dataflow flex-template build`, or set template-type: classic.',
  });
}
