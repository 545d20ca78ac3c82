import { kinds } from './case.js';
import type { Crew } from './crew.js';
import type { Decision } from './decision.js';
import type { Knowledge } from './knowledge.js';
import { checkAgeSeconds } from './pen.js';
import { settleSeconds } from './settle.js';

/** How long this settle takes, in seconds: a holder that is known to be dead makes no call after an old head check (PROTOCOL 6). */
export function gainSeconds(crew: Crew, know: Knowledge): number {
  const whole = settleSeconds(crew.engine);
  return know.taken && crew.deadHolder === true ? Math.max(0, whole - checkAgeSeconds) : whole;
}

/**
 * Whether a look may come before the settle of a takeover: with a fence by predecessor the id of a start is the same whoever starts it, so
 * a job that stands between stop and start need not wait. Not after calls of our own, nor where the ledger holds no good revision.
 */
export function looksFirst(crew: Crew, know: Knowledge): boolean {
  return know.taken && isFenced(crew) && crew.pen.record.good !== null;
}

/**
 * A start in a gap whose id follows from its predecessor: made twice, it is still one run (PROTOCOL 4 and 6). Only in strategies in which
 * starts alone make successors: a replace in flight has no such id.
 */
export function isFencedStart(crew: Crew, decision: Decision): boolean {
  const strategy = crew.pen.record.plan?.strategy;
  if (!isFenced(crew) || decision.do !== 'call' || decision.verb !== 'start' || strategy === undefined) return false;
  return kinds[strategy] === 'gap';
}

function isFenced(crew: Crew): boolean {
  return crew.engine.fence === 'F1';
}
