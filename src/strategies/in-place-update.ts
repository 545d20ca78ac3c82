import { prepared, scaled, step, verify } from './steps.js';
import { lacking, type Strategy } from './strategy.js';

/** The engine replaces the run by a new one that takes its state over. A dead new run is undone by start(old). */
export const inPlaceUpdate = {
  name: 'in-place-update',
  handles: ['upgrade'],
  needs: (input) => lacking(input, 'replace'),
  steps: (input) => [...prepared(input), step('replace', 'replace'), ...scaled(input), verify],
} as const satisfies Strategy;
