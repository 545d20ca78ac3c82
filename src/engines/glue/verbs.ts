import type { JsonObject } from '../../model/json.js';
import type { Verbs } from '../engine.js';

/** Verbs for a target: a definition that is left alone is never written. */
export function verbsOf(target: JsonObject): readonly (keyof Verbs)[] {
  return target['definition'] === 'leave' ? ['start', 'stop'] : ['prepare', 'start', 'stop'];
}
