import { prepared, scaled, step, verify } from './steps.js';
import { lacking, type Strategy } from './strategy.js';

/** Stops the old run and starts the new one from the checkpoint that stays in place. */
export const restart = {
  name: 'restart',
  handles: ['upgrade'],
  needs: (input) => lacking(input, 'stop', 'start'),
  steps: (input) => [...prepared(input), step('stop', 'start'), step('start', 'stop'), ...scaled(input), verify],
} as const satisfies Strategy;
