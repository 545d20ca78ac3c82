import type { JsonObject } from '../../model/json.js';
import type { Verbs } from '../engine.js';
import type { CommandTarget } from './target.js';

/** Verb of the contract to the target field that holds its command. */
export const commandOf = {
  prepare: 'prepare',
  scale: 'scale',
  replace: 'replace',
  start: 'start',
  drain: 'drain',
  stop: 'stop',
  snapshot: 'snapshot',
  stopWithSnapshot: 'stop-with-snapshot',
} as const satisfies { readonly [verb in Exclude<keyof Verbs, 'overlap'>]: keyof CommandTarget };

export type CommandVerb = keyof typeof commandOf;

/** The verbs for which the target gives a command. */
export function verbs(target: JsonObject): readonly CommandVerb[] {
  return (Object.keys(commandOf) as CommandVerb[]).filter((verb) => target[commandOf[verb]] !== undefined);
}
