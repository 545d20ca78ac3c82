import type { Clock } from '../model/clock.js';
import type { Code } from '../model/codes/index.js';
import { RolloutError } from '../model/error.js';
import { LockLost } from './pen.js';
import { text } from './text.js';

/** Errors in a row after which a process gives up and leaves the rollout for `resume`: a quarter of an hour. */
const errorsToGiveUp = 20;
const longestPauseSeconds = 60;

/** Bears errors of reads and writes that a later try may mend; a lost lock and a defect of ours are none. */
export interface Patience {
  /** Waits, longer each time; throws when there were too many in a row. */
  bear(what: string, error: unknown): Promise<void>;
  /** It worked: the count begins anew. */
  rest(): void;
}

/** `code`: of the error in the end, where it has none of its own. `goesOn`: while it says so, nothing is given up. */
export function patienceOf(
  code: Code,
  clock: Clock,
  signal: AbortSignal,
  say: (line: string) => void,
  goesOn: () => boolean = () => false,
): Patience {
  let errors = 0;
  return {
    async bear(what, error) {
      if (error instanceof LockLost || isDefect(error)) throw error;
      errors += 1;
      say(`${what}: ${text(error)}`);
      if (errors >= errorsToGiveUp && !goesOn()) throw withCode(error, code, what);
      await clock.sleep(Math.min(longestPauseSeconds, 2 ** errors), signal);
    },
    rest() {
      errors = 0;
    },
  };
}

/** Waiting mends nothing here. A TypeError is no sign of it: that is what `fetch` throws when the network fails. */
export function isDefect(error: unknown): boolean {
  return error instanceof RolloutError && error.class === 'bug';
}

function withCode(error: unknown, code: Code, what: string): RolloutError {
  return error instanceof RolloutError
    ? error
    : new RolloutError(code, `${what}: ${text(error)}`, { class: 'transient', cause: error });
}
