import type { JobPlan, Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { cell, code, counted, cut, link, plain, seconds } from './text.js';
import { timeline } from './timeline.js';

/** The runner drops a summary over 1 MiB whole; this leaves room for what other calls of the step add. */
export const mostCharacters = 600_000;
/** Rows of a table; the JSON files hold the rest. */
const mostRows = 100;

/** The job summary of a plan: what would change first, unchanged jobs as a count. */
export function planSummary(plan: Plan, notice: string | null, detect: boolean): string {
  const changed = plan.jobs.filter((job) => job.changed || job.action !== 'none');
  const head = `## stream-rollout: ${counted(plan.jobs.filter((job) => job.changed).length, plan.jobs.length)} would change`;
  const where = `Environment ${code(plan.environment)}, commit ${code(plan.commit?.slice(0, 12) ?? 'unknown')}, compared with ${plan.base.commit === null ? 'nothing: the base is not known, so every job was compared' : `${code(plan.base.commit.slice(0, 12))} (${plan.base.how})`}.`;
  const parts = [head, where];
  if (detect) parts.push('Live state was not read: this is what the commit alone says.');
  if (notice !== null) parts.push(plain(notice));
  if (changed.length > 0) parts.push(planTable(changed));
  for (const job of changed.slice(0, mostRows)) parts.push(planDetails(job));
  const unchanged = plan.jobs.length - changed.length;
  if (unchanged > 0) parts.push(`${unchanged} ${unchanged === 1 ? 'job is' : 'jobs are'} unchanged.`);
  if (plan.unowned.length > 0) {
    parts.push(
      `<details><summary>${plan.unowned.length} changed files belong to no job</summary>\n\n${plan.unowned
        .slice(0, mostRows)
        .map((path) => `- ${code(path)}`)
        .join('\n')}\n\n</details>`,
    );
  }
  parts.push(`Plan ${code(plan.hash)}.`);
  return cut(parts.join('\n\n'), mostCharacters);
}

function planTable(jobs: readonly JobPlan[]): string {
  const rows = jobs.slice(0, mostRows).map((job) => {
    const why = job.reasons[0]?.message ?? '';
    const how = job.strategy ?? job.action;
    const expected = job.expected;
    return `| ${code(job.job)} | ${cell(why)} | ${job.impact} | ${how} | ${seconds(expected?.gapSeconds ?? null)} | ${expected?.duplicates ?? 'not known'} | ${expected?.state ?? 'not known'} |`;
  });
  return [
    '| Job | Why | Impact | Strategy | Gap | Duplicates | State |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function planDetails(job: JobPlan): string {
  const lines = [
    ...job.reasons.map((reason) => `- ${plain(reason.message)}`),
    ...job.findings.map(
      (finding) =>
        `- **${finding.level}** ${code(finding.code)}: ${plain(finding.message)}${finding.next ? ` Next: ${plain(finding.next)}` : ''}`,
    ),
    job.steps.length > 0
      ? `- Steps: ${job.steps.map((step) => `${step.id}${step.final ? ' (point of no return)' : ''}`).join(' → ')}`
      : '',
    ...job.rejected.map((other) => `- Not ${other.strategy}: ${plain(other.reason)}`),
    job.current?.run
      ? `- Runs now: ${link(job.current.run, job.current.url)}, ${job.current.state ?? 'state not known'}, revision ${code(job.current.revision ?? 'none')}`
      : '',
    `- Revision: ${code(job.desired.revision ?? 'known after the build')}`,
  ];
  return `<details><summary>${plain(job.job)}</summary>\n\n${lines.filter(Boolean).join('\n')}\n\n</details>`;
}

/** The job summary of a rollout: what runs now, changed jobs first, gaps, timeline, what the engines said. */
export function reportSummary(report: Report, notice: string | null): string {
  const told = report.jobs.filter((job) => job.outcome !== 'unchanged');
  const parts = [`## stream-rollout: ${headline(report)}`];
  parts.push(
    `Environment ${code(report.environment ?? 'all')}, commit ${code(report.commit?.slice(0, 12) ?? 'unknown')}.`,
  );
  if (notice !== null) parts.push(plain(notice));
  if (told.length > 0) parts.push(reportTable(told));
  const chart = timeline(told);
  if (chart !== null) parts.push(chart);
  for (const job of told.slice(0, mostRows)) parts.push(jobDetails(job));
  const unchanged = report.jobs.length - told.length;
  if (unchanged > 0) parts.push(`${unchanged} ${unchanged === 1 ? 'job is' : 'jobs are'} unchanged.`);
  return cut(parts.join('\n\n'), mostCharacters);
}

/** One sentence on what runs now. */
export function headline(report: Report): string {
  const counts = new Map<string, number>();
  for (const job of report.jobs) counts.set(job.outcome, (counts.get(job.outcome) ?? 0) + 1);
  if (counts.size === 0) return 'there was nothing to do';
  const down = report.jobs.filter((job) => job.outcome === 'stuck' && job.runs.length === 0);
  const said = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return down.length === 0 ? said : `${said}; nothing runs of ${down.map((job) => plain(job.job)).join(', ')}`;
}

function reportTable(jobs: readonly JobReport[]): string {
  const rows = jobs.slice(0, mostRows).map((job) => {
    const now =
      job.runs.length === 0 ? 'nothing' : job.runs.map((run) => `${link(run.id, run.url)} ${run.state}`).join(', ');
    return `| ${code(job.job)} | ${mark(job)} ${job.outcome} | ${job.strategy ?? ''} | ${seconds(job.gapSeconds)} | ${now} | ${cell(job.message)} |`;
  });
  return [
    '| Job | Outcome | Strategy | Processing gap | Runs now | What happened |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function jobDetails(job: JobReport): string {
  const lines = [
    job.code === null ? '' : `- Code: ${code(job.code)}`,
    job.next === null ? '' : `- Next: ${code(job.next)}`,
    job.rollout === null ? '' : `- Rollout ${code(job.rollout)}, revision ${code(job.revision ?? 'none')}`,
    ...job.findings.map((finding) => `- **${finding.level}** ${code(finding.code)}: ${plain(finding.message)}`),
    ...job.messages.map((said) => `- Engine, ${said.level}: ${plain(cut(said.text, 500))}`),
  ].filter(Boolean);
  return lines.length === 0 ? '' : `<details><summary>${plain(job.job)}</summary>\n\n${lines.join('\n')}\n\n</details>`;
}

function mark(job: JobReport): string {
  switch (job.outcome) {
    case 'succeeded':
    case 'adopted':
    case 'unchanged':
      return '✅';
    case 'pending':
    case 'superseded':
      return '⏳';
    case 'quarantined':
    case 'interrupted':
    case 'skipped':
      return '⚠️';
    default:
      return '❌';
  }
}
