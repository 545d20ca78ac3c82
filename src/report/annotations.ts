import type { Finding } from '../model/finding.js';
import type { JobPlan, Plan, Reason } from '../model/plan.js';
import type { Position } from '../model/position.js';
import type { JobReport, Report } from '../model/report.js';
import { seconds } from './text.js';

/** One annotation, for workflow commands and for check runs. */
export interface Annotation {
  readonly level: 'notice' | 'warning' | 'failure';
  /** Path from the root of the repository; null for a manifest that is no file. */
  readonly file: string | null;
  /** From 1. */
  readonly line: number;
  readonly title: string;
  readonly message: string;
}

/** What a plan has to say on lines: each affected job on its manifest line, each changed file, each finding. */
export function planAnnotations(plan: Plan): Annotation[] {
  return unique([
    ...plan.jobs.flatMap((job) => {
      const at = job.at ?? top(plan.manifest);
      const news = job.changed ? [jobAnnotation(job, at), ...fileAnnotations(job)] : [];
      return [...news, ...findingsOf(job.job, job.findings, at, job.changed)];
    }),
    ...findingsOf('stream-rollout', plan.findings, top(plan.manifest), true),
  ]);
}

/** What came of it, on each job's manifest line and on the changed files. `manifest` is where a job stands whose line is not known. */
export function reportAnnotations(report: Report, plan: Plan | null, manifest: string): Annotation[] {
  const byJob = new Map(plan?.jobs.map((job) => [job.job, job]));
  const start = top(plan?.manifest ?? manifest);
  return unique([
    ...report.jobs.flatMap((job) => {
      const planned = byJob.get(job.job);
      const at = planned?.at ?? start;
      const level = levelOf(job);
      const more = level === null ? job.findings : job.findings.filter((finding) => !saidBy(job, finding));
      const findings = findingsOf(job.job, more, at, level !== null);
      if (level === null) return findings;
      const files = planned?.changed === true ? fileAnnotations(planned) : [];
      return [outcomeAnnotation(job, level, at), ...findings, ...files];
    }),
    ...findingsOf('stream-rollout', report.findings ?? [], start, true),
  ]);
}

function top(file: string): Position {
  return { file, line: 1, column: 1 };
}

const levels: Readonly<Record<JobReport['outcome'], Annotation['level'] | null>> = {
  unchanged: null,
  adopted: 'notice',
  succeeded: 'notice',
  superseded: 'notice',
  pending: 'notice',
  quarantined: 'warning',
  interrupted: 'warning',
  skipped: 'warning',
  failed: 'failure',
  'rolled-back': 'failure',
  stuck: 'failure',
  refused: 'failure',
};

/** What waits for the backstop has failed already: the step may be green, its annotation is not. */
function levelOf({ outcome, code }: JobReport): Annotation['level'] | null {
  return code === 'backstop-pending' ? 'failure' : levels[outcome];
}

function jobAnnotation(job: JobPlan, at: Position): Annotation {
  const { expected } = job;
  const cost =
    expected === null
      ? ''
      : ` (gap ${seconds(expected.gapSeconds)}, duplicates ${expected.duplicates}, state ${expected.state})`;
  return {
    level: 'notice',
    ...placeOf(at),
    title: `${job.job}: ${job.strategy ?? job.action}${cost}`,
    message: job.reasons.map((reason) => reason.message).join('\n'),
  };
}

function outcomeAnnotation(job: JobReport, level: Annotation['level'], at: Position): Annotation {
  const lines = [
    job.message,
    ...job.messages.slice(-3).map((said) => `engine: ${said.text}`),
    ...(job.next === null ? [] : [`Next: ${job.next}`]),
  ];
  return {
    level,
    ...placeOf(at),
    title: `${job.job}: ${job.outcome}${job.code === null ? '' : ` (${job.code})`}`,
    message: lines.join('\n'),
  };
}

/** The outcome's own annotation says it already: the same cause, with no line of its own. */
function saidBy(job: JobReport, finding: Finding): boolean {
  if (finding.file !== undefined || finding.line !== undefined) return false;
  return job.code === finding.code || job.message.toLowerCase().includes(finding.message.toLowerCase());
}

/** A job that is not touched has only its warnings and errors told. */
function findingsOf(job: string, findings: readonly Finding[], at: Position, touched: boolean): Annotation[] {
  return findings
    .filter((finding) => touched || finding.level !== 'notice')
    .map((finding) => ({
      level: finding.level === 'error' ? ('failure' as const) : finding.level,
      ...placeOf({ file: finding.file ?? at.file, line: finding.line ?? (finding.file === undefined ? at.line : 1) }),
      title: `${job}: ${finding.code}`,
      message: finding.next === undefined ? finding.message : `${finding.message}\nNext: ${finding.next}`,
    }));
}

function fileAnnotations(job: JobPlan): Annotation[] {
  return job.reasons.flatMap((reason) => fileAnnotation(job, reason));
}

function fileAnnotation({ job }: JobPlan, reason: Reason): Annotation[] {
  const file = reason.path ?? reason.file;
  if (file === undefined) return [];
  return [
    {
      level: 'notice',
      ...placeOf({ file, line: reason.line ?? 1 }),
      title: `changes ${job}`,
      message: reason.message,
    },
  ];
}

/** A manifest given as text, such as `(input manifest)`, is no file of the repository. */
function placeOf({ file, line }: Pick<Position, 'file' | 'line'>): Pick<Annotation, 'file' | 'line'> {
  const isFile = file !== '' && !file.startsWith('(') && !file.startsWith('/') && !/[\r\n]/.test(file);
  return { file: isFile ? file : null, line: Math.max(1, line) };
}

/** Failures first, so that the limits of runner and GitHub cut the least important ones; the same thing is said once. */
function unique(all: readonly Annotation[]): Annotation[] {
  const seen = new Set<string>();
  const rank = { failure: 0, warning: 1, notice: 2 };
  return all
    .filter((one) => {
      const key = JSON.stringify(one);
      return !seen.has(key) && seen.add(key);
    })
    .sort((a, b) => rank[a.level] - rank[b.level]);
}
