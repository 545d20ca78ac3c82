import type { Progress } from '../rollout/crew.js';
import type { Teller } from './bench.js';

/** Tells of rollouts as they go on: what happened as a line, how a run stands now in the line that replaces itself. */
export function tellOn(teller: Teller): (progress: Progress) => void {
  return ({ job, text, live }) => {
    if (live === true) teller.live?.(`${job}: ${text}`);
    else teller.line(`${job}: ${text}`);
  };
}
