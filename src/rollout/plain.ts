import { type Code, codes } from '../model/codes/index.js';
import { commandOf } from '../model/command.js';
import { RolloutError } from '../model/error.js';
import type { Outcome } from '../model/outcome.js';
import type { JobPlan, PlanAction } from '../model/plan.js';
import { type JobReport, jobExitCode } from '../model/report.js';
import { isActive, type Run } from '../model/run.js';
import { nextCommand } from './next.js';
import { nowOf, sentence } from './reporting.js';
import { text } from './text.js';

const outcomeOf: Readonly<Record<PlanAction, Outcome>> = {
  none: 'unchanged',
  list: 'unchanged',
  leave: 'quarantined',
  adopt: 'adopted',
  refuse: 'refused',
  'roll-out': 'failed',
  resume: 'refused',
};

/** The report of a job that no rollout was opened for; with `error`, of one that failed before it could be. `observed` null: nobody looked. */
export function plainReport(
  planned: JobPlan,
  environment: string,
  observed: readonly Run[] | null,
  error?: unknown,
): JobReport {
  const elsewhere = planned.findings.some(({ code }) => code === 'job-elsewhere');
  // Only where the job is declared now was looked: that says nothing of its run in the other place.
  const runs = elsewhere ? null : (observed?.filter(isActive) ?? null);
  const outcome = error === undefined ? outcomeOf[planned.action] : isRefusal(error) ? 'refused' : 'failed';
  const blocking = planned.findings.find((finding) => finding.level === 'error');
  const cause =
    error !== undefined
      ? text(error)
      : outcome === 'refused'
        ? (blocking?.message ?? planned.reasons[0]?.message ?? null)
        : outcome === 'quarantined'
          ? (planned.reasons.find((reason) => reason.kind === 'quarantined')?.message ?? null)
          : null;
  const code: Code | null =
    error instanceof RolloutError
      ? error.code
      : error !== undefined
        ? 'unexpected-error'
        : outcome === 'quarantined'
          ? 'revision-quarantined'
          : (blocking?.code ?? null);
  const known = error instanceof RolloutError ? error.next : outcome === 'refused' ? (blocking?.next ?? null) : null;
  const next = known ?? (code === null || outcome === 'quarantined' ? null : codes[code].next);
  return {
    job: planned.job,
    environment,
    engine: planned.engine,
    commit: null,
    outcome,
    code,
    message: sentence(outcome, cause, runs, null, outcome === 'failed' ? notOpened : ''),
    runBefore: planned.current?.run ?? null,
    runAfter: runs?.find((run) => run.state === 'running' || run.state === 'starting')?.id ?? null,
    gapSeconds: null,
    rollout: null,
    revision: planned.desired.revision,
    strategy: planned.strategy,
    steps: [],
    next: next ?? (outcome === 'refused' ? null : nextCommand(outcome, code, { environment, job: planned.job })),
    runs: runs?.map(({ id, name, state, url }) => ({ id, name, state, url })) ?? null,
    trailing: [],
    messages: [],
    findings: planned.findings,
  };
}

const notOpened = ' No rollout was opened, so nothing of it was left behind.';

/** A refusal or a fault of the input touches nothing; anything else failed before the rollout could be opened. */
export function isRefusal(error: unknown): boolean {
  return error instanceof RolloutError && (error.class === 'refusal' || error.class === 'input');
}

/**
 * The report of a job whose rollout was to be opened and was not, because this call came to an end. The ledger holds nothing of it, so
 * the same command has to be run again. `runs` null: nobody looked.
 */
export function notBegun(
  planned: JobPlan,
  environment: string,
  runs: JobReport['runs'] | readonly Run[],
  why: { readonly code: Code; readonly message: string },
): JobReport {
  const known = runs?.filter(isActive) ?? null;
  const now = known === null ? 'What runs now was not looked at.' : nowOf(known);
  return {
    ...plainReport(planned, environment, null),
    outcome: 'interrupted',
    code: why.code,
    message: `Not begun: ${why.message}. ${now}`,
    runAfter: known?.find((run) => run.state === 'running' || run.state === 'starting')?.id ?? null,
    runs: known?.map(({ id, name, state, url }) => ({ id, name, state, url })) ?? null,
    next: commandOf('apply', { environment, job: planned.job }),
  };
}

export function reportExitCode(report: JobReport): number {
  return jobExitCode(report);
}
