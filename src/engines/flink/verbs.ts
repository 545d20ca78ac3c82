import type { JsonObject } from '../../model/json.js';
import type { Verbs } from '../engine.js';

/**
 * Verbs for a target. Only the adaptive scheduler changes a running job's parallelism. A drain is told from another savepoint by its
 * directory alone, so it needs one of ours.
 */
export function verbsOf(target: JsonObject): readonly (keyof Verbs)[] {
  return [
    'prepare',
    'start',
    'stop',
    'snapshot',
    'stopWithSnapshot',
    ...(target['scheduler'] === 'adaptive' ? (['scale'] as const) : []),
    ...(typeof target['savepoint-directory'] === 'string' ? (['drain'] as const) : []),
  ];
}
