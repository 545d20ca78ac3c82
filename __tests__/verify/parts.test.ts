import { describe, expect, it } from '@jest/globals';
import type { JobRecord } from '../../src/model/record.js';
import type { GateReport, GateSpec, Point } from '../../src/model/verification.js';
import { chart, gateSection } from '../../src/report/gate-charts.js';
import { baselineOf } from '../../src/verify/baseline.js';
import { thinned } from '../../src/verify/chart.js';
import { collectorOf } from '../../src/verify/collector.js';
import { withIdle } from '../../src/verify/idle.js';
import { judgeLife, observeLife, watchOf } from '../../src/verify/life.js';
import type { Asked, Sampler } from '../../src/verify/samplers/asked.js';
import { type Sourced, signalOf } from '../../src/verify/signals.js';
import { specsOf, unknownSignals } from '../../src/verify/spec.js';
import { statusOf } from '../../src/verify/status.js';
import { verdictOver } from '../../src/verify/verdict.js';
import { run } from '../engines/command/world.js';
import { jobReport } from '../report/sample.js';
import { at, every, point, spec, start } from './series.js';
import { signal } from './stage.js';

const record = {} as JobRecord;

describe('collecting', () => {
  const sourced = (history: boolean): Sourced => ({
    signal: signal('lag', { history, latenessSeconds: history ? 60 : 0, intervalSeconds: 30 }),
    source: 'engine',
    declared: null,
  });

  /** Looks come every 10 s; gives when the source was read and from when on. */
  async function read(history: boolean, answers: Sampler, looks: number) {
    const asked: Asked[] = [];
    const sampler: Sampler = (one) => {
      asked.push(one);
      return answers(one);
    };
    const collector = collectorOf([{ ...sourced(history), intervalSeconds: 30 }], sampler);
    for (let look = 0; look < looks; look += 1) await collector.collect(run(), record, at(-600), at(look * 10));
    return { collector, asked: asked.map(({ since, until }) => [(since - start) / 1000, (until - start) / 1000]) };
  }

  it('reads a source without history for what it shows now, on a grid', async () => {
    const { asked, collector } = await read(false, async ({ until }) => [point((until - start) / 1000, 1)], 10);
    expect(asked).toEqual([
      [0, 0],
      [30, 30],
      [60, 60],
      [90, 90],
    ]);
    expect(collector.taken('lag').points).toHaveLength(4);
    expect(collector.next).toBe(at(120));
  });

  it('reads a source with history from the start, then a little before where it was read to', async () => {
    const { asked } = await read(true, async () => [], 8);
    expect(asked).toEqual([
      [-600, 0],
      [-120, 30],
      [-90, 60],
    ]);
  });

  it('keeps an error as a lost moment where there is no history, and as an error where there is', async () => {
    const fails: Sampler = async () => {
      throw new Error('reset');
    };
    const lost = (await read(false, fails, 4)).collector.taken('lag');
    expect(lost.points).toEqual([
      point(0, null, { run: null, error: 'reset' }),
      point(30, null, { run: null, error: 'reset' }),
    ]);
    const kept = (await read(true, fails, 4)).collector.taken('lag');
    expect([kept.points, kept.errors.map(({ message }) => message)]).toEqual([[], ['reset', 'reset']]);
  });

  it('counts an empty answer of a source without history as unknown', async () => {
    const { collector } = await read(false, async () => [], 1);
    expect(collector.taken('lag').points).toEqual([point(0, null, { run: null })]);
  });

  it('takes a point that comes again once, and never forgets a known value', async () => {
    const answers = [[point(-30, 5)], [point(-30, null), point(0, 7)], [point(0, 8)]];
    const { collector } = await read(true, async () => answers.shift() ?? [], 8);
    expect(collector.taken('lag').points).toEqual([point(-30, 5), point(0, 8)]);
  });

  it('does not ask again for a signal that there is not', async () => {
    const { asked, collector } = await read(false, async () => null, 8);
    expect([asked.length, collector.taken('lag').absent, collector.next]).toEqual([1, true, null]);
  });
});

describe('gate specs', () => {
  const offered = [
    signal('lag', { unit: 's', intervalSeconds: 60, latenessSeconds: 240, history: true }),
    signal('progress', { kind: 'counter', windowSeconds: 120, gate: { mode: 'hold', min: 0.001, why: 'x' } }),
  ];
  const job = (gates: object[], bakeSeconds = 300, signals = {}) =>
    ({ verify: { gates, bakeSeconds, signals } }) as unknown as Parameters<typeof specsOf>[0];

  it('take defaults from mode and signal, and the engine adds its own', () => {
    const specs = specsOf(job([{ signal: 'lag', mode: 'converge', max: 120 }]), offered);
    expect(specs.map(({ id, origin }) => [id, origin])).toEqual([
      ['lag', 'manifest'],
      ['progress', 'engine'],
    ]);
    expect(specs[0]).toMatchObject({
      ...{ mode: 'converge', max: 120, graceSeconds: 0, forSeconds: 120, endSeconds: 1200 },
      ...{ intervalSeconds: 60, staleSeconds: 330, latenessSeconds: 240, history: true, whenIdle: 'skip' },
    });
    expect(specs[1]).toMatchObject({ mode: 'hold', min: 0.001, graceSeconds: 120, endSeconds: 300, minSamples: 3 });
  });

  it('of the job replace those of the engine on the same signal, and are numbered', () => {
    const own = [
      {
        signal: 'progress',
        mode: 'hold',
        min: 5,
        grace: 30,
        for: 600,
        interval: 20,
        advisory: true,
        'when-idle': 'fail',
      },
      { signal: 'progress', mode: 'budget', 'max-delta': 3 },
    ];
    const specs = specsOf(job(own), offered);
    expect(specs.map(({ id }) => id)).toEqual(['progress', 'progress-2']);
    expect(specs[0]).toMatchObject({
      graceSeconds: 120,
      endSeconds: 720,
      intervalSeconds: 20,
      advisory: true,
      whenIdle: 'fail',
    });
    expect(specs[1]).toMatchObject({ maxDelta: 3, graceSeconds: 0, endSeconds: 300 });
  });

  it('last long enough for the samples that they need', () => {
    const [one] = specsOf(job([{ signal: 'lag', mode: 'hold', max: 1 }], 10), offered);
    expect(one).toMatchObject({ graceSeconds: 120, endSeconds: 120 + 4 * 60 });
  });

  it('do not ask for points closer together than the engine keeps them', () => {
    const [one] = specsOf(job([{ signal: 'lag', mode: 'hold', max: 1, interval: 10 }]), offered);
    expect(one).toMatchObject({ intervalSeconds: 60, staleSeconds: 330 });
    const signals = { lag: { prometheus: { url: 'x', query: 'y' } } };
    const [closer] = specsOf(job([{ signal: 'lag', mode: 'hold', max: 1, interval: 10 }], 300, signals), offered);
    expect(closer).toMatchObject({ intervalSeconds: 10, staleSeconds: 55 });
  });

  it('on a declared source follow what the manifest says of it', () => {
    const signals = {
      lag: { prometheus: { url: 'x', query: 'y' }, unit: 's', latenessSeconds: 30, input: 'progress' },
    };
    const [one] = specsOf(job([{ signal: 'lag', mode: 'hold', max: 1 }], 300, signals), offered);
    expect(one).toMatchObject({
      history: true,
      unit: 's',
      latenessSeconds: 30,
      intervalSeconds: 30,
      input: 'progress',
    });
    const slow = { ...signals.lag, input: 'asked' };
    const asked = { prometheus: { url: 'x', query: 'z' }, latenessSeconds: 90 };
    const [waits] = specsOf(job([{ signal: 'lag', mode: 'hold', max: 1 }], 300, { lag: slow, asked }), offered);
    expect(waits?.latenessSeconds).toBe(90);
    expect(unknownSignals(job([{ signal: 'lagg', mode: 'hold', max: 1 }]), offered)).toEqual(['lagg']);
    expect(signalOf('lag', { verify: { signals: { lag: { history: false } } } }, offered)).toMatchObject({
      source: 'engine',
      signal: { unit: 's', history: false },
    });
  });
});

describe('the verdict over all', () => {
  const passed = { result: 'pass', message: 'run a ran for 300 s' } as const;
  const gate = (result: 'pass' | 'fail' | 'inconclusive' | 'skipped' | null, more: Partial<GateSpec> = {}) => ({
    spec: spec(more),
    verdict: result === null ? null : { result, message: 'why' },
  });
  const lifeFails = { result: 'fail', code: 'new-run-ended', message: 'it ended' } as const;

  it.each<[string, Parameters<typeof verdictOver>, string | null]>([
    ['nothing but the run', [passed, []], 'pass'],
    ['a failure before all others are decided', [null, [gate('fail'), gate(null)]], 'fail'],
    ['a failure beside one that is open', [passed, [gate('inconclusive'), gate('fail')]], 'fail'],
    ['one that is not decided', [passed, [gate('pass'), gate(null)]], null],
    ['the run itself not decided', [null, [gate('pass')]], null],
    ['one that is open', [passed, [gate('pass'), gate('inconclusive')]], 'inconclusive'],
    ['one that was skipped', [passed, [gate('pass'), gate('skipped')]], 'pass'],
    ['advisory failures', [passed, [gate('fail', { advisory: true }), gate(null, { advisory: true })]], 'pass'],
    ['the run itself failed', [lifeFails, [gate('pass')]], 'fail'],
  ])('%s', (_, given, expected) => {
    expect(verdictOver(...given)?.result ?? null).toBe(expected);
  });

  it('names the gates', () => {
    expect(verdictOver(passed, [gate('fail', { id: 'lag-2' })])).toEqual({
      ...{ result: 'fail', code: 'gate-failed', message: 'gate lag-2 failed: why' },
    });
    expect(verdictOver(passed, [gate('pass'), gate('skipped', { id: 'x' })])?.message).toBe(
      'run a ran for 300 s, and passed lag',
    );
  });
});

describe("the run's own states", () => {
  const spec = { runningWithinSeconds: 900, bakeSeconds: 3600 };
  const seen = (state: 'starting' | 'running') => run({ state });
  /** Looks at these seconds, and the verdict of the last one. */
  const over = (...looks: readonly (readonly [number, 'starting' | 'running'])[]) => {
    const [first, ...more] = looks;
    let watch = watchOf(seen(first?.[1] ?? 'starting'), at(first?.[0] ?? 0));
    for (const [seconds, state] of more) watch = observeLife(watch, seen(state), at(seconds));
    const [seconds, state] = looks.at(-1) ?? [0, 'starting'];
    const verdict = judgeLife(watch, seen(state), spec, at(seconds));
    return verdict === null || verdict.result === 'pass' ? (verdict?.result ?? null) : verdict.code;
  };

  it('have to reach running in time', () => {
    expect(over([0, 'starting'], [900, 'starting'])).toBeNull();
    expect(over([0, 'starting'], [901, 'starting'])).toBe('not-running-in-time');
  });

  it('may fall back once, however late, and then have to reach running in time again', () => {
    expect(over([0, 'running'], [3000, 'starting'])).toBeNull();
    expect(over([0, 'running'], [3000, 'starting'], [3900, 'starting'])).toBeNull();
    expect(over([0, 'running'], [3000, 'starting'], [3901, 'starting'])).toBe('not-running-in-time');
    expect(over([0, 'running'], [3000, 'starting'], [3100, 'running'], [6699, 'running'])).toBeNull();
    expect(over([0, 'running'], [3000, 'starting'], [3100, 'running'], [6700, 'running'])).toBe('pass');
  });

  it('may not fall back again and again', () => {
    const back = [10, 30, 50].flatMap((seconds) => [
      [seconds, 'starting'] as const,
      [seconds + 10, 'running'] as const,
    ]);
    expect(over([0, 'running'], ...back)).toBe('crash-loop');
  });
});

describe('the status of a new run', () => {
  const gate = (last: 'pass' | 'fail' | null, result: 'fail' | null = null) => ({
    spec: spec(),
    last,
    verdict: result === null ? null : { result, message: '' },
  });
  it.each<[string, Parameters<typeof statusOf>[0]]>([
    ['starting', { run: { state: 'starting' }, gates: [gate('fail')], hydration: null }],
    ['hydrating', { run: { state: 'running' }, gates: [gate('fail')], hydration: 12 }],
    ['lagging', { run: { state: 'running' }, gates: [gate('pass'), gate('fail')], hydration: 0 }],
    ['healthy', { run: { state: 'running' }, gates: [gate('pass')], hydration: null }],
    ['failing', { run: { state: 'running' }, gates: [gate('fail', 'fail')], hydration: 5 }],
    ['failing', { run: { state: 'failed' }, gates: [], hydration: null }],
  ])('%s', (word, signs) => {
    expect(statusOf(signs)).toBe(word);
  });
});

describe('idle sources', () => {
  const input = (points: readonly Point[], kind: 'gauge' | 'counter' = 'gauge') => ({
    signal: signal('input', { kind, windowSeconds: 60 }),
    points,
  });
  it('are seen by a level of 0, or by a counter that does not grow', () => {
    const points = every(30, [1, 1, 1, 1, 1]);
    const idle = (level: ReturnType<typeof input>) => withIdle(points, level, 90).map((one) => one.idle);
    expect(idle(input(every(30, [5, 0, 0, 5, 0])))).toEqual([false, true, true, false, true]);
    expect(idle(input(every(30, [5, 5, 5, 6, 6]), 'counter'))).toEqual([false, false, true, false, false]);
    expect(idle(input([point(0, 0)]))).toEqual([true, true, true, true, false]);
    expect(idle(input(every(30, [null, null, null])))).toEqual([false, false, false, false, false]);
  });
});

describe('a baseline', () => {
  it('is the median of what was known of that run while it had input', () => {
    const points = [...every(30, [4, 100, 6, null, 5]), point(200, 0, { idle: true }), point(210, 9, { run: 'other' })];
    expect(baselineOf(spec(), 'new', points)).toEqual({ value: 5.5, samples: 4, why: 'measured' });
    expect(baselineOf(spec(), 'new', every(30, [4, 5]))).toEqual({ value: null, samples: 2, why: 'too-few' });
    expect(baselineOf(spec(), 'new', every(30, [0, 0, 0]))).toEqual({ value: 0, samples: 3, why: 'zero' });
    const growth = baselineOf(spec({ kind: 'counter', windowSeconds: 60 }), 'new', every(30, [0, 60, 120, 180, 240]));
    expect(growth).toEqual({ value: 2, samples: 3, why: 'measured' });
  });
});

describe('charts', () => {
  const gate: GateReport = {
    ...{ gate: 'lag', signal: 'lag', unit: 's', mode: 'converge', advisory: false, origin: 'manifest' },
    ...{ condition: 'at most 120 s', baseline: 40, result: 'fail', message: 'it was <b>300</b> | s', samples: 3 },
    ...{
      bound: 120,
      points: [
        [0, 900],
        [30, null],
        [60, 300.456],
      ],
    },
  };

  it('show the values and the bound', () => {
    expect(chart(gate)).toBe(
      [
        '```mermaid',
        '%%{init: {"xyChart": {"width": 560, "height": 260, "yAxis": {"labelFontSize": 10}}, "themeVariables": {"xyChart": {"plotColorPalette": "#0969da, #cf222e"}}}}%%',
        'xychart-beta',
        '    title "lag (s) and its bound 120"',
        '    x-axis "seconds since the new run ran" 0 --> 60',
        '    y-axis "s" 0 --> 900',
        '    line [900, 300.5]',
        '    line [120, 120]',
        '```',
      ].join('\n'),
    );
    expect(chart({ ...gate, points: [[0, 1]] })).toBeNull();
    const peak: GateReport['points'] = [
      [0, 1],
      [60, 70],
      [61, 2],
      [90, 3],
    ];
    expect(chart({ ...gate, points: peak })).toContain(', 70, 2, 2,');
    const apart: GateReport['points'] = [
      [0, 1],
      [60, 70],
      [90, 0],
    ];
    expect(chart({ ...gate, points: apart })).toContain('line [1, 1, 70, 0]');
    expect(
      chart({
        ...gate,
        gate: 'a"; click',
        points: [
          [0, 1e-7],
          [1, 0],
        ],
        bound: null,
      }),
    ).toContain('title "a click (s)"');
    expect(
      chart({
        ...gate,
        points: [
          [0, 1e-7],
          [1, 0],
        ],
        bound: null,
      }),
    ).toContain('line [0.0000001, 0]');
  });

  it('stand under a table of all gates, in which nothing of a source is markup', () => {
    const section = gateSection(
      jobReport('orders', {
        gates: [gate, { ...gate, gate: 'x', advisory: true, origin: 'engine', result: null, points: [] }],
      }),
    );
    expect(section).toContain(
      '| `lag` | converge | at most 120 s | 40 s | ❌ fail | it was &lt;b&gt;300&lt;/b&gt; \\| s |',
    );
    expect(section).toContain('| `x` | converge, advisory, default |');
    expect(section.match(/xychart-beta/g)).toHaveLength(1);
    expect(gateSection(jobReport('orders'))).toBe('');
  });

  it('keep peaks and gaps when they are thinned out', () => {
    const many = Array.from({ length: 400 }, (_, i) => [i, i === 217 ? 99 : i > 300 && i < 350 ? null : 1] as const);
    const few = thinned(many);
    expect(few.length).toBeLessThanOrEqual(40);
    expect(few.some(([, value]) => value === 99)).toBe(true);
    expect(few.some(([, value]) => value === null)).toBe(true);
    expect(thinned(many.slice(0, 10))).toEqual(many.slice(0, 10));
  });
});
