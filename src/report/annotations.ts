import type { Finding } from '../model/finding.js';
import type { Plan, Reason } from '../model/plan.js';
import type { Position } from '../model/position.js';
import type { JobReport, Report } from '../model/report.js';
import { seconds } from './text.js';

/** One annotation, for workflow commands and for check runs. */
export interface Annotation {
  readonly level: 'notice' | 'warning' | 'failure';
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly message: string;
}

/** What a plan has to say on lines: each affected job on its manifest line, each changed file, each finding. */
export function planAnnotations(plan: Plan, manifest: string): Annotation[] {
  const all: Annotation[] = [];
  for (const job of plan.jobs) {
    const at = job.at ?? { file: manifest, line: 1, column: 1 };
    if (job.changed) {
      const how =
        job.strategy === null
          ? job.action
          : `${job.strategy} (gap ${seconds(job.expected?.gapSeconds ?? null)}, duplicates ${job.expected?.duplicates ?? 'not known'}, state ${job.expected?.state ?? 'not known'})`;
      all.push({
        level: 'notice',
        ...lineOf(at),
        title: `${job.job}: ${how}`,
        message: job.reasons.map((reason) => reason.message).join('\n'),
      });
      all.push(...job.reasons.flatMap((reason) => fileAnnotation(job.job, reason)));
    }
    all.push(...job.findings.map((finding) => findingAnnotation(job.job, finding, at)));
  }
  for (const path of plan.unowned.slice(0, 10)) {
    all.push({
      level: 'notice',
      file: path,
      line: 1,
      title: 'belongs to no job',
      message: `${path} changed, and no job of the manifest ships it.`,
    });
  }
  return unique(all);
}

/** What came of it, on each job's manifest line. */
export function reportAnnotations(report: Report, plan: Plan | null, manifest: string): Annotation[] {
  const positions = new Map(plan?.jobs.map((job) => [job.job, job.at]));
  const all: Annotation[] = [];
  for (const job of report.jobs) {
    const at = positions.get(job.job) ?? { file: manifest, line: 1, column: 1 };
    const level = levelOf(job);
    if (level !== null) {
      const message = [
        job.message,
        ...job.messages.slice(-3).map((said) => `engine: ${said.text}`),
        job.next === null ? '' : `Next: ${job.next}`,
      ];
      all.push({
        level,
        ...lineOf(at),
        title: `${job.job}: ${job.outcome}${job.code === null ? '' : ` (${job.code})`}`,
        message: message.filter(Boolean).join('\n'),
      });
    }
    all.push(...job.findings.map((finding) => findingAnnotation(job.job, finding, at)));
  }
  return unique(all);
}

function levelOf(job: JobReport): Annotation['level'] | null {
  switch (job.outcome) {
    case 'unchanged':
      return null;
    case 'adopted':
    case 'succeeded':
    case 'superseded':
    case 'pending':
      return 'notice';
    case 'quarantined':
    case 'interrupted':
    case 'skipped':
      return 'warning';
    default:
      return 'failure';
  }
}

function findingAnnotation(job: string, finding: Finding, at: Position): Annotation {
  const level = finding.level === 'error' ? 'failure' : finding.level;
  const message = finding.next === undefined ? finding.message : `${finding.message}\nNext: ${finding.next}`;
  return {
    level,
    file: finding.file ?? at.file,
    line: finding.line ?? at.line,
    title: `${job}: ${finding.code}`,
    message,
  };
}

function fileAnnotation(job: string, reason: Reason): Annotation[] {
  const file = reason.path ?? reason.file;
  if (file === undefined) return [];
  return [{ level: 'notice', file, line: reason.line ?? 1, title: `changes ${job}`, message: reason.message }];
}

function lineOf(at: Position): Pick<Annotation, 'file' | 'line'> {
  return { file: at.file, line: at.line };
}

/** Failures first, so that the runner's limits cut the least important ones; the same thing is said once. */
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
