import type { JsonObject } from '../../src/model/json.js';
import type { Identity } from '../sts/identities.js';
import type { World } from './launch.js';
import type { Place } from './place.js';

/** A call as an operation sees it: all runs are settled at `now` (milliseconds). */
export interface Call {
  readonly input: JsonObject;
  readonly place: Place;
  readonly world: World;
  readonly caller: Identity;
  readonly now: number;
}

/** Returns the answer; throws a GlueError to refuse. `write` marks those that change something. */
export interface Operation {
  readonly write: boolean;
  perform(call: Call): object;
}
