import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import type { Place } from '../engine.js';
import { verbs } from './verbs.js';

/** Project and region; jobs with another `impersonate`, or with fewer verbs, need a session of their own. */
export function place(target: JsonObject): Place {
  const key = `${needed(target, 'project')}/${needed(target, 'region')}`;
  const identity = target['impersonate'];
  const as = typeof identity === 'string' ? ` as ${identity}` : '';
  return { key, session: `${key}${as}${verbs(target).includes('overlap') ? '' : ' without Streaming Engine'}` };
}

function needed(target: JsonObject, field: 'project' | 'region'): string {
  const value = target[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new RolloutError('dataflow-place-missing', `A Dataflow job needs target.${field}.`, {
    class: 'input',
    next: `Give target.${field}, or set it once under defaults.dataflow.target.`,
  });
}
