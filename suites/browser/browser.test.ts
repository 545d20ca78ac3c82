import { statSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { jobReport, report, succeededJob } from '../../__tests__/report/sample.js';
import type { GateReport } from '../../src/model/verification.js';
import { reportSummary } from '../../src/report/summary.js';
import { render } from './page.js';

const steps = (from: string, to: string) => [
  { id: 'stop', verb: 'stop', state: 'succeeded', startedAt: from, endedAt: to, run: 'a' } as const,
  { id: 'start', verb: 'start', state: 'succeeded', startedAt: to, endedAt: '2026-11-22T10:09:00Z', run: 'b' } as const,
];

function gate(name: string, more: Partial<GateReport>): GateReport {
  return {
    ...{ gate: name, signal: name, unit: 's', mode: 'converge', advisory: false, origin: 'manifest' },
    ...{ condition: 'at most 120 s', baseline: null, result: 'pass', message: 'it was as expected', samples: 10 },
    ...{ bound: 120, points: Array.from({ length: 10 }, (_, i) => [i * 30, Math.max(20, 900 - i * 150)] as const) },
    ...more,
  };
}

const gates: readonly GateReport[] = [
  gate('lag', {}),
  gate('throughput', {
    unit: 'records/s',
    mode: 'hold',
    bound: 70,
    baseline: 101.5,
    result: 'fail',
    message: 'it was 3.2 | <b>low</b>',
  }),
  gate('errors', {
    unit: 'ratio',
    points: [
      [0, 1e-7],
      [30, null],
      [60, 0.0123],
      [90, 0],
    ],
    bound: 0.01,
    advisory: true,
  }),
  gate('below "zero"; click', {
    unit: 'count',
    points: [
      [0, -5],
      [30, 5],
      [60, -2.5],
    ],
    bound: null,
    result: null,
  }),
  gate('huge', {
    unit: 'bytes',
    points: [
      [0, 4e12],
      [30, 9.5e12],
    ],
    bound: 1e13,
  }),
  gate('flat', {
    points: [
      [0, 0],
      [30, 0],
      [60, 0],
    ],
    bound: 0,
  }),
];

it('the summary of a rollout: timeline and a chart of each gate are drawn', async () => {
  const times = ['2026-11-22T10:00:00Z', '2026-11-22T10:00:40Z'] as const;
  const orders = succeededJob('orders', { steps: steps(...times), gates });
  const clicks = jobReport('clicks', {
    outcome: 'stuck',
    gates: [gate('lag', { points: [], result: 'inconclusive' })],
  });
  const markdown = reportSummary(report([orders, clicks]), null);
  const page = await render(markdown, 'summary');

  expect(page.failure).toBeNull();
  expect(page.html).not.toContain('Syntax error');
  expect(page.diagrams.map(({ kind }) => kind)).toEqual(['gantt', ...gates.map(() => 'xychart')]);
  expect(statSync(page.picture).size).toBeGreaterThan(20_000);
  // A table that was broken by a sign of a message would have another number of cells.
  const rows = page.html.match(/<tr>[\s\S]*?<\/tr>/g) ?? [];
  expect(rows.filter((row) => row.includes('records/s')).map((row) => row.match(/<t[dh]/g)?.length)).toContain(6);
  expect(page.html).not.toContain('<b>low</b>');

  const charts = page.diagrams.slice(1);
  expect(charts.map(({ lines }) => lines.length)).toEqual(gates.map(({ bound }) => (bound === null ? 1 : 2)));
  const [lag, , errors] = charts;
  expect(lag?.texts).toContain('lag (s) and its bound 120');
  const [values = [], bound = []] = lag?.lines ?? [];
  expect(values).toHaveLength(10);
  // The value falls, so the line goes down the page; the bound is level, and is crossed.
  expect(values[0]?.[1]).toBeLessThan(values.at(-1)?.[1] ?? 0);
  expect(new Set(bound.map(([, y]) => y)).size).toBe(1);
  expect(values[0]?.[1]).toBeLessThan(bound[0]?.[1] ?? 0);
  expect(values.at(-1)?.[1]).toBeGreaterThan(bound[0]?.[1] ?? 0);
  // One peak between two samples that lie apart is seen above the bound.
  const [ratio = [], limit = []] = errors?.lines ?? [];
  expect(Math.min(...ratio.map(([, y]) => y))).toBeLessThan(limit[0]?.[1] ?? 0);
});
