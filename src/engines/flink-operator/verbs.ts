import type { JsonObject } from '../../model/json.js';
import type { Verbs } from '../engine.js';

/** Every kind of resource can be applied, changed in its size, suspended and resumed. */
export function verbsOf(_: JsonObject): readonly (keyof Verbs)[] {
  return ['start', 'replace', 'scale', 'stop'];
}
