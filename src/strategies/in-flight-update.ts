import { step, verify } from './steps.js';
import { lacking, type Strategy } from './strategy.js';

/** Changes the running run's size; no run ends. */
export const inFlightUpdate = {
  name: 'in-flight-update',
  handles: ['scale'],
  needs: (input) => lacking(input, 'scale'),
  steps: () => [step('scale', 'scale'), verify],
} as const satisfies Strategy;
