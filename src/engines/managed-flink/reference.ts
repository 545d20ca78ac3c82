import type { JsonObject } from '../../model/json.js';
import { overwritable } from '../../platforms/aws/content-address.js';
import type { Reference } from '../engine.js';
import type { Tools } from './shared.js';

/** URI of code that was made elsewhere; null: the tool uploads it, or it is not known yet. */
export function referenceIn(target: JsonObject): string | null {
  const code = target['code'];
  return typeof code === 'string' && !code.includes('${') ? code : null;
}

/** The URI, if the object may be written again: the key holds neither a digest nor a commit. */
export function overwritableIn(target: JsonObject): readonly string[] {
  const uri = referenceIn(target);
  return uri === null ? [] : overwritable([uri]);
}

/** Content of code that was made elsewhere, as S3 shows it; digest null where it could not be read. */
export async function referenceOf(tools: Tools, target: JsonObject): Promise<Reference | null> {
  const uri = referenceIn(target);
  if (uri === null) return null;
  const head = await (await tools.objects()).head(uri);
  return { uri, digest: head.state === 'found' ? head.digest : null, mutable: overwritableIn(target).length > 0 };
}
