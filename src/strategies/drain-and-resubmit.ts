import { prepared, scaled, step, verify } from './steps.js';
import { lacking, type Strategy } from './strategy.js';

/** Lets the old run finish what it has read, then starts the new one empty. */
export const drainAndResubmit = {
  name: 'drain-and-resubmit',
  handles: ['upgrade', 'recreate'],
  needs: (input) => lacking(input, 'drain', 'start'),
  steps: (input) => [...prepared(input), step('drain', 'start'), step('start', 'stop'), ...scaled(input), verify],
} as const satisfies Strategy;
