import type { JobReport, StepReport } from '../model/report.js';
import { html, seconds } from './text.js';
import { barsOf } from './timeline.js';

const rowHeight = 22;
const left = 260;
const width = 640;
const colours: Readonly<Record<StepReport['state'], string>> = {
  succeeded: '#1a7f37',
  failed: '#cf222e',
  running: '#0969da',
  intended: '#0969da',
  skipped: '#8c959f',
};

/** The steps of each job as bars over time: an SVG of its own, with no script. Empty where nothing was timed. */
export function chart(jobs: readonly JobReport[]): string {
  const rows = barsOf(jobs).flatMap(({ job, bars }) => bars.map((bar) => ({ job, ...bar })));
  if (rows.length === 0) return '';
  const start = Math.min(...rows.map((row) => row.from));
  const span = Math.max(1, Math.max(...rows.map((row) => row.to)) - start);
  const height = rows.length * rowHeight + 28;
  const x = (time: number) => left + ((time - start) / span) * width;
  const lines = rows.map(({ job, step, from, to }, at) => {
    const y = at * rowHeight + 4;
    const bar = Math.max(2, x(to) - x(from));
    const took = seconds((to - from) / 1000);
    return [
      `<text x="0" y="${y + 13}">${html(`${job}: ${step.id}`)}</text>`,
      `<rect x="${round(x(from))}" y="${y}" width="${round(bar)}" height="${rowHeight - 6}" rx="2" fill="${colours[step.state]}"><title>${html(`${step.verb}, ${step.state}, ${took}`)}</title></rect>`,
    ].join('');
  });
  const axis = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = left + part * width;
    const anchor = part === 1 ? 'end' : 'middle';
    return `<text x="${at}" y="${height - 6}" text-anchor="${anchor}" class="axis">${seconds((span * part) / 1000)}</text>`;
  });
  return `<svg role="img" aria-label="Steps over time" viewBox="0 0 ${left + width + 10} ${height}" width="${left + width + 10}" height="${height}">${lines.join('')}${axis.join('')}</svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
