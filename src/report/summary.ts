import type { Finding } from '../model/finding.js';
import type { JobPlan, Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { buildWords } from '../plan/index.js';
import { gateSection } from './gate-charts.js';
import { headline, nowSentence, planHeadline } from './now.js';
import { fitted, type Part } from './parts.js';
import {
  cellCode,
  code,
  jobs as countOf,
  cut,
  gapSource,
  gapText,
  html,
  link,
  nextText,
  plain,
  seconds,
  withNext,
} from './text.js';
import { timeline } from './timeline.js';

/** The runner drops a summary over 1 MiB whole; this leaves room for what other calls of the step add. In bytes. */
const mostBytes = 900_000;
/** Rows of a table; the JSON files hold the rest. */
const mostRows = 100;
/** Lines of one kind in a job's details. */
const mostLines = 20;

/** The job summary of a plan: what would change first, unchanged jobs as a count. `most` is its size in bytes. */
export function planSummary(plan: Plan, notice: string | null, detect: boolean, most = mostBytes): string {
  const told = plan.jobs.filter((job) => job.changed || job.action !== 'none' || isWarned(job));
  const base =
    plan.base.commit === null
      ? 'compared with nothing: the base is not known, so every job was compared'
      : `compared with ${code(plan.base.commit.slice(0, 12))} (${plan.base.how})`;
  const parts: Part[] = [
    said(`## stream-rollout: ${planHeadline(plan)}`),
    said(`Environment ${code(plan.environment)}, commit ${code(plan.commit?.slice(0, 12) ?? 'unknown')}, ${base}.`),
  ];
  if (detect) parts.push(said('Live state was not read: this is what the commit alone says.'));
  if (notice !== null) parts.push(said(plain(notice)));
  if (told.length > 0) parts.push({ text: planTable(told), about: 'table' });
  parts.push(said(unchangedLine(plan.jobs.length - told.length)));
  for (const finding of plan.findings) parts.push(said(findingLine(finding)));
  parts.push(said(`Plan ${code(plan.hash)}.`));
  for (const job of told) parts.push({ text: planDetails(job), about: job.job });
  if (plan.unowned.length > 0) {
    const head = `${plan.unowned.length} changed ${plan.unowned.length === 1 ? 'file belongs' : 'files belong'} to no job`;
    parts.push({ text: details(head, plan.unowned.slice(0, mostRows).map(code)), about: 'unowned files' });
  }
  return fitted(parts, most);
}

/** The job summary of a rollout: what runs now, changed jobs first, gaps, timeline, what the engines said. `most` is its size in bytes. */
export function reportSummary(report: Report, notice: string | null, most = mostBytes): string {
  const told = report.jobs.filter((job) => job.outcome !== 'unchanged');
  const parts: Part[] = [said(`## stream-rollout: ${headline(report)}`), said(nowSentence(report) ?? '')];
  const where = [
    report.environment === null ? '' : `Environment ${code(report.environment)}`,
    report.commit === null ? '' : `commit ${code(report.commit.slice(0, 12))}`,
  ].filter(Boolean);
  if (where.length > 0) parts.push(said(`${where.join(', ')}.`));
  if (notice !== null) parts.push(said(plain(notice)));
  if (told.length > 0) parts.push({ text: reportTable(told), about: 'table' });
  parts.push(said(unchangedLine(report.jobs.length - told.length)));
  for (const finding of report.findings ?? []) parts.push(said(findingLine(finding)));
  parts.push({ text: timeline(told) ?? '', about: 'timeline' });
  for (const job of told) {
    const gates = gateSection(job);
    if (gates !== '')
      parts.push({ text: `### What was measured of ${plain(job.job)}\n\n${gates}`, about: `gates of ${job.job}` });
  }
  for (const job of told) parts.push({ text: jobDetails(job), about: job.job });
  return fitted(parts, most);
}

function isWarned(job: JobPlan): boolean {
  return job.findings.some((finding) => finding.level !== 'notice');
}

function said(text: string): Part {
  return { text, about: null };
}

function unchangedLine(count: number): string {
  return count === 0 ? '' : `${countOf(count)} ${count === 1 ? 'is' : 'are'} unchanged.`;
}

function planTable(told: readonly JobPlan[]): string {
  const rows = told.slice(0, mostRows).map((job) => {
    const why = plain(cut(job.reasons[0]?.message ?? '', 300));
    const { expected } = job;
    return `| ${cellCode(job.job)} | ${why} | ${job.impact} | ${job.strategy ?? job.action} | ${seconds(expected?.gapSeconds ?? null)} | ${expected?.duplicates ?? 'not known'} | ${expected?.state ?? 'not known'} |`;
  });
  return table(['Job', 'Why', 'Impact', 'Strategy', 'Gap', 'Duplicates', 'State'], rows, told.length);
}

function planDetails(job: JobPlan): string {
  const now =
    job.current?.run == null
      ? []
      : [
          `Runs now: ${link(job.current.run, job.current.url)}, ${job.current.state ?? 'state not known'}, revision ${code(job.current.revision ?? 'none')}`,
        ];
  const build = buildWords(job.desired.artifact);
  const steps = job.steps.map((step) => `${plain(step.id)}${step.final ? ' (point of no return)' : ''}`);
  return details(job.job, [
    ...bounded(job.reasons.map((reason) => plain(reason.message))),
    ...bounded(job.findings.map(findingLine)),
    ...(steps.length === 0 ? [] : [`Steps: ${steps.join(' → ')}`]),
    ...bounded(job.rejected.map((other) => `Not ${other.strategy}: ${plain(other.reason)}`)),
    ...now,
    `Revision: ${code(job.desired.revision ?? 'known after the build')}`,
    ...(build === null ? [] : [`Build: ${build}`]),
  ]);
}

function reportTable(told: readonly JobReport[]): string {
  const rows = told.slice(0, mostRows).map((job) => {
    const runs = job.runs?.map((run) => `${link(run.id, run.url)} ${run.state}`).join(', ') ?? 'not looked at';
    return `| ${cellCode(job.job)} | ${marks[job.outcome]} ${job.outcome} | ${job.strategy ?? '–'} | ${gapText(job)} | ${runs || 'nothing'} | ${plain(cut(job.message, 500))} |`;
  });
  return table(['Job', 'Outcome', 'Strategy', 'Processing gap', 'Runs now', 'What happened'], rows, told.length);
}

function jobDetails(job: JobReport): string {
  const rollout =
    job.rollout === null ? [] : [`Rollout ${code(job.rollout)}, revision ${code(job.revision ?? 'none')}`];
  return details(job.job, [
    ...(job.code === null ? [] : [`Code: ${code(job.code)}`]),
    ...(job.next === null ? [] : [`Next: ${nextText(job.next)}`]),
    ...rollout,
    ...(job.gapBy === undefined ? [] : [`Processing gap: ${gapText(job)}, ${gapSource(job)}`]),
    ...(job.trailing.length === 0 ? [] : [`Still draining: ${job.trailing.map(code).join(', ')}`]),
    ...bounded(job.findings.map(findingLine)),
    ...bounded(job.messages.map((message) => `Engine, ${message.level}: ${plain(cut(message.text, 500))}`)),
  ]);
}

function findingLine(finding: Finding): string {
  return `**${finding.level}** ${code(finding.code)}: ${withNext(finding.message, finding.next)}`;
}

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more`];
}

function table(heads: readonly string[], rows: readonly string[], count: number): string {
  const lines = [`| ${heads.join(' | ')} |`, `|${'---|'.repeat(heads.length)}`, ...rows];
  const more = count - rows.length;
  return more === 0 ? lines.join('\n') : `${lines.join('\n')}\n\n${countOf(more)} more: see the report file.`;
}

function details(head: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const list = lines.map((line) => `- ${line}`).join('\n');
  return `<details><summary>${html(head)}</summary>\n\n${list}\n\n</details>`;
}

const marks: Readonly<Record<JobReport['outcome'], string>> = {
  succeeded: '✅',
  adopted: '✅',
  unchanged: '✅',
  pending: '⏳',
  superseded: '⏳',
  quarantined: '⚠️',
  interrupted: '⚠️',
  skipped: '⚠️',
  failed: '❌',
  'rolled-back': '❌',
  stuck: '❌',
  refused: '❌',
};
