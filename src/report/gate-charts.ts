import type { JobReport } from '../model/report.js';
import type { GateReport } from '../model/verification.js';
import { amount } from '../verify/words.js';
import { cellCode, plain } from './text.js';

/** Charts of one job; more are found in the evidence file. */
const mostCharts = 6;
/** Values of one line. */
const mostSlots = 80;
/** Signs that end a title or mean something else to Mermaid. */
const unsafe = /[^A-Za-z0-9 ._/()-]+/g;

const marks = { pass: '✅', fail: '❌', inconclusive: '❔', skipped: '⏭️' } as const;

/** What was measured of a job's new run: a row a gate, and a chart of each that has a series. Empty where it has no gates. */
export function gateSection(job: JobReport): string {
  const gates = job.gates ?? [];
  if (gates.length === 0) return '';
  const rows = gates.map((gate) => {
    const mark = gate.result === null ? '⏳ not decided' : `${marks[gate.result]} ${gate.result}`;
    const kind = [gate.mode, ...(gate.advisory ? ['advisory'] : []), ...(gate.origin === 'engine' ? ['default'] : [])];
    const before = gate.baseline === null ? '–' : amount(gate.baseline, gate);
    return `| ${cellCode(gate.gate)} | ${kind.join(', ')} | ${plain(gate.condition)} | ${before} | ${mark} | ${plain(gate.message)} |`;
  });
  const table = ['| Gate | Kind | Expected | Before | Verdict | Why |', `|${'---|'.repeat(6)}`, ...rows].join('\n');
  const charts = gates.slice(0, mostCharts).flatMap((gate) => chart(gate) ?? []);
  return [table, ...charts].join('\n\n');
}

/**
 * A Mermaid line chart of one gate: values over seconds since the new run ran, and the bound as a second line. Null where fewer than two
 * values are known. The default line of xychart is nearly invisible, so colours are named.
 */
export function chart(gate: GateReport): string | null {
  const known = gate.points.flatMap(([seconds, value]) => (value === null ? [] : [[seconds, value] as const]));
  if (known.length < 2) return null;
  const values = known.map(([, value]) => value);
  const all = gate.bound === null ? values : [...values, gate.bound];
  const low = Math.min(0, ...all);
  const high = Math.max(...all);
  const colours = gate.bound === null ? '#0969da' : '#0969da, #cf222e';
  const title = `${gate.gate} (${gate.unit})${gate.bound === null ? '' : ` and its bound ${short(gate.bound)}`}`;
  return [
    '```mermaid',
    `%%{init: {"xyChart": {"width": 560, "height": 260, "yAxis": {"labelFontSize": 10}}, "themeVariables": {"xyChart": {"plotColorPalette": "${colours}"}}}}%%`,
    'xychart-beta',
    `    title "${title.replace(unsafe, ' ').replace(/ +/g, ' ')}"`,
    `    x-axis "seconds since the new run ran" ${known[0]?.[0]} --> ${Math.max(known.at(-1)?.[0] ?? 0, (known[0]?.[0] ?? 0) + 1)}`,
    `    y-axis "${gate.unit}" ${short(low)} --> ${short(high > low ? high : low + 1)}`,
    `    line [${even(known).map(short).join(', ')}]`,
    ...(gate.bound === null
      ? []
      : [
          `    line [${even(known)
            .map(() => short(gate.bound ?? 0))
            .join(', ')}]`,
        ]),
    '```',
  ].join('\n');
}

/**
 * The chart sets values apart evenly, so they are put into even slots, as narrow as the closest two lie together: of each slot the value
 * farthest from 0 is drawn, and one without a value goes on as the one before it. So no peak is lost.
 */
function even(known: readonly (readonly [number, number])[]): readonly number[] {
  const from = known[0]?.[0] ?? 0;
  const span = (known.at(-1)?.[0] ?? from) - from;
  const closest = Math.min(...known.slice(1).map(([seconds], index) => seconds - (known[index]?.[0] ?? 0)));
  const slots = Math.max(2, Math.min(mostSlots, Math.round(span / Math.max(1, closest)) + 1));
  const values: (number | null)[] = Array.from({ length: slots }, () => null);
  for (const [seconds, value] of known) {
    const slot = span === 0 ? 0 : Math.round(((seconds - from) / span) * (slots - 1));
    const kept = values[slot] ?? null;
    if (kept === null || Math.abs(value) > Math.abs(kept)) values[slot] = value;
  }
  let last = known[0]?.[1] ?? 0;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}

/** Mermaid reads no exponents. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const digits = Math.min(20, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(digits).replace(/\.?0+$/, '');
}
