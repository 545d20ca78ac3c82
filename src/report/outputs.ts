import type { OutputName } from '../inputs/fields.js';
import type { Outcome } from '../model/outcome.js';
import { worstExitCode } from '../model/outcome.js';
import type { Plan } from '../model/plan.js';
import { jobExitCode, type Report } from '../model/report.js';
import type { Written } from './files.js';
import { matrixOf } from './matrix.js';

/** GitHub takes 1 MB of outputs from a job, counted as UTF-16; other steps need room too. In characters. */
const mostCharacters = 400_000;

/** The action's outputs as texts; lists and the matrix are JSON. `tooLong` names those that had to be left empty. */
export interface Outputs {
  readonly values: Record<OutputName, string>;
  readonly tooLong: readonly OutputName[];
}

export function outputsOf(plan: Plan | null, report: Report | null, rollsOut: boolean, files: Written): Outputs {
  const changed = plan?.jobs.filter((job) => job.changed).map((job) => job.job) ?? [];
  const jobs = report?.jobs ?? [];
  const having = (...outcomes: readonly Outcome[]) =>
    JSON.stringify(jobs.filter((job) => outcomes.includes(job.outcome)).map((job) => job.job));
  const untouched = plan?.jobs.filter((job) => job.action === 'none').map((job) => job.job) ?? [];
  return bounded({
    'changed-jobs': JSON.stringify(changed),
    'succeeded-jobs': having('succeeded', 'adopted'),
    'failed-jobs': having('failed', 'stuck', 'refused'),
    'rolled-back-jobs': having('rolled-back'),
    'unchanged-jobs': report === null ? JSON.stringify(untouched) : having('unchanged'),
    'any-changed': String(changed.length > 0),
    'rolls-out': String(rollsOut),
    matrix: JSON.stringify(matrixOf(plan)),
    result: resultOf(plan, report),
    'plan-file': files.plan ?? '',
    'plan-hash': plan?.hash ?? '',
    'summary-file': files.summary ?? '',
    'report-file': files.report ?? '',
    'evidence-file': files.evidence ?? '',
  });
}

/** A list that is too long becomes an empty text: no JSON at all, so that a later step fails instead of taking a part for the whole. */
function bounded(values: Record<OutputName, string>): Outputs {
  const tooLong: OutputName[] = [];
  let left = mostCharacters;
  const bySize = (Object.keys(values) as OutputName[]).sort((a, b) => values[a].length - values[b].length);
  for (const name of bySize) {
    left -= values[name].length;
    if (left < 0) tooLong.push(name);
  }
  return { values: { ...values, ...Object.fromEntries(tooLong.map((name) => [name, ''])) }, tooLong };
}

/** The outcome that set the exit code; for a plan `refused`, `planned` or `unchanged`. */
export function resultOf(plan: Plan | null, report: Report | null): string {
  if (report === null) {
    if (plan?.jobs.some((job) => job.action === 'refuse')) return 'refused';
    return plan?.jobs.some((job) => job.changed) ? 'planned' : 'unchanged';
  }
  const worst = worstExitCode(report.jobs.map(jobExitCode));
  return report.jobs.find((job) => jobExitCode(job) === worst && job.outcome !== 'unchanged')?.outcome ?? 'unchanged';
}
