import { isActive, isEnding } from '../model/run.js';
import type { Order } from './fleet.js';
import { sortRuns } from './sight.js';

/**
 * By a look: the old run is up, and none of this rollout was started. The journal alone can't tell: what the last holder called may not
 * have reached it. Throws what the look threw.
 */
export async function isUntouched({ body, session, subject, isOurs }: Order): Promise<boolean> {
  const { fresh, undone, predecessor } = sortRuns(body, await session.look(subject), isOurs, 0);
  if (body.direction !== 'forward' || fresh !== null || undone !== null) return false;
  // What is created had no run before, or one that has ended.
  if (body.plan?.strategy === 'create' || body.predecessor === null) return true;
  return predecessor !== null && isActive(predecessor) && !isEnding(predecessor);
}
