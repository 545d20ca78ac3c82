import type { StrategyName } from '../model/job.js';
import type { JobRecord } from '../model/record.js';
import { isActive, isEnding, type Run } from '../model/run.js';
import type { StepVerb } from '../model/step.js';
import type { Verdict } from '../model/verdict.js';
import type { Cause, Decision, Own } from './decision.js';
import { scaleShown } from './scale.js';
import type { Sight } from './sight.js';
import { writtenSnapshot } from './snapshot.js';

/** Strategies that decide alike. */
export type Kind = 'create' | 'scale' | 'in-place' | 'gap' | 'parallel' | 'stop';
export const kinds: Readonly<Record<StrategyName, Kind>> = {
  create: 'create',
  'in-flight-update': 'scale',
  'in-place-update': 'in-place',
  rolling: 'in-place',
  'savepoint-upgrade': 'gap',
  parallel: 'parallel',
  restart: 'gap',
  'drain-and-resubmit': 'gap',
  stop: 'stop',
};

/** What one decision is made from. */
export interface Case {
  readonly kind: Kind;
  readonly record: JobRecord;
  readonly see: Sight;
  readonly own: Own;
}

/** "It isn't there" is concluded only after a settle. */
export function conclude(
  c: Case,
  outcome: 'stuck' | 'succeeded' | 'failed' | 'rolled-back' | 'superseded',
  cause: Cause | null,
): Decision {
  return c.own.settled ? close(c, outcome, cause) : { do: 'settle', why: 'before this rollout is closed' };
}

export function close(_: Case, outcome: Extract<Decision, { do: 'close' }>['outcome'], cause: Cause | null): Decision {
  return { do: 'close', outcome, cause: cause && { code: cause.code, message: cause.message }, trailing: [] };
}

export function turn(cause: Cause): Decision {
  return { do: 'write-undo', cause: { code: cause.code, message: cause.message } };
}

export function call(c: Case, verb: StepVerb, side: 'new' | 'old', on: Run | null): Decision {
  const step = c.record.plan?.steps.find((candidate) => candidate.verb === verb)?.id ?? verb;
  const undoing = c.record.direction === 'undo' && !(verb === 'drain' && c.kind === 'parallel');
  return { do: 'call', step: undoing ? `undo-${verb}` : step, verb, side, on };
}

export function verdictOn(c: Case, run: Run): (Verdict & Cause) | null {
  const bound = c.own.verdict;
  if (bound === null || bound.n !== c.record.n || bound.run !== run.id) return null;
  const code = bound.verdict.result === 'pass' ? 'passed' : bound.verdict.code;
  return { ...bound.verdict, code } as Verdict & Cause;
}

export function mustPrepare(c: Case, side: 'new' | 'old'): boolean {
  if (!hasStep(c, 'prepare') || c.own.prepared === side) return false;
  if (side === 'new') return true;
  // What an earlier holder called may not have reached the journal; writing the old set-up again changes nothing.
  const written = c.own.inherited || c.record.journal.some((entry) => entry.verb === 'prepare');
  return written && c.record.good?.target != null;
}

/** A call of ours took effect, as far as this process or the look can tell. */
export function touched(c: Case): boolean {
  const { fresh, undone, predecessor } = c.see;
  if (c.own.touched || fresh !== null || undone !== null) return true;
  return c.own.inherited && c.kind !== 'create' && !active(predecessor);
}

/** Nothing may be started while a run that was not expected is still on its way out: it holds its name and its input. */
export function waitOut(c: Case, run: Run): Decision {
  if (!c.own.overdue.has(run.id)) return { do: 'wait', for: `${run.id} is ${run.engineState}` };
  const code = run.state === 'draining' ? 'drain-timeout' : 'stop-timeout';
  return close(c, 'stuck', { code, message: `${naming(run)} did not end in time` });
}

/** A call of this step was refused by the engine. */
export function refused(c: Case, step: string): Cause | null {
  return c.own.failed?.step === step ? c.own.failed : null;
}

/** What a launch can't set is set again on the old revision; where that fails it still runs, which counts more. */
export function mustScaleBack(c: Case, undone: Run): boolean {
  const before = c.record.predecessor?.scale ?? null;
  if (before === null || !hasStep(c, 'scale') || undone.state !== 'running' || c.own.failed !== null) return false;
  return !scaleShown(undone, before);
}

export function snapshotPath(c: Case): string | null {
  return writtenSnapshot(c.record);
}

export function hasStep(c: Case, verb: StepVerb): boolean {
  return c.record.plan?.steps.some((step) => step.verb === verb) ?? false;
}

/** The verb that ends the old run in a gap strategy. */
export function endingVerb(c: Case): StepVerb {
  return (['snapshot', 'drain', 'stop'] as const).find((verb) => hasStep(c, verb)) ?? 'stop';
}

/** The verb past the point of no return. */
export function finalVerb(c: Case): StepVerb {
  return c.record.plan?.steps.find((step) => step.final)?.verb ?? 'drain';
}

export function unknownGood(cause: Cause): Cause {
  return {
    code: cause.code,
    message: `${cause.message}; the settings of the old revision are not known, so nothing was put back`,
  };
}

export function active(run: Run | null): run is Run {
  return run !== null && isActive(run) && !isEnding(run);
}

export function ended(run: Run): boolean {
  return !isActive(run);
}

export function gone(run: Run | null): boolean {
  return run === null || !isActive(run);
}

/** With the link to the engine's console: for a person who has to look at it. */
export function linked(run: Run): string {
  return run.url === null ? naming(run) : `run ${run.id} (${run.name}, ${run.engineState}, ${run.url})`;
}

export function naming(run: Run): string {
  return `run ${run.id} (${run.name}, ${run.engineState})`;
}
