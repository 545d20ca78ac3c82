import type { Plan } from '../model/plan.js';
import type { JobReport, Report } from '../model/report.js';
import { counted, jobs as countOf, plain } from './text.js';

/** Most names in one sentence. */
const mostNames = 10;

/** Counts of the outcomes, changed jobs first: `2 succeeded, 3 unchanged`. */
export function headline(report: Report): string {
  const counts = new Map<string, number>();
  for (const job of report.jobs) counts.set(job.outcome, (counts.get(job.outcome) ?? 0) + 1);
  if (counts.size === 0) return 'there was nothing to do';
  const rank = (outcome: string) => (outcome === 'unchanged' ? 1 : 0);
  return [...counts]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

/** `2 of 5 jobs would change, 1 refused`. */
export function planHeadline(plan: Plan): string {
  const changed = plan.jobs.filter((job) => job.changed).length;
  const refused = plan.jobs.filter((job) => job.action === 'refuse').length;
  return `${counted(changed, plan.jobs.length)} would change${refused === 0 ? '' : `, ${refused} refused`}`;
}

/** One sentence on what runs now; what does not run comes first. Null where nothing was looked at. */
export function nowSentence(report: Report): string | null {
  const unseen = report.jobs.filter((job) => job.runs === null);
  if (unseen.length === report.jobs.length) return null;
  const up = report.jobs.filter((job) => job.runs?.some((run) => run.state === 'running' || run.state === 'starting'));
  const stopped = report.jobs.filter(isStopped);
  const down = report.jobs.filter((job) => !up.includes(job) && !stopped.includes(job) && wasLookedAt(job));
  const some = `${up.length} of ${countOf(report.jobs.length)}`;
  const lead = `A run is up for ${up.length === report.jobs.length ? each(up.length) : some}.`;
  const ended = stopped.length === 0 ? '' : ` Stopped, as declared: ${named(stopped)}.`;
  const rest = unseen.length === 0 ? '' : ` Not looked at: ${named(unseen)}.`;
  return `${down.length === 0 ? '' : `**Nothing processes ${named(down)}.** `}${lead}${ended}${rest}`;
}

function each(count: number): string {
  return count === 1 ? 'the job' : `each of the ${count} jobs`;
}

function isStopped(job: JobReport): boolean {
  return job.strategy === 'stop' && job.outcome === 'succeeded';
}

/** A job that nobody looked at, or that is unchanged because it is declared stopped, is not called down. */
function wasLookedAt(job: JobReport): boolean {
  return job.runs !== null && job.outcome !== 'skipped' && job.outcome !== 'unchanged';
}

function named(jobs: readonly JobReport[]): string {
  const names = jobs.slice(0, mostNames).map((job) => plain(job.job));
  const more = jobs.length - names.length;
  return more === 0 ? names.join(', ') : `${names.join(', ')} and ${more} more`;
}
