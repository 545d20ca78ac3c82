import type { Found } from '../changes/found.js';
import type { Code } from '../model/codes/index.js';
import type { Finding } from '../model/finding.js';
import type { Impact } from '../model/impact.js';
import type { PlanAction, Reason } from '../model/plan.js';
import type { Run } from '../model/run.js';

/**
 * What is to be done with a job, before a strategy is chosen. `verify`: nothing is changed, the run that is there is judged.
 * `resume`: the recorded plan goes on. The action `resume` with another situation closes the open rollout, then plans anew.
 */
export interface Intent {
  readonly action: PlanAction;
  readonly situation: 'create' | 'stop' | 'change' | 'verify' | 'resume' | null;
  readonly impact: Impact;
  /** The run that the plan replaces, stops, judges or adopts; for a start the last one that ended. */
  readonly run: Run | null;
  /** Revision of that run. */
  readonly revision: string | null;
  /** At least one. */
  readonly reasons: readonly Reason[];
  readonly findings: readonly Finding[];
}

export type Of<K extends Found['kind']> = Extract<Found, { kind: K }>;

/** An intent that changes nothing on the engine. */
export function still(
  action: PlanAction,
  at: Pick<Intent, 'run' | 'revision'>,
  reason: Reason,
  findings: readonly Finding[] = [],
): Intent {
  return { action, situation: null, impact: 'none', ...at, reasons: [reason], findings };
}

/** A refusal: nothing is touched, a person decides. */
export function refuse(
  at: Pick<Intent, 'run' | 'revision'>,
  kind: Reason['kind'],
  code: Code,
  message: string,
  next: string,
  where: Pick<Finding, 'file' | 'line'> = {},
): Intent {
  return still('refuse', at, { kind, message }, [{ code, level: 'error', message, next, ...where }]);
}

export function naming(run: Run): string {
  return `run ${run.id} (${run.engineState})`;
}

/** With the link to the engine's console: for a person who has to look at it. */
export function linked(run: Run): string {
  return run.url === null ? naming(run) : `run ${run.id} (${run.engineState}, ${run.url})`;
}

/** Codes of refusals that come from the state of the world. What the manifest itself says wrong is none: `job-elsewhere` is a place that was edited. */
export const worldCodes: ReadonlySet<Code> = new Set<Code>([
  'run-by-hand',
  'run-newer',
  'run-foreign',
  'stray-run',
  'job-down',
  'run-ending',
  'several-runs',
]);
