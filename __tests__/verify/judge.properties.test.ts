import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import type { Baseline, GateSpec, GateVerdict, Point } from '../../src/model/verification.js';
import { gradesOf, judge } from '../../src/verify/judge.js';
import { at, point, spec, watched } from './series.js';

const endSeconds = 300;
const specs: fc.Arbitrary<GateSpec> = fc
  .record({
    bound: fc.constantFrom<Partial<GateSpec>>(
      { mode: 'hold', max: 5 },
      { mode: 'hold', min: 3 },
      { mode: 'hold', min: 2, max: 6 },
      { mode: 'hold', minVsBaseline: 0.5 },
      { mode: 'hold', max: 8, minVsBaseline: 0.5 },
      { mode: 'converge', max: 8, minVsBaseline: 0.5, forSeconds: 0 },
      { mode: 'converge', max: 5, forSeconds: 60 },
      { mode: 'converge', min: 3, forSeconds: 90 },
      { mode: 'budget', kind: 'counter', maxDelta: 4 },
      { mode: 'budget', kind: 'counter', maxDelta: 4, perRun: true },
      { mode: 'hold', kind: 'counter', min: 0.01, graceSeconds: 60 },
    ),
    latenessSeconds: fc.constantFrom(0, 60),
    whenIdle: fc.constantFrom('skip', 'pass', 'fail'),
  })
  .map(({ bound, ...more }) => spec({ endSeconds, ...bound, ...more }));

const values = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY) },
);
const known = fc
  .record({ seconds: fc.integer({ min: 0, max: 24 }).map((slot) => slot * 15), value: values, idle: fc.boolean() })
  .map(({ seconds, value, idle }) => point(seconds, value, { idle: idle && value === 0 }));
const unknown = fc
  .record({ seconds: fc.integer({ min: 0, max: 360 }), kind: fc.constantFrom('none', 'error', 'other', 'nan') })
  .map(({ seconds, kind }) =>
    kind === 'other'
      ? point(seconds, 4, { run: 'old' })
      : point(seconds, kind === 'nan' ? Number.NaN : null, { error: kind === 'error' ? 'reset' : null }),
  );
/** Mostly well behaved, so that all verdicts come up. */
const steady = fc
  .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 9 }))
  .map(([before, turn, after]) =>
    Array.from({ length: 25 }, (_, slot) => point(slot * 15, slot < turn ? before : after)),
  );
const series = fc.oneof(
  fc.uniqueArray(known, { selector: (one) => one.at, maxLength: 30 }),
  steady,
  fc.tuple(steady, fc.array(known, { maxLength: 2 })).map(([all, more]) => [...all, ...more]),
);
const baselines = fc.constantFrom<Baseline | null>(
  { value: 8, samples: 5, why: 'measured' },
  { value: null, samples: 0, why: 'not-measured' },
);
const late = at(endSeconds + 61);

const at1 = (one: GateSpec, points: readonly Point[], baseline: Baseline | null, now: number) =>
  judge(one, watched, points, baseline, now);
const same = (a: GateVerdict | null, b: GateVerdict | null) => a?.result === b?.result;
const runs = { numRuns: 2000 };

describe('the judge', () => {
  it('does not mind the order in which samples arrive', () => {
    const shuffled = fc.tuple(series, fc.infiniteStream(fc.double({ noNaN: true, min: 0, max: 1 })));
    fc.assert(
      fc.property(specs, shuffled, baselines, fc.integer({ min: 0, max: 400 }), (one, [points, keys], base, now) => {
        const other = [...points]
          .map((sample) => [keys.next().value, sample] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, sample]) => sample);
        return JSON.stringify(at1(one, points, base, at(now))) === JSON.stringify(at1(one, other, base, at(now)));
      }),
      runs,
    );
  });

  it('never passes for an unknown sample more, and never forgets a failure for one', () => {
    fc.assert(
      fc.property(
        specs,
        series,
        fc.array(unknown, { minLength: 1, maxLength: 40 }),
        baselines,
        (one, points, more, base) => {
          const before = at1(one, points, base, late)?.result;
          const after = at1(one, [...points, ...more], base, late)?.result;
          return (after !== 'pass' || before === 'pass') && (before !== 'fail' || after === 'fail');
        },
      ),
      runs,
    );
  });

  it('never does better where a sample that passed is unknown instead', () => {
    const order = { fail: 0, inconclusive: 1, skipped: 1, pass: 2 };
    const gauges = specs.filter(({ kind }) => kind === 'gauge');
    fc.assert(
      fc.property(gauges, series, fc.nat(), baselines, (one, points, pick, base) => {
        const passing = gradesOf(one, watched, points, base, late).filter(({ grade }) => grade === 'pass');
        const chosen = passing[pick % passing.length];
        if (chosen === undefined) return true;
        const worse = points.map((sample) =>
          sample.at === chosen.at && sample.value === chosen.value ? { ...sample, value: null, idle: false } : sample,
        );
        const [before, after] = [at1(one, points, base, late), at1(one, worse, base, late)];
        // Of a series that surely failed, the unknown sample may leave open what it was.
        return before?.result === 'fail'
          ? after?.result !== 'pass'
          : order[after?.result ?? 'fail'] <= order[before?.result ?? 'fail'];
      }),
      runs,
    );
  });

  it('stays with a verdict when later samples come', () => {
    fc.assert(
      fc.property(specs, series, baselines, fc.integer({ min: 0, max: 400 }), (one, points, base, now) => {
        const arrived = points.filter((sample) => sample.at <= at(now));
        const then = at1(one, arrived, base, at(now));
        return then === null || same(then, at1(one, points, base, late));
      }),
      runs,
    );
  });

  it('gives the same verdict with samples that come late, if no later than their source says', () => {
    const delays = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(
        specs,
        series,
        delays,
        baselines,
        fc.integer({ min: 0, max: 400 }),
        (one, points, delay, base, now) => {
          const lagging = { ...one, latenessSeconds: 60 };
          const arrived = points.filter((sample, i) => sample.at + (delay[i] ?? 0) * 1000 <= at(now));
          const then = at1(lagging, arrived, base, at(now));
          return then === null || same(then, at1(lagging, points, base, late));
        },
      ),
      runs,
    );
  });

  it('never passes without known samples', () => {
    fc.assert(
      fc.property(specs, fc.array(unknown, { maxLength: 60 }), baselines, (one, points, base) => {
        const { result } = at1(one, points, base, late) ?? { result: null };
        return result === 'inconclusive';
      }),
      runs,
    );
  });

  it('a budget that is exceeded stays so with more samples, higher ones and a smaller budget', () => {
    const budgets = fc.integer({ min: 0, max: 12 });
    fc.assert(
      fc.property(
        series,
        fc.array(known, { maxLength: 6 }),
        budgets,
        budgets,
        fc.boolean(),
        (points, more, big, less, perRun) => {
          const one = spec({ mode: 'budget', kind: 'counter', maxDelta: big, perRun, endSeconds });
          if (at1(one, points, null, late)?.result !== 'fail') return true;
          const tighter = { ...one, maxDelta: Math.max(0, big - less) };
          return at1(tighter, [...points, ...more], null, late)?.result === 'fail';
        },
      ),
      runs,
    );
  });

  it('a shift of all times changes nothing', () => {
    fc.assert(
      fc.property(specs, series, baselines, fc.integer({ min: -1e9, max: 1e9 }), (one, points, base, shift) => {
        const moved = { ...watched, startedAt: watched.startedAt + shift, runningSince: watched.runningSince + shift };
        const later = points.map((sample) => ({ ...sample, at: sample.at + shift }));
        const a = at1(one, points, base, late);
        return JSON.stringify(a) === JSON.stringify(judge(one, moved, later, base, late + shift));
      }),
      runs,
    );
  });
});
