import type { JsonObject } from '../../model/json.js';

/** A part of a key that looks like a digest or a commit: such an object is taken to be written once. */
const contentAddress = /(?:^|[^0-9a-z])(?=[0-9a-f]*\d)[0-9a-f]{12,64}(?=$|[^0-9a-z])/i;

/** URIs of jars made elsewhere that may be written again. */
export function overwritableIn({ jar }: JsonObject): readonly string[] {
  return typeof jar === 'string' && !jar.includes('${') && !contentAddress.test(jar) ? [jar] : [];
}
