import type { JobReport, StepReport } from '../model/report.js';

/** Mermaid words and signs that would end a label. */
const unsafe = /[:;#,%{}[\]()<>"'`\\\n\r]/g;
/** Most bars of one chart: more than that nobody reads. */
const mostBars = 60;

/**
 * A Gantt chart of the steps. `dateFormat x` takes milliseconds; the seconds format draws wrong bars in Mermaid 11.
 * Null where nothing was timed.
 */
export function timeline(jobs: readonly JobReport[]): string | null {
  const lines: string[] = [];
  const starts = jobs.flatMap((job) =>
    job.steps.flatMap((step) => (step.startedAt === null ? [] : [Date.parse(step.startedAt)])),
  );
  if (starts.length === 0) return null;
  const zero = Math.min(...starts);
  let bars = 0;
  for (const job of jobs) {
    const timed = job.steps.filter((step) => step.startedAt !== null);
    if (timed.length === 0 || bars >= mostBars) continue;
    lines.push(`    section ${job.job.replace(unsafe, ' ')}`);
    for (const step of timed) {
      bars += 1;
      lines.push(`    ${bar(step, zero)}`);
    }
  }
  return ['```mermaid', 'gantt', '    dateFormat x', '    axisFormat %H:%M:%S', ...lines, '```'].join('\n');
}

function bar(step: StepReport, zero: number): string {
  const from = Date.parse(step.startedAt ?? '') - zero;
  const to = Math.max(from + 1000, step.endedAt === null ? from + 1000 : Date.parse(step.endedAt) - zero);
  const tag = step.state === 'failed' ? 'crit, ' : step.state === 'succeeded' ? 'done, ' : 'active, ';
  return `${step.id.replace(unsafe, ' ')} :${tag}${from}, ${to}`;
}
