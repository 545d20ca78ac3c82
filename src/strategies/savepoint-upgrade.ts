import { prepared, scaled, step, stopWithSnapshot, verify } from './steps.js';
import { lacking, type Strategy } from './strategy.js';

/** Stops with a snapshot and starts the new run from it. */
export const savepointUpgrade = {
  name: 'savepoint-upgrade',
  handles: ['upgrade'],
  needs: (input) => lacking(input, 'stopWithSnapshot', 'start'),
  steps: (input) => [...prepared(input), stopWithSnapshot, step('start', 'stop'), ...scaled(input), verify],
} as const satisfies Strategy;
