/** Verbs of the plan's steps. `prepare` is set-up that needs the lock but touches no run. */
export const stepVerbs = [
  'prepare',
  'scale',
  'replace',
  'roll',
  'snapshot',
  'drain',
  'stop',
  'start',
  'overlap',
  'wait',
  'verify',
] as const;
export type StepVerb = (typeof stepVerbs)[number];

/** One verb on one engine. `undo` names the step that reverses it; `final` marks the point of no return. */
export interface Step {
  readonly id: string;
  readonly verb: StepVerb;
  readonly undo: string | null;
  readonly final: boolean;
}
