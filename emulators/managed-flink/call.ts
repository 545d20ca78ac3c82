import type { JsonObject } from '../../src/model/json.js';
import type { Application, World } from './application.js';

/** A call as an operation sees it: all applications are settled at `now` (milliseconds); lists answer as of `listed`. */
export interface Call {
  readonly input: JsonObject;
  readonly applications: Map<string, Application>;
  readonly world: World;
  readonly account: string;
  readonly region: string;
  readonly now: number;
  readonly listed: number;
}

/** Returns the answer; throws a FlinkError to refuse. `write` marks those that change something. */
export interface Operation {
  readonly write: boolean;
  perform(call: Call): object;
}
