import { describe, expect, it } from '@jest/globals';
import type { Baseline, GateResult, GateSpec, Point } from '../../src/model/verification.js';
import { judge } from '../../src/verify/judge.js';
import type { Watched } from '../../src/verify/series.js';
import { at, every, point, spec, watched } from './series.js';

interface Row {
  readonly name: string;
  readonly spec: Partial<GateSpec>;
  readonly points: readonly Point[];
  readonly expected: GateResult | null;
  readonly says?: string;
  readonly baseline?: Baseline;
  readonly now?: number;
  readonly watched?: Partial<Watched>;
}

const flat = (value: number | null, count = 21) => Array.from({ length: count }, () => value);
const measured = (value: number): Baseline => ({ value, samples: 5, why: 'measured' });
const none = (why: Baseline['why']): Baseline => ({ value: null, samples: 0, why });
const holds = { mode: 'hold', max: 100 } as const;
const converges = { mode: 'converge', max: 100, forSeconds: 120 } as const;
const counts = { mode: 'budget', maxDelta: 2, kind: 'counter' } as const;
const error = (seconds: number) => point(seconds, null, { error: 'connection refused' });
const without = (points: readonly Point[], from: number, to: number) =>
  points.filter((one) => one.at < at(from) || one.at > at(to));

const table: readonly Row[] = [
  // hold
  { name: 'steady within the bound', spec: holds, points: every(30, flat(50)), expected: 'pass' },
  { name: 'before the end nothing is decided', spec: holds, points: every(30, flat(50)), now: 599, expected: null },
  {
    name: 'one failing sample',
    spec: holds,
    points: every(30, flat(50)).with(9, point(270, 101)),
    expected: 'fail',
    says: 'it was 101 s, 270 s after',
  },
  {
    name: 'fails at once, long before the end',
    spec: holds,
    points: [point(0, 50), point(30, 500)],
    now: 31,
    expected: 'fail',
  },
  { name: 'the bound itself passes', spec: holds, points: every(30, flat(100)), expected: 'pass' },
  {
    name: 'failing within grace only',
    spec: { ...holds, graceSeconds: 120 },
    points: [...every(30, flat(900, 4)), ...every(30, flat(50, 17), 120)],
    expected: 'pass',
  },
  { name: 'zero samples', spec: holds, points: [], expected: 'inconclusive', says: 'no sample was known' },
  {
    name: 'only unknown samples',
    spec: holds,
    points: every(30, flat(null)),
    expected: 'inconclusive',
    says: 'no sample was known',
  },
  { name: 'NaN', spec: { ...holds, max: null, min: 0 }, points: every(30, flat(Number.NaN)), expected: 'inconclusive' },
  {
    name: 'infinite values',
    spec: { ...holds, max: null, min: 0 },
    points: every(30, flat(Number.POSITIVE_INFINITY)),
    expected: 'inconclusive',
  },
  {
    name: 'four errors in a row',
    spec: holds,
    points: every(30, flat(50)).map((one, i) => (i > 4 && i < 9 ? error(i * 30) : one)),
    expected: 'pass',
  },
  {
    name: 'five errors in a row',
    spec: holds,
    points: every(30, flat(50)).map((one, i) => (i > 4 && i < 10 ? error(i * 30) : one)),
    expected: 'inconclusive',
    says: 'known samples came up to 180 s apart, where at most 165 s is allowed',
  },
  {
    name: 'a failure among errors',
    spec: holds,
    points: [
      ...Array.from({ length: 10 }, (_, i) => error(i * 30)),
      point(300, 500),
      ...Array.from({ length: 10 }, (_, i) => error(330 + i * 30)),
    ],
    expected: 'fail',
  },
  {
    name: 'a gap in the middle',
    spec: holds,
    points: without(every(30, flat(50)), 200, 400),
    expected: 'inconclusive',
  },
  { name: 'metrics end early', spec: holds, points: every(30, flat(50, 10)), expected: 'inconclusive' },
  { name: 'metrics begin late', spec: holds, points: every(30, flat(50, 10), 330), expected: 'inconclusive' },
  {
    name: 'too few samples',
    spec: { ...holds, staleSeconds: 1000 },
    points: [point(10, 50), point(500, 50)],
    expected: 'inconclusive',
    says: 'only 2 of at least 3',
  },
  {
    name: 'a sample, and then silence',
    spec: holds,
    points: [point(10, 50)],
    expected: 'inconclusive',
    says: 'only 1 of at least 3 samples was known, and for 590 s no sample was known, where at most 165 s is allowed',
  },
  {
    name: "another run's samples",
    spec: holds,
    points: every(30, flat(50), 0, { run: 'old' }),
    expected: 'inconclusive',
  },
  {
    name: "another run's failures",
    spec: holds,
    points: [...every(30, flat(50)), ...every(30, flat(900), 1, { run: 'old' })],
    expected: 'pass',
  },
  { name: 'samples of no named run', spec: holds, points: every(30, flat(50), 0, { run: null }), expected: 'pass' },
  { name: 'samples dated in the future', spec: holds, points: every(30, flat(50), 5000), expected: 'inconclusive' },
  {
    name: 'a failing sample that is dated later than now',
    spec: holds,
    points: [point(0, 50), point(300, 900)],
    now: 100,
    expected: null,
  },
  { name: 'samples from before the run', spec: holds, points: every(30, flat(50), -3600), expected: 'inconclusive' },
  {
    name: 'late metrics are waited for',
    spec: { ...holds, latenessSeconds: 240, history: true },
    points: every(60, flat(50, 7)),
    now: 620,
    expected: null,
  },
  {
    name: 'late metrics came',
    spec: { ...holds, latenessSeconds: 240, history: true },
    points: every(60, flat(50, 11)),
    now: 841,
    expected: 'pass',
  },
  {
    name: 'late metrics never came',
    spec: { ...holds, latenessSeconds: 240, history: true },
    points: every(60, flat(50, 5)),
    now: 841,
    expected: 'inconclusive',
  },
  { name: 'equals', spec: { ...holds, max: null, equals: 0 }, points: every(30, flat(0)), expected: 'pass' },
  {
    name: 'equals something else once',
    spec: { ...holds, max: null, equals: 0 },
    points: every(30, flat(0)).with(20, point(600, 1)),
    expected: 'fail',
  },
  // idle
  {
    name: 'idle all along',
    spec: { ...holds, min: 1, max: null },
    points: every(30, flat(0), 0, { idle: true }),
    expected: 'skipped',
  },
  {
    name: 'idle all along, to pass',
    spec: { ...holds, min: 1, max: null, whenIdle: 'pass' },
    points: every(30, flat(0), 0, { idle: true }),
    expected: 'pass',
  },
  {
    name: 'idle all along, to fail',
    spec: { ...holds, min: 1, max: null, whenIdle: 'fail' },
    points: every(30, flat(0), 0, { idle: true }),
    expected: 'fail',
    says: 'the source was idle',
  },
  {
    name: 'silent stall: no throughput, and the source is not idle',
    spec: { ...holds, min: 1, max: null },
    points: every(30, flat(0)),
    expected: 'fail',
  },
  {
    name: 'idle at first, then input',
    spec: { ...holds, min: 1, max: null },
    points: [...every(30, flat(0, 10), 0, { idle: true }), ...every(30, flat(5, 11), 300)],
    expected: 'pass',
  },
  {
    name: 'idle at first, then a stall',
    spec: { ...holds, min: 1, max: null },
    points: [...every(30, flat(0, 10), 0, { idle: true }), ...every(30, flat(0, 11), 300)],
    expected: 'fail',
  },
  {
    name: 'idle by an unreadable source',
    spec: holds,
    points: every(30, flat(null), 0, { idle: true, error: 'reset' }),
    expected: 'inconclusive',
  },
  {
    name: 'nothing passes through, and whether there was input is still on its way',
    spec: { ...holds, min: 1, max: null, input: 'input', latenessSeconds: 60 },
    points: [point(0, 5), point(30, 0)],
    now: 89,
    expected: null,
  },
  {
    name: 'nothing passes through, and that there was input is known by now',
    spec: { ...holds, min: 1, max: null, input: 'input', latenessSeconds: 60 },
    points: [point(0, 5), point(30, 0)],
    now: 90,
    expected: 'fail',
  },
  {
    name: 'idle when nothing else was ever read',
    spec: { ...holds },
    points: [point(0, 0, { idle: true })],
    expected: 'inconclusive',
  },
  // converge
  {
    name: 'ramps down, then holds',
    spec: converges,
    points: every(30, [900, 700, 500, 300, 90, 50, 40, 30, 20]),
    now: 241,
    expected: 'pass',
    says: 'from 120 s',
  },
  { name: 'not for long enough yet', spec: converges, points: every(30, [900, 50, 50, 50]), now: 91, expected: null },
  {
    name: 'catches up beyond the deadline',
    spec: converges,
    points: every(30, [...flat(900, 20), 50]),
    expected: 'fail',
    says: 'it was not at most 100 s for 120 s within 600 s',
  },
  {
    name: 'never catches up',
    spec: converges,
    points: every(30, flat(900)),
    expected: 'fail',
    says: 'and 900 s at the end',
  },
  {
    name: 'flaps around the bound',
    spec: converges,
    points: every(
      30,
      flat(0).map((_, i) => (i % 3 === 0 ? 120 : 80)),
    ),
    expected: 'fail',
  },
  {
    name: 'an unknown sample breaks the stretch',
    spec: converges,
    points: every(30, [50, 50, 50, null, 50, 50, 50, 50]),
    now: 211,
    expected: null,
  },
  {
    name: 'unknown samples keep it from passing',
    spec: converges,
    points: every(
      30,
      flat(50).map((v, i) => (i % 3 === 0 ? null : v)),
    ),
    expected: 'inconclusive',
  },
  {
    name: 'a failure after it has passed',
    spec: converges,
    points: every(30, [50, 50, 50, 50, 50, 900, 900]),
    now: 181,
    expected: 'pass',
  },
  {
    name: 'each sample passes, and they come too far apart',
    spec: { ...converges, forSeconds: 0 },
    points: every(240, flat(50, 3)),
    expected: 'inconclusive',
    says: 'each of 3 known samples was as expected, but the gate needs 3 without a gap within 600 s: known samples came up to 240 s apart, where at most 165 s is allowed',
  },
  {
    name: 'one passing sample, and then silence',
    spec: { ...converges, forSeconds: 0 },
    points: [point(300, 50)],
    expected: 'inconclusive',
    says: 'the only known sample was as expected',
  },
  {
    name: 'a failure, then samples that come too far apart',
    spec: converges,
    points: [point(0, 900), ...every(200, flat(50, 3), 200)],
    expected: 'inconclusive',
    says: 'it was not at most 100 s for 120 s within 600 s, as far as samples were known: known samples came up to 200 s apart',
  },
  { name: 'zero samples to converge', spec: converges, points: [], expected: 'inconclusive' },
  {
    name: 'a gap longer than allowed breaks it',
    spec: { ...converges, forSeconds: 240 },
    points: [...every(30, flat(50, 4)), ...every(30, flat(50, 4), 300)],
    now: 391,
    expected: null,
  },
  { name: 'failing, then silence', spec: converges, points: every(30, flat(900, 5)), expected: 'inconclusive' },
  {
    name: 'errors, and failing at the end',
    spec: converges,
    points: [...Array.from({ length: 15 }, (_, i) => error(i * 30)), ...every(30, flat(900, 6), 450)],
    expected: 'fail',
  },
  {
    name: 'points on their way could break the stretch',
    spec: { ...converges, latenessSeconds: 240 },
    points: every(30, flat(50, 10)),
    now: 300,
    expected: null,
  },
  {
    name: 'idle samples do not break the stretch',
    spec: converges,
    points: every(30, flat(50, 6)).map((one, i) => (i === 2 ? { ...one, idle: true } : one)),
    now: 151,
    expected: 'pass',
  },
  {
    name: 'input now and then, and as expected each time',
    spec: { ...converges, min: 1, max: null },
    points: every(60, flat(0, 11), 0, { idle: true }).map((one, i) =>
      i % 4 === 2 ? { ...one, idle: false, value: 7 } : one,
    ),
    expected: 'pass',
    says: 'whenever the source had input',
  },
  {
    name: 'input now and then, once without effect',
    spec: { ...converges, min: 1, max: null },
    points: every(60, flat(0, 11), 0, { idle: true }).map((one, i) =>
      i % 4 === 2 ? { ...one, idle: false, value: i === 6 ? 0 : 7 } : one,
    ),
    expected: 'fail',
  },
  {
    name: 'input once, and then nobody knows',
    spec: { ...converges, min: 1, max: null },
    points: every(60, flat(0, 11), 0, { idle: true }).map((one, i) =>
      i === 2 ? { ...one, idle: false, value: 7 } : i > 7 ? { ...one, idle: false, value: null } : one,
    ),
    expected: 'inconclusive',
  },
  {
    name: 'one sample is no stretch, however short it may be',
    spec: { ...converges, forSeconds: 0 },
    points: [point(0, 900), point(30, 50)],
    now: 31,
    expected: null,
  },
  {
    name: 'two samples are too few for a stretch',
    spec: { ...converges, intervalSeconds: 60 },
    points: [point(0, 50), point(120, 50)],
    now: 121,
    expected: null,
  },
  {
    name: 'failing at first, and then as expected whenever it had input',
    spec: { ...converges, min: 1, max: null },
    points: every(60, flat(0, 11), 0, { idle: true }).map((one, i) =>
      i < 2 ? { ...one, idle: false, value: i === 1 ? 7 : 0 } : one,
    ),
    expected: 'pass',
    says: 'whenever the source had input',
  },
  {
    name: 'input once, and once nobody knows',
    spec: { ...converges, min: 1, max: null },
    points: every(60, flat(0, 11), 0, { idle: true }).map((one, i) =>
      i === 2 || i === 5 ? { ...one, idle: false, value: i === 2 ? 7 : null } : one,
    ),
    expected: 'inconclusive',
  },
  {
    name: 'failing at first, then as expected when it had input, and once nobody knows',
    spec: { ...converges, min: 1, max: null },
    points: every(60, flat(0, 11), 0, { idle: true }).map((one, i) =>
      i < 2 || i === 5 ? { ...one, idle: false, value: i === 1 ? 7 : i === 5 ? null : 0 } : one,
    ),
    expected: 'inconclusive',
  },
  {
    name: 'failing at first, and then without input',
    spec: { ...converges, min: 1, max: null },
    points: every(60, flat(0, 11), 0, { idle: true }).map((one, i) => (i < 2 ? { ...one, idle: false } : one)),
    expected: 'fail',
  },
  {
    name: 'as expected a few times after a failure shortly before the deadline',
    spec: { ...converges, min: 1, max: null },
    points: every(30, [...flat(0, 19), 7, 7]),
    expected: 'fail',
  },
  {
    name: 'idle all along, to converge',
    spec: converges,
    points: every(30, flat(0), 0, { idle: true }),
    expected: 'skipped',
  },
  // budget
  {
    name: 'a counter within its budget',
    spec: counts,
    points: every(
      30,
      flat(0).map((_, i) => (i < 10 ? 7 : 9)),
    ),
    expected: 'pass',
    says: 'it grew by 2 s, and may by 2 s',
  },
  {
    name: 'a counter beyond it',
    spec: counts,
    points: every(30, [7, 8, 9, 10]),
    now: 91,
    expected: 'fail',
    says: 'it grew by 3',
  },
  {
    name: 'a counter that was reset',
    spec: counts,
    points: every(
      30,
      flat(0).map((_, i) => (i < 10 ? 7 : i < 15 ? 0 : 2)),
    ),
    expected: 'pass',
  },
  {
    name: 'a counter that was reset, and grows on',
    spec: counts,
    points: every(30, [7, 8, 0, 2]),
    now: 91,
    expected: 'fail',
  },
  {
    name: 'a counter that was reset, and has counted much since',
    spec: counts,
    points: every(30, [7, 7, 3]),
    now: 91,
    expected: 'fail',
    says: 'it grew by 3',
  },
  {
    name: 'a counter of its own run, counted from 0',
    spec: { ...counts, perRun: true },
    points: every(30, flat(3)),
    expected: 'fail',
  },
  {
    name: 'a counter of all runs, counted from the first sample',
    spec: counts,
    points: every(30, flat(3)),
    expected: 'pass',
  },
  { name: 'a counter that is not known', spec: counts, points: every(30, flat(null)), expected: 'inconclusive' },
  { name: 'a counter below 0', spec: counts, points: every(30, flat(-5)), expected: 'inconclusive' },
  {
    name: 'what it counted while it was starting',
    spec: counts,
    points: [point(-60, 1), ...every(30, flat(9))],
    watched: { startedAt: at(-90) },
    expected: 'fail',
  },
  // growth of counters
  {
    name: 'progress',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(
      30,
      flat(0).map((_, i) => i * 10),
    ),
    expected: 'pass',
  },
  {
    name: 'progress in batches, a minute apart',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(
      30,
      flat(0).map((_, i) => Math.floor(i / 2)),
    ),
    expected: 'pass',
  },
  {
    name: 'progress stops',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(
      30,
      flat(0).map((_, i) => Math.min(i, 8)),
    ),
    expected: 'fail',
    says: 'it was 0 s per second, 300 s after',
  },
  {
    name: 'progress between two points whose neighbours are still on their way',
    spec: { mode: 'hold', kind: 'counter', min: 1, graceSeconds: 60, latenessSeconds: 60 },
    points: [point(0, 0), point(120, 80)],
    now: 121,
    expected: null,
  },
  {
    name: 'progress of a source that has just got input again',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(
      30,
      flat(0).map((_, i) => (i < 11 ? 5 : 5 + (i - 10) * 10)),
    ).map((one, i) => (i < 10 ? { ...one, idle: true } : one)),
    expected: 'pass',
  },
  {
    name: 'input now and then, and never any progress',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(30, flat(5)).map((one, i) => (i % 3 === 0 ? one : { ...one, idle: true })),
    expected: 'fail',
  },
  {
    name: 'errors as soon as there is input, and hardly any input',
    spec: { mode: 'hold', kind: 'counter', max: 0.01, graceSeconds: 60 },
    points: every(30, flat(5)).map((one, i) =>
      i < 12 ? { ...one, idle: true } : i === 12 ? { ...one, value: 9 } : { ...one, value: 9, idle: true },
    ),
    expected: 'fail',
    says: 'it was 0.06667 s per second, 360 s after',
  },
  {
    name: 'hardly any input, and an idle source is no excuse',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60, whenIdle: 'pass' },
    points: every(30, flat(5)).map((one, i) => (i % 3 === 0 ? one : { ...one, idle: true })),
    expected: 'fail',
  },
  {
    name: 'a counter of an idle source',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(30, flat(5), 0, { idle: true }),
    expected: 'skipped',
  },
  {
    name: 'no progress at all',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(30, flat(400)),
    expected: 'fail',
  },
  {
    name: 'progress across a reset is unknown for one window',
    spec: { mode: 'hold', kind: 'counter', min: 0.001, graceSeconds: 60 },
    points: every(
      30,
      flat(0).map((_, i) => (i < 10 ? i : i - 10)),
    ),
    expected: 'pass',
  },
  // baselines
  {
    name: 'within twice the baseline',
    spec: { mode: 'hold', maxVsBaseline: 2 },
    baseline: measured(60),
    points: every(30, flat(120)),
    expected: 'pass',
  },
  {
    name: 'beyond twice the baseline',
    spec: { mode: 'hold', maxVsBaseline: 2 },
    baseline: measured(60),
    points: every(30, flat(121)),
    expected: 'fail',
  },
  {
    name: 'both bounds: the looser one counts',
    spec: { ...holds, maxVsBaseline: 3 },
    baseline: measured(90),
    points: every(30, flat(250)),
    expected: 'pass',
  },
  {
    name: 'an unhealthy baseline excuses nothing',
    spec: { ...holds, maxVsBaseline: 3 },
    baseline: measured(500),
    points: every(30, flat(250)),
    expected: 'fail',
  },
  {
    name: 'throughput against the baseline',
    spec: { mode: 'hold', minVsBaseline: 0.7 },
    baseline: measured(100),
    points: every(30, flat(69)),
    expected: 'fail',
  },
  {
    name: 'baseline 0: no ratio',
    spec: { mode: 'hold', minVsBaseline: 0.7 },
    baseline: { value: 0, samples: 5, why: 'zero' },
    points: every(30, flat(0)),
    expected: 'inconclusive',
  },
  {
    name: 'baseline 0: the absolute bound counts',
    spec: { ...holds, maxVsBaseline: 2 },
    baseline: { value: 0, samples: 5, why: 'zero' },
    points: every(30, flat(50)),
    expected: 'pass',
  },
  {
    name: 'baseline missing: the absolute bound counts',
    spec: { ...holds, maxVsBaseline: 2 },
    baseline: none('not-measured'),
    points: every(30, flat(150)),
    expected: 'fail',
  },
  {
    name: 'baseline missing',
    spec: { mode: 'hold', maxVsBaseline: 2 },
    baseline: none('not-measured'),
    points: every(30, flat(1)),
    expected: 'inconclusive',
    says: 'nothing to compare with',
  },
  {
    name: 'no run before',
    spec: { mode: 'hold', maxVsBaseline: 2 },
    baseline: none('nothing-before'),
    points: every(30, flat(1)),
    expected: 'skipped',
  },
  {
    name: 'baseline missing, and only the other side has an absolute bound',
    spec: { ...holds, minVsBaseline: 0.7 },
    baseline: none('not-measured'),
    points: every(30, flat(1)),
    expected: 'inconclusive',
    says: 'the old run was not measured',
  },
  {
    name: 'baseline missing, and the absolute bound of the other side is broken',
    spec: { ...holds, minVsBaseline: 0.7 },
    baseline: none('not-measured'),
    points: every(30, flat(101)),
    expected: 'fail',
  },
  {
    name: 'baseline 0, and only the other side has an absolute bound',
    spec: { ...converges, minVsBaseline: 0.7 },
    baseline: { value: 0, samples: 5, why: 'zero' },
    points: every(30, flat(1)),
    expected: 'inconclusive',
  },
  {
    name: 'no run before, and the other side has an absolute bound',
    spec: { ...holds, minVsBaseline: 0.7 },
    baseline: none('nothing-before'),
    points: every(30, flat(1)),
    expected: 'pass',
  },
];

describe('a gate over a series', () => {
  it.each(table)('$name: $expected', (row) => {
    const given = { ...watched, ...row.watched };
    const verdict = judge(spec(row.spec), given, row.points, row.baseline ?? null, at(row.now ?? 601));
    expect([verdict?.result ?? null, verdict?.message]).toEqual([row.expected, verdict?.message]);
    if (row.says !== undefined) expect(verdict?.message).toContain(row.says);
  });
});
