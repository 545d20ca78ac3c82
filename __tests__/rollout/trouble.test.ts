import { describe, expect, it } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import type { Process } from './model/processes.js';
import { epoch } from './model/sim.js';
import { applies, solo } from './model/solo.js';

/** Seconds into the history. */
const at = (now: number) => (now - epoch) / 1000;

describe('trouble with the ledger', () => {
  it('inside a gap is waited out: a start goes out once the head can be read again', async () => {
    const down = (process: Process) => at(process.clock.now()) > 5 && at(process.clock.now()) < 400;
    const { reports, calls } = await solo({}, (ledger, process) => ({
      ...ledger,
      async read(...asked) {
        if (down(process)) throw new Error('unreachable');
        return await ledger.read(...asked);
      },
      async write(record, expected, message) {
        if (down(process)) throw new Error('unreachable');
        return await ledger.write(record, expected, message);
      },
    }));
    expect(calls.map((call) => call.verb)).toEqual(['drain', 'start']);
    expect(calls[1]?.at ?? 0).toBeGreaterThan(400);
    expect(reports[0]?.outcome).toBe('succeeded');
  });

  it('before the point of no return is waited out: the old run is not released unless `ready` has landed', async () => {
    let readyAt = 0;
    const { reports, calls } = await solo({ scenario: 'parallel' }, (ledger, process) => ({
      ...ledger,
      async write(record, expected, message) {
        const now = at(process.clock.now());
        if (message.includes('is verified') && now < 400) throw new Error('unreachable');
        const swap = await ledger.write(record, expected, message);
        if (record.ready?.n === 2) readyAt ||= at(process.clock.now());
        return swap;
      },
    }));
    expect(calls.map((call) => call.verb)).toEqual(['start', 'drain']);
    expect(readyAt).toBeGreaterThan(400);
    expect(calls[1]?.at ?? 0).toBeGreaterThan(readyAt);
    expect(reports[0]?.outcome).toBe('succeeded');
  });

  it('inside a gap holds an undo up for 30 s at most, while the head can be read', async () => {
    let turnedAt = 0;
    const slow = (
      ledger: Ledger,
      process: { clock: { now(): number; sleep(seconds: number): Promise<void> } },
    ): Ledger => ({
      ...ledger,
      async write(record, expected, message) {
        if (message.includes('undo rollout')) {
          turnedAt ||= at(process.clock.now());
          await process.clock.sleep(200);
        }
        return await ledger.write(record, expected, message);
      },
    });
    const faults = [{ kind: 'run-fails', run: 2, after: 20 }] as const;
    const { reports, calls, record } = await solo({ faults }, slow);
    expect(calls.map((call) => call.verb)).toEqual(['drain', 'start', 'start']);
    const undo = (calls[2]?.at ?? 0) - turnedAt;
    expect([undo >= 30, undo < 50]).toEqual([true, true]);
    expect([reports[0]?.outcome, record?.direction]).toEqual(['rolled-back', 'undo']);
  });

  it('outside a gap holds an undo up until its direction has landed', async () => {
    let landedAt = 0;
    const { calls } = await solo({ scenario: 'parallel', gates: { 2: 'batch', 3: 'good' } }, (ledger, process) => ({
      ...ledger,
      async write(record, expected, message) {
        if (message.includes('undo rollout')) await process.clock.sleep(200);
        const swap = await ledger.write(record, expected, message);
        if (record.direction === 'undo') landedAt ||= at(process.clock.now());
        return swap;
      },
    }));
    expect(calls.map((call) => call.verb)).toEqual(['start', 'stop']);
    expect(calls[1]?.at ?? 0).toBeGreaterThan(landedAt - 3);
  });

  it('inside a gap is waited out for as long as the call lasts, and not for a quarter of an hour only', async () => {
    const down = (process: Process) => at(process.clock.now()) > 5 && at(process.clock.now()) < 3000;
    const { reports, calls } = await solo({}, (ledger, process) => ({
      ...ledger,
      async read(...asked) {
        if (down(process)) throw new Error('unreachable');
        return await ledger.read(...asked);
      },
      async write(record, expected, message) {
        if (down(process)) throw new Error('unreachable');
        return await ledger.write(record, expected, message);
      },
    }));
    expect(calls.map((call) => call.verb)).toEqual(['drain', 'start']);
    expect(calls[1]?.at ?? 0).toBeGreaterThan(3000);
    expect(reports[0]?.outcome).toBe('succeeded');
  });

  it('that never ends is given up in the end, by its own code, and what stands still is told', async () => {
    let triedAt = 0;
    const { reports, done } = await solo({}, (ledger, process) => ({
      ...ledger,
      async read(...asked) {
        triedAt = at(process.clock.now());
        if (triedAt > 3) throw new Error('unreachable');
        return await ledger.read(...asked);
      },
      async write(record, expected, message) {
        if (at(process.clock.now()) > 3) throw new Error('unreachable');
        return await ledger.write(record, expected, message);
      },
    }));
    expect([done, reports[0]?.outcome, reports[0]?.code]).toEqual([true, 'interrupted', 'ledger-unreachable']);
    expect(reports[0]?.message).toBe(
      'Interrupted; `resume` goes on. The ledger could not be read: unreachable. Nothing runs now. The job stands between stop and start: nothing processes its input until `resume` goes on. Left behind: run run-1 (orders, DRAINED).',
    );
    expect(reports[0]?.next).toBe('stream-rollout resume --environment production --jobs orders');
    expect(triedAt).toBeGreaterThan(3500);
  });
});

describe('trouble with the engine', () => {
  it('a call that is never answered is not sent for ever: what runs is left, and told', async () => {
    const faults = [1, 2, 3, 4, 5, 6, 7, 8].map((call) => ({ kind: 'call', call, how: 'unsent' }) as const);
    const { reports, calls } = await solo({ faults });
    expect(calls.map((call) => call.verb)).toEqual(Array(8).fill('drain'));
    expect([reports[0]?.outcome, reports[0]?.code]).toEqual(['failed', 'call-unanswered']);
    expect(reports[0]?.message).toContain('run run-1 of orders is running');
  });

  it('a network error of `fetch` (a TypeError) is an unknown answer, not a defect', async () => {
    let thrown = 0;
    const { reports } = await solo({}, (ledger) => ({
      ...ledger,
      async write(record, expected, message) {
        const swap = await ledger.write(record, expected, message);
        if (thrown === 0 && message.startsWith('close')) {
          thrown += 1;
          throw new TypeError('fetch failed');
        }
        return swap;
      },
    }));
    expect([thrown, reports[0]?.outcome]).toEqual([1, 'succeeded']);
  });

  it('a look that came back after the process had stood still is not acted on', async () => {
    // The drain of the old run ends while the process stands still: no time-out may be told from the old look.
    for (const event of [10, 12, 14, 16, 18, 20, 22, 24, 26, 28]) {
      const faults = [{ kind: 'freeze', actor: 0, event, seconds: 400, suspended: false }] as const;
      const { reports } = await solo({ scenario: 'drain-and-resubmit', faults });
      expect(reports[0]?.outcome).toBe('succeeded');
    }
  });

  it('a drain that is cut short has time to stop, though the engine shows it as draining a little longer', async () => {
    const { reports, calls } = await solo({ scenario: 'drain-and-resubmit', endless: true, onTimeout: 'cancel' });
    expect(calls.map((call) => call.verb)).toEqual(['drain', 'stop', 'start']);
    expect(reports[0]?.outcome).toBe('succeeded');
  });
});

describe('the lease of a holder that cannot be looked up', () => {
  it('is renewed every five minutes while the rollout goes on, and never runs out', async () => {
    let until = Number.POSITIVE_INFINITY;
    const gaps: number[] = [];
    const { reports } = await solo({ scenario: 'drain-and-resubmit', endless: true }, (ledger, process) => ({
      ...ledger,
      async write(record, expected, message) {
        const swap = await ledger.write(record, expected, message);
        gaps.push(until - process.clock.now());
        until = record.lease === null ? Number.POSITIVE_INFINITY : Date.parse(record.lease);
        return swap;
      },
    }));
    expect(reports[0]?.code).toBe('drain-timeout');
    expect(Math.min(...gaps)).toBeGreaterThan(200_000);
  });
});

describe('waiting for a held lock', () => {
  it('the command plans again until the holder is gone, then takes the rollout over', async () => {
    const { reports, trace } = await solo({}, undefined, { ...applies, minutes: 60 }, (held, plant) => {
      if (held === null) throw new Error('nothing planted');
      const holder = { name: 'other', workflow: null, process: { host: 'x', pid: 1, startedAt: '' }, nonce: 'other' };
      plant({
        ...held.record,
        counter: 9,
        n: 2,
        closed: null,
        holder,
        lease: new Date(epoch + 400_000).toISOString(),
        predecessor: { run: 'run-1', stamp: null, scale: null },
      });
    });
    const plans = trace.filter((line) => line.includes('plans: resume'));
    expect(plans.length).toBeGreaterThan(10);
    expect(trace.some((line) => line.includes('take over rollout 2'))).toBe(true);
    expect(reports.at(-1)?.outcome).toBe('succeeded');
  });
});
