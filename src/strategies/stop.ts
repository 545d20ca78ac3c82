import { step, stopWithSnapshot } from './steps.js';
import type { Strategy } from './strategy.js';

/** Ends the run of a job that is to be stopped, in the way that keeps most: with a snapshot, else drained, else stopped. */
export const stop = {
  name: 'stop',
  handles: ['recreate'],
  needs(input) {
    const can = (['stopWithSnapshot', 'drain', 'stop'] as const).some((verb) => input.verbs.has(verb));
    return can ? null : 'the engine has no verb stop, drain or stop-with-snapshot for this job';
  },
  steps(input) {
    if (input.verbs.has('stopWithSnapshot')) return [{ ...stopWithSnapshot, undo: null }];
    return [step(input.verbs.has('drain') ? 'drain' : 'stop')];
  },
} as const satisfies Strategy;
