import { commandOf } from '../model/command.js';
import type { Finding } from '../model/finding.js';
import type { Outcome } from '../model/outcome.js';
import { isActive } from '../model/run.js';
import { naming } from './case.js';
import type { Ended } from './crew.js';

/** What a person should know of how a rollout ended, beside its outcome. */
export function endFindings(ended: Ended): readonly Finding[] {
  return [...lateRuns(ended), ...stateAsLeft(ended), ...tooShort(ended)];
}

/** The call of a process that stood still took effect when the rollout was closed already. */
function lateRuns({ late = [], record }: Ended): readonly Finding[] {
  if (late.length === 0) return [];
  const message = `${late.map(naming).join(', ')} came up while the rollout was being closed, by a late call of an earlier process`;
  return [{ code: 'run-after-close', level: 'warning', message, next: commandOf('apply', record, '--force') }];
}

/** The next command where a call as short as this one would never come to a verdict. */
export function longerResume({ how, record, anew }: Ended): string | null {
  if (how !== 'pending' || anew == null) return null;
  return commandOf('resume', record, '--wait-for-minutes', `${Math.ceil(anew.needs / 60) + 1}`);
}

/** A bake that begins anew at every resume, each of them too short for it. */
function tooShort(ended: Ended): readonly Finding[] {
  const next = longerResume(ended);
  if (next === null || ended.anew == null) return [];
  const { gates, needs, had } = ended.anew;
  const message = `the source of ${gates.join(', ')} keeps no history, so the bake begins anew at each resume: it takes up to ${needs} s in one call, and this one had ${had} s`;
  return [{ code: 'gate-needs-history', level: 'warning', message, next }];
}

const undone: ReadonlySet<Outcome> = new Set<Outcome>(['rolled-back', 'superseded']);

/** State that stays in place has no older version: the old revision goes on from what the new run left (PROTOCOL 6). */
function stateAsLeft({ record, runs }: Ended): readonly Finding[] {
  const { closed, plan, n } = record;
  if (closed === null || !undone.has(closed.outcome) || plan?.strategy !== 'restart' || !plan.job.stateful) return [];
  const started = (runs ?? []).filter((run) => run.stamp?.n === n);
  const isUndo = (step: string | undefined) => step?.startsWith('undo-') === true;
  const back = started.find((run) => isUndo(run.stamp?.step) && isActive(run));
  const left = started.find((run) => !isUndo(run.stamp?.step));
  if (back === undefined || left === undefined) return [];
  const message = `run ${back.id} of the old revision goes on from the state as run ${left.id} left it: state that stays in place has no older version`;
  return [{ code: 'state-as-left', level: 'notice', message }];
}
