import type { Engine } from '../engines/engine.js';
import { checkAgeSeconds } from './pen.js';

/** Settle time S = V + T + L, in seconds (PROTOCOL 1). */
export function settleSeconds(engine: Pick<Engine, 'times'>): number {
  return checkAgeSeconds + engine.times.callSeconds + engine.times.lagSeconds;
}
