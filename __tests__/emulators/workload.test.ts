import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Sources, type Working } from '../../emulators/workload/index.js';
import { type Processor, traceOf } from '../../emulators/workload/trace.js';

const at = (seconds: number) => seconds * 1000;
const processor = (run: string, perSecond: number, from: number, to: number | null = null): Processor => ({
  run,
  spans: [{ from: at(from), to: to === null ? null : at(to), perSecond }],
});

describe('a source and its runs', () => {
  const gap = [processor('old', 400, 0, 100), processor('new', 300, 160)];
  const trace = traceOf([{ at: 0, perSecond: 100 }], gap, 0, at(1000));

  it('a run that keeps up takes what comes, without backlog or lag', () => {
    expect(trace.takenBy('old', at(40), at(100))).toBeCloseTo(6000);
    expect([trace.backlogAt(at(90)), trace.lagAt(at(90))]).toEqual([0, 0]);
  });

  it('what comes while no run reads piles up, and its age with it', () => {
    expect(trace.backlogAt(at(130))).toBeCloseTo(3000);
    expect(trace.lagAt(at(130))).toBeCloseTo(30);
    expect(trace.lagAt(at(160))).toBeCloseTo(60);
  });

  it('it drains at capacity minus input, oldest first', () => {
    expect(trace.backlogAt(at(170))).toBeCloseTo(6000 - 10 * 200);
    // At 170 s, 3,000 records were taken after the gap: those that had come until 130 s.
    expect(trace.lagAt(at(170))).toBeCloseTo(40);
    expect(trace.takenBy('new', at(160), at(190))).toBeCloseTo(9000);
    expect([trace.backlogAt(at(191)), trace.lagAt(at(191))]).toEqual([0, 0]);
    expect(trace.takenBy('new', at(191), at(201))).toBeCloseTo(1000);
  });

  it('runs that read at once share it by what they can take', () => {
    const both = traceOf([{ at: 0, perSecond: 100 }], [processor('a', 300, 0), processor('b', 100, 0)], 0, at(60));
    expect(both.takenBy('a', 0, at(40))).toBeCloseTo(3000);
    expect(both.takenBy('b', 0, at(40))).toBeCloseTo(1000);
  });

  it('nothing is lost and nothing is taken twice, whatever happens', () => {
    const span = fc.record({ from: fc.nat(500), length: fc.nat(500), perSecond: fc.nat(300) });
    const input = fc.record({ at: fc.nat(900), perSecond: fc.nat(200) });
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 4 }),
        fc.array(input, { maxLength: 4 }),
        fc.nat(1000),
        (spans, inputs, time) => {
          const runs = spans.map(({ from, length, perSecond }, index) =>
            processor(`run-${index}`, perSecond, from, from + length),
          );
          const rates = [{ at: 0, perSecond: 50 }, ...inputs.map((one) => ({ ...one, at: at(one.at) }))];
          const one = traceOf(
            rates.sort((a, b) => a.at - b.at),
            runs,
            0,
            at(1000),
          );
          const taken = runs.reduce((sum, { run }) => sum + one.takenBy(run, 0, at(time)), 0);
          expect(taken + one.backlogAt(at(time))).toBeCloseTo(one.arrivedIn(0, at(time)), 1);
          expect(one.lagAt(at(time))).toBeGreaterThanOrEqual(0);
          expect(one.lagAt(at(time))).toBeLessThanOrEqual(time);
        },
      ),
    );
  });
});

describe('rates that are set', () => {
  const run: Working = { run: 'r', reads: [{ from: 0, to: null }], perSecond: null, warmUpSeconds: 0 };

  it('count from when they are set; the past stays, other names stay', () => {
    const sources = new Sources();
    sources.set({ orders: { inputPerSecond: 0 } }, at(100));
    const trace = sources.trace('orders', [run], at(200));
    expect(trace.takenBy('r', 0, at(100))).toBeCloseTo(10_000);
    expect(trace.takenBy('r', at(100), at(200))).toBe(0);
    expect(sources.trace('clicks', [run], at(200)).takenBy('r', at(100), at(200))).toBeCloseTo(10_000);
    expect(sources.all()).toMatchObject({
      orders: { inputPerSecond: 0, capacityPerSecond: 400 },
      '*': { inputPerSecond: 100 },
    });
  });

  it('a run that takes nothing any more falls behind; one that warms up takes nothing yet', () => {
    const sources = new Sources();
    sources.set({ '*': { capacityPerSecond: 0 } }, at(60));
    expect(sources.trace('orders', [run], at(90)).lagAt(at(90))).toBeCloseTo(30);
    const cold = new Sources().trace('orders', [{ ...run, warmUpSeconds: 40 }], at(90));
    expect([cold.takenBy('r', 0, at(40)), cold.lagAt(at(40))]).toEqual([0, 40]);
    expect(cold.takenBy('r', at(40), at(50))).toBeCloseTo(4000);
  });

  it('what is no workload is refused', () => {
    expect(() => new Sources().set({ '*': { inputs: 3 } }, 0)).toThrow(/inputs/);
    expect(() => new Sources().set({ '*': { inputPerSecond: -1 } }, 0)).toThrow(/inputPerSecond/);
  });
});
