import type { Impact, StateEffect } from '../model/impact.js';
import type { StrategyName } from '../model/job.js';
import type { Step } from '../model/step.js';

/** What an engine can do for a job; `roll` is declared for engines with members, none offers it yet. */
export type Capability =
  | 'prepare'
  | 'scale'
  | 'replace'
  | 'roll'
  | 'overlap'
  | 'start'
  | 'drain'
  | 'stop'
  | 'snapshot'
  | 'stopWithSnapshot';

/** What decides whether a strategy is possible and what its steps are. */
export interface StrategyInput {
  readonly verbs: ReadonlySet<Capability>;
  /** Number of `parallel.slots`; fewer than two are of no use. */
  readonly slots: number;
  /** Every slot has a name of its own on the engine, so that both runs can be active without the service's help. */
  readonly slotNames: boolean;
  /** The job declares fields of impact `scale`. */
  readonly scales: boolean;
  /** What the engine expects of the state; a parallel run takes it along only where it is kept. */
  readonly state: StateEffect;
}

/** How an impact is carried out: pure data and pure functions. */
export interface Strategy {
  readonly name: StrategyName;
  readonly handles: readonly Impact[];
  /** Why the strategy is not possible; null: it is. */
  needs(input: StrategyInput): string | null;
  /** Call only where `needs` gives null. */
  steps(input: StrategyInput): readonly Step[];
}

/** The first missing capability as a reason, or null. */
export function lacking(input: StrategyInput, ...needed: readonly Capability[]): string | null {
  const missing = needed.find((verb) => !input.verbs.has(verb));
  return missing === undefined ? null : `the engine has no verb ${words[missing]} for this job`;
}

const words: Readonly<Record<Capability, string>> = {
  prepare: 'prepare',
  scale: 'scale',
  replace: 'replace',
  roll: 'roll',
  overlap: 'overlap',
  start: 'start',
  drain: 'drain',
  stop: 'stop',
  snapshot: 'snapshot',
  stopWithSnapshot: 'stop-with-snapshot',
};
