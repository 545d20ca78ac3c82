import type { Step, StepVerb } from '../model/step.js';
import type { StrategyInput } from './strategy.js';

/** A step; `undo` is the verb that reverses it, its step id is `undo-<verb>`. */
export function step(verb: StepVerb, undo: StepVerb | null = null, id: string = verb): Step {
  return { id, verb, undo: undo === null ? null : `undo-${undo}`, final: false };
}

/** A step after which nothing is rolled back. */
export function finalStep(verb: StepVerb): Step {
  return { ...step(verb), final: true };
}

export const verify = step('verify');
/** The stop that writes a snapshot: one call, so nothing is processed between the two. */
export const stopWithSnapshot = step('snapshot', 'start', 'stop-with-snapshot');

/** Set-up before anything is stopped, where the engine has such a verb. */
export function prepared(input: StrategyInput): readonly Step[] {
  return input.verbs.has('prepare') ? [step('prepare', 'prepare')] : [];
}

/**
 * Sets what a launch can't set, after the launch and before its verification. The undo of the launch covers it.
 * An engine says by its verb `scale` that such fields exist; the runner skips the call where the run already shows the values.
 */
export function scaled(input: StrategyInput): readonly Step[] {
  return input.scales && input.verbs.has('scale') ? [step('scale')] : [];
}
