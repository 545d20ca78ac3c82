import type { JsonObject } from '../../model/json.js';
import { specOf } from './target.js';

/** A part of a name that looks like a digest or a commit: such an object is taken to be written once. */
const contentAddress = /(?:^|[^0-9a-z])(?=[0-9a-f]*\d)[0-9a-f]{12,64}(?=$|[^0-9a-z])/i;

/** The image and the jar, if they may hold other bytes later: a tag, or a URI without a digest. A jar in the image goes with it. */
export function overwritableIn(target: JsonObject): readonly string[] {
  const { spec, job } = specOf(target);
  return [spec['image'], job['jarURI']].filter(
    (uri): uri is string =>
      typeof uri === 'string' && !uri.includes('${') && !uri.startsWith('local:') && !contentAddress.test(uri),
  );
}
