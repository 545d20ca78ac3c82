import type { GateReport } from '../model/verification.js';
import { thinned } from './chart.js';
import type { Watching } from './gate-watch.js';
import { gradesOf } from './judge.js';
import { limitsOf } from './limits.js';
import type { Watched } from './series.js';
import { inWords } from './words.js';

/** A gate as reports show it. A budget's chart shows the counter, any other what was compared. */
export function gateReport(gate: Watching, watched: Watched | null, now: number): GateReport {
  const { spec, baseline, points, errors, verdict } = gate;
  const limits = spec.maxDelta === null ? limitsOf(spec, baseline) : null;
  const bounds = limits === null || typeof limits === 'string' ? null : limits;
  const readings = watched === null ? [] : gradesOf(spec, watched, points, baseline, now);
  const since = watched?.runningSince ?? 0;
  const lastError = errors.at(-1)?.message ?? points.findLast((point) => point.error !== null)?.error ?? null;
  const message = verdict?.message ?? 'not decided yet';
  return {
    gate: spec.id,
    signal: spec.signal,
    unit: spec.unit,
    mode: spec.mode,
    advisory: spec.advisory,
    origin: spec.origin,
    condition: inWords(spec),
    baseline: baseline?.value ?? null,
    result: verdict?.result ?? null,
    message:
      verdict?.result === 'inconclusive' && lastError !== null ? `${message}; last error: ${lastError}` : message,
    samples: points.filter(({ value }) => value !== null).length,
    bound: bounds === null ? null : (bounds.max ?? bounds.min ?? bounds.equals),
    points: thinned(readings.map(({ at, value }) => [Math.round((at - since) / 1000), value] as const)),
  };
}
