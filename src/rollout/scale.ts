import { isObject, type Json, type JsonObject } from '../model/json.js';
import type { Run } from '../model/run.js';

/** True if the run shows every wanted value of impact `scale`. A value that the engine does not show counts as not shown. */
export function scaleShown(run: Run, wanted: JsonObject): boolean {
  return covers(run.scale ?? {}, wanted);
}

function covers(shown: Json | undefined, wanted: Json): boolean {
  if (!isObject(wanted)) return shown === wanted || (shown === undefined && wanted === null);
  if (!isObject(shown)) return Object.keys(wanted).length === 0;
  return Object.entries(wanted).every(([key, value]) => covers(shown[key], value));
}
