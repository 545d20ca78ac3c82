import type { JsonObject } from '../../model/json.js';
import { valueAt } from '../../model/json.js';
import type { Verbs } from '../engine.js';

const always = ['start', 'replace', 'drain', 'stop'] as const satisfies readonly (keyof Verbs)[];
/** Worker bounds of a running job and parallel updates exist on Streaming Engine only. */
const streamingEngine = ['scale', 'overlap'] as const satisfies readonly (keyof Verbs)[];

/** Verbs for a target. A target that does not mention Streaming Engine is taken to use it; pre-flight looks at the running job. */
export function verbs(target: JsonObject): readonly (keyof Verbs)[] {
  if (valueAt(target, 'environment.enableStreamingEngine') === false) return always;
  return [...always, ...streamingEngine];
}
