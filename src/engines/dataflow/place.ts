import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import type { Place } from '../engine.js';

/** Project and region; jobs with another `impersonate` need a session of their own. */
export function place(target: JsonObject): Place {
  const key = `${needed(target, 'project')}/${needed(target, 'region')}`;
  const identity = target['impersonate'];
  return { key, session: typeof identity === 'string' ? `${key} as ${identity}` : key };
}

function needed(target: JsonObject, field: 'project' | 'region'): string {
  const value = target[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new RolloutError('dataflow-place-missing', `A Dataflow job needs target.${field}.`, {
    class: 'input',
    next: `Give target.${field}, or set it once under defaults.dataflow.target.`,
  });
}
