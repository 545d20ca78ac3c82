import { step, verify } from './steps.js';
import { lacking, type Strategy } from './strategy.js';

/** One member after the other. Declared, so that a manifest may name it; no engine offers its verb yet. */
export const rolling = {
  name: 'rolling',
  handles: ['upgrade'],
  needs: (input) => lacking(input, 'roll'),
  steps: () => [step('roll', 'roll'), verify],
} as const satisfies Strategy;
