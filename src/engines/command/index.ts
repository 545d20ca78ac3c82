import { isObject, type JsonObject } from '../../model/json.js';
import type { Engine } from '../engine.js';
import { verbs } from './capabilities.js';
import { check } from './check.js';
import { expect } from './effects.js';
import { signals } from './signals.js';
import { impacts, target } from './target.js';
import { defaultPollSeconds, times, timesOf } from './times.js';

/** Any engine, automated by the user's own commands with JSON on stdin and stdout; docs/engines/command.md is the contract. */
export const command: Engine = {
  id: 'command',
  title: 'Any engine, by your own commands',
  target,
  impacts,
  artifacts: ['artifact'],
  reference: null,
  pathsAreCode: true,
  fence: 'F4',
  times,
  timesOf,
  // What the commands call is theirs to know.
  endpoints: [],
  pollSeconds: defaultPollSeconds,
  place: (of) => ({ key: placeOf(of), session: [placeOf(of), ...verbs(of)].join(' ') }),
  verbs,
  expect,
  signals,
  check,
  connect: async (_, of, ambient) => (await import('./session.js')).open(of, ambient),
};

/** `local` where the job names no place: the machine, or what its commands can reach. */
function placeOf(of: JsonObject): string {
  return isObject(of) && typeof of['place'] === 'string' ? of['place'] : 'local';
}
