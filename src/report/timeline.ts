import type { JobReport, StepReport } from '../model/report.js';

/** Signs that would end a label, begin a comment or mean something else to Mermaid. */
const unsafe = /[:;#,%{}[\]()<>"'`\\\s]+/g;
/** Most bars of one chart: more than that nobody reads, and Mermaid refuses texts over 50,000 characters. */
const mostBars = 60;
/** A bar is at least this wide, in milliseconds, so that it can be seen. */
const narrowest = 1000;

/** A step with the times of its bar, in milliseconds since the epoch. */
export interface Bar {
  readonly step: StepReport;
  readonly from: number;
  readonly to: number;
}

/** The timed steps of each job, in order; a step that is under way reaches to the last time of the report. */
export function barsOf(jobs: readonly JobReport[]): readonly { readonly job: string; readonly bars: readonly Bar[] }[] {
  const times = jobs.flatMap((job) => job.steps.flatMap((step) => [step.startedAt, step.endedAt].map(timeOf)));
  const last = Math.max(...times.filter((time) => time !== null));
  return jobs.flatMap(({ job, steps }) => {
    const bars = steps.flatMap((step) => {
      const from = timeOf(step.startedAt);
      return from === null ? [] : [{ step, from, to: Math.max(from, timeOf(step.endedAt) ?? last) }];
    });
    return bars.length === 0 ? [] : [{ job, bars }];
  });
}

/**
 * A Mermaid Gantt chart of the steps, in the reader's local time. `dateFormat x` takes milliseconds; the format for seconds
 * draws wrong bars in Mermaid 11. Null where nothing was timed.
 */
export function timeline(jobs: readonly JobReport[]): string | null {
  const lines: string[] = [];
  let count = 0;
  let left = 0;
  for (const { job, bars } of barsOf(jobs)) {
    if (count + bars.length > mostBars && count > 0) {
      left += 1;
      continue;
    }
    count += bars.length;
    lines.push(`    section ${job.replace(unsafe, ' ')}`, ...bars.map((bar) => `    ${barLine(bar)}`));
  }
  if (lines.length === 0) return null;
  const chart = ['```mermaid', 'gantt', '    dateFormat x', '    axisFormat %H:%M:%S', ...lines, '```'].join('\n');
  return left === 0 ? chart : `${chart}\n\nThe chart leaves out ${left} ${left === 1 ? 'job' : 'jobs'}.`;
}

const tags: Readonly<Record<StepReport['state'], string>> = {
  succeeded: 'done, ',
  failed: 'crit, ',
  running: 'active, ',
  intended: 'active, ',
  skipped: '',
};

function barLine({ step, from, to }: Bar): string {
  const label = step.id.replace(unsafe, ' ').trim() || 'step';
  return `${label} :${tags[step.state]}${from}, ${Math.max(to, from + narrowest)}`;
}

function timeOf(at: string | null): number | null {
  const time = at === null ? Number.NaN : Date.parse(at);
  return Number.isFinite(time) ? time : null;
}
