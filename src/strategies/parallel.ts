import type { Step } from '../model/step.js';
import { finalStep, prepared, scaled, step, verify } from './steps.js';
import { lacking, type Strategy, type StrategyInput } from './strategy.js';

/**
 * How the second run comes up beside the first. `overlap`: the service links it to the old run under the same name, and its own
 * timer drains the old one as a backstop. `start`: a plain launch, into the other slot where there are slots.
 */
export function parallelForm(input: StrategyInput): 'overlap' | 'start' {
  if (!input.verbs.has('overlap')) return 'start';
  return input.slots >= 2 && input.slotNames ? 'start' : 'overlap';
}

/** Both runs process until the new one is verified; then we release the old one. */
export const parallel = {
  name: 'parallel',
  handles: ['upgrade', 'recreate'],
  needs(input) {
    const launch = lacking(input, parallelForm(input));
    if (launch !== null) return launch;
    const ends = input.verbs.has('drain') || input.verbs.has('stop');
    return ends ? null : 'the engine has no verb drain or stop for this job, so the old run could not be released';
  },
  steps(input) {
    const snapshot = takesStateAlong(input) ? [step('snapshot')] : [];
    return [
      ...prepared(input),
      ...snapshot,
      step(parallelForm(input), 'stop'),
      ...scaled(input),
      verify,
      step('wait'),
      release(input),
    ];
  },
} as const satisfies Strategy;

/** A snapshot of the old run carries its state into the new one. */
function takesStateAlong(input: StrategyInput): boolean {
  return input.verbs.has('snapshot') && input.state === 'kept';
}

/** Past this step nothing is rolled back. State that went along must not be flushed a second time, so the old run is stopped. */
function release(input: StrategyInput): Step {
  const drains = input.verbs.has('drain') && !(takesStateAlong(input) && input.verbs.has('stop'));
  return finalStep(drains ? 'drain' : 'stop');
}
