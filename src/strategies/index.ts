import type { StrategyName } from '../model/job.js';
import { create } from './create.js';
import { drainAndResubmit } from './drain-and-resubmit.js';
import { inFlightUpdate } from './in-flight-update.js';
import { inPlaceUpdate } from './in-place-update.js';
import { parallel } from './parallel.js';
import { restart } from './restart.js';
import { rolling } from './rolling.js';
import { savepointUpgrade } from './savepoint-upgrade.js';
import { stop } from './stop.js';
import type { Strategy } from './strategy.js';

export { parallelForm } from './parallel.js';
export type { Capability, Strategy, StrategyInput } from './strategy.js';

/** One line a strategy; `auto` prefers them in this order. */
export const strategies: { readonly [name in StrategyName]: Strategy } = {
  create,
  'in-flight-update': inFlightUpdate,
  'in-place-update': inPlaceUpdate,
  rolling,
  'savepoint-upgrade': savepointUpgrade,
  parallel,
  restart,
  'drain-and-resubmit': drainAndResubmit,
  stop,
};

/** From the least disruptive to the most. */
export const preference = Object.keys(strategies) as readonly StrategyName[];
