import { prepared, scaled, step, verify } from './steps.js';
import { lacking, type Strategy } from './strategy.js';

/** Starts a job that never had a run, or is down. */
export const create = {
  name: 'create',
  handles: ['recreate'],
  needs: (input) => lacking(input, 'start'),
  steps: (input) => [...prepared(input), step('start', 'stop'), ...scaled(input), verify],
} as const satisfies Strategy;
