import type { JobReport } from '../model/report.js';
import type { GateReport } from '../model/verification.js';
import { amount } from '../verify/words.js';
import { html } from './text.js';

const width = 420;
const height = 150;
/** Room for the scale, and for the seconds below. */
const left = 70;
const bottom = 22;
const top = 8;
const line = '#0969da';
const bound = '#cf222e';

/** What each gate of a job's new run came to, with its values over time and its bound. Empty where it has no gates. */
export function gates(job: JobReport): string {
  const all = job.gates ?? [];
  if (all.length === 0) return '';
  const shown = all.map((gate) => {
    const result = gate.result ?? 'not decided';
    const kind = gate.advisory ? ', advisory' : '';
    const caption = `<strong>${html(gate.gate)}</strong> (${gate.mode}${kind}): ${html(gate.condition)}: <em>${result}</em>, ${html(gate.message)}`;
    return `<figure><figcaption>${caption}</figcaption>${gateChart(gate)}</figure>`;
  });
  return `<div><p>What was measured of <code>${html(job.job)}</code>, in seconds since its new run ran:</p>${shown.join('\n')}</div>`;
}

/** A line of known values, broken where one is missing, and the bound as a dashed one. Empty where fewer than two are known. */
function gateChart(gate: GateReport): string {
  const known = gate.points.flatMap(([at, value]) => (value === null ? [] : [[at, value] as const]));
  if (known.length < 2) return '';
  const values = known.map(([, value]) => value);
  const all = gate.bound === null ? values : [...values, gate.bound];
  const low = Math.min(0, ...all);
  const most = Math.max(...all);
  const high = most > low ? most : low + 1;
  const [from, to] = [Math.min(...known.map(([at]) => at)), Math.max(...known.map(([at]) => at))];
  const x = (at: number) => round(left + ((at - from) / Math.max(1, to - from)) * width);
  const y = (value: number) => round(top + (1 - (value - low) / (high - low)) * height);
  const drawn = stretches(gate.points).map(
    (points) =>
      `<polyline fill="none" stroke="${line}" stroke-width="1.5" points="${points.map(([at, value]) => `${x(at)},${y(value)}`).join(' ')}"/>`,
  );
  const limit =
    gate.bound === null
      ? ''
      : `<line x1="${left}" x2="${left + width}" y1="${y(gate.bound)}" y2="${y(gate.bound)}" stroke="${bound}" stroke-dasharray="4 3"/>`;
  const scale = [low, high].map(
    (value) =>
      `<text x="${left - 6}" y="${y(value) + 4}" text-anchor="end" class="axis">${html(amount(value, gate))}</text>`,
  );
  const times = [from, to].map(
    (at, i) =>
      `<text x="${x(at)}" y="${top + height + 16}" text-anchor="${i === 0 ? 'start' : 'end'}" class="axis">${Math.round(at)} s</text>`,
  );
  const size = `viewBox="0 0 ${left + width + 10} ${top + height + bottom}" width="${left + width + 10}" height="${top + height + bottom}"`;
  return `<svg role="img" aria-label="${html(gate.gate)} over time" ${size}>${drawn.join('')}${limit}${scale.join('')}${times.join('')}</svg>`;
}

type Known = readonly [seconds: number, value: number];

/** Known values between two that are missing. */
function stretches(points: GateReport['points']): readonly (readonly Known[])[] {
  const all: Known[][] = [[]];
  for (const [at, value] of [...points].sort((a, b) => a[0] - b[0])) {
    if (value === null) all.push([]);
    else all.at(-1)?.push([at, value]);
  }
  return all.filter((stretch) => stretch.length > 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
