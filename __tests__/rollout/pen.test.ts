import { describe, expect, it } from '@jest/globals';
import type { Held, Swap } from '../../src/ledger/ledger.js';
import type { JobRecord } from '../../src/model/record.js';
import { LockLost, momentOf, type Pen, penOf } from '../../src/rollout/pen.js';
import { recordOf } from './kit.js';

const start = Date.parse('2026-01-01T00:00:00Z');

/** A ledger of one record, whose answers can be lost, and the two clocks of a machine. */
function desk() {
  const clocks = { monotonic: start, wall: start };
  const time = {
    monotonic: () => clocks.monotonic,
    wall: () => clocks.wall,
    pause: async (milliseconds: number) => pass(milliseconds),
  };
  let held: Held | null = null;
  const faults: ('lost' | 'unsent' | 'late')[] = [];
  const late: (() => void)[] = [];
  const reads = { slowSeconds: 0, failing: 0, count: 0, blind: 0 };
  const messages: string[] = [];

  function pass(milliseconds: number): void {
    clocks.monotonic += milliseconds;
    clocks.wall += milliseconds;
  }

  function swap(record: JobRecord, expected: string | null, message: string): Swap {
    if ((held?.head ?? null) !== expected) return { landed: false, now: held };
    messages.push(message);
    held = { record, head: `h${messages.length}` };
    return { landed: true, head: held.head };
  }

  const ledger = {
    async write(record: JobRecord, expected: string | null, message: string): Promise<Swap> {
      const fault = faults.shift();
      if (fault === 'late') late.push(() => swap(record, expected, message));
      if (fault === 'unsent' || fault === 'late') throw new Error('no answer');
      const answer = swap(record, expected, message);
      if (fault === 'lost') throw new Error('no answer');
      return answer;
    },
  };
  async function readHead(): Promise<Held | null> {
    reads.count += 1;
    pass(reads.slowSeconds * 1000);
    if (reads.failing > 0) {
      reads.failing -= 1;
      throw new Error('unreachable');
    }
    reads.blind -= 1;
    return reads.blind >= 0 ? null : held;
  }

  const record = recordOf('restart');
  swap(record, null, 'open');
  const pen: Pen = penOf({ record, head: 'h1' }, ledger, readHead, time, momentOf(time));
  return {
    pen,
    ledger,
    faults,
    reads,
    clocks,
    messages,
    pass,
    landLate: () => {
      for (const write of late.splice(0)) write();
    },
    lose: () => {
      held = null;
    },
    takeOver: (more: Partial<JobRecord> = {}) => {
      const holder = { name: 'other', workflow: null, process: null, nonce: 'other' };
      held = { record: { ...record, counter: 99, holder, ...more }, head: 'theirs' };
    },
    standing: () => held,
  };
}

const commit = (record: JobRecord): JobRecord => ({ ...record, commit: `${record.commit ?? ''}x` });

describe('the head check', () => {
  it('reads the head once its last check is 15 s old, and not before', async () => {
    const { pen, reads, pass } = desk();
    pass(14_900);
    await pen.check();
    expect(reads.count).toBe(0);
    pass(200);
    await pen.check();
    expect(reads.count).toBe(1);
    pass(14_900);
    await pen.check();
    expect(reads.count).toBe(1);
  });

  it('without a check at the opening is made before the first call', async () => {
    const { ledger } = desk();
    let reads = 0;
    const held = { record: recordOf('restart'), head: 'h1' };
    await penOf(held, ledger, async () => {
      reads += 1;
      return held;
    }).check();
    expect(reads).toBe(1);
  });

  it('counts an accepted write as a check from the moment at which it was sent', async () => {
    const { pen, reads, pass } = desk();
    pass(60_000);
    pen.note(commit);
    await pen.flush('a write');
    await pen.check();
    expect(reads.count).toBe(0);
  });

  it('is not fooled by a machine that slept, nor by a wall clock that was set back', async () => {
    const slept = desk();
    slept.clocks.wall += 3_600_000;
    await slept.pen.check();
    expect(slept.reads.count).toBe(1);
    const back = desk();
    back.clocks.monotonic += 20_000;
    back.clocks.wall -= 3_600_000;
    await back.pen.check();
    expect(back.reads.count).toBe(1);
  });

  it('says nothing if the read itself took too long', async () => {
    const { pen, reads, pass } = desk();
    pass(60_000);
    reads.slowSeconds = 20;
    await expect(pen.check()).rejects.toThrow('took longer than 15 s');
    reads.slowSeconds = 1;
    await pen.check();
  });

  it.each([
    ['another holder', {}],
    ['a newer rollout', { n: 3 }],
    [
      'a closed rollout',
      { closed: { outcome: 'superseded', code: null, message: '', at: '', runs: [] }, holder: null } as const,
    ],
  ])('finds %s and loses the lock for good', async (_name, more) => {
    const { pen, takeOver, pass } = desk();
    takeOver(more);
    pass(20_000);
    await expect(pen.check()).rejects.toThrow(LockLost);
    await expect(pen.check()).rejects.toThrow(LockLost);
    pen.note(commit);
    await expect(pen.flush('a write')).rejects.toThrow(LockLost);
  });

  it('puts a record back that has vanished, and tells that it was away', async () => {
    const { pen, lose, pass, standing } = desk();
    lose();
    pass(20_000);
    expect(pen.regained).toBe(0);
    await pen.check();
    expect([standing()?.record.holder?.nonce, pen.regained]).toEqual(['me', 1]);
    pen.note(commit);
    await pen.flush('goes on');
    expect(standing()?.record.commit).toBe('x');
  });
});

describe('a read that misses the record', () => {
  it('loses nothing: what refuses to be put back is the own record, which still stands', async () => {
    const { pen, reads, pass, standing, messages } = desk();
    pass(20_000);
    reads.blind = 1;
    await pen.check();
    expect([messages, pen.regained]).toEqual([['open'], 0]);
    reads.blind = 1;
    pass(20_000);
    pen.note(commit);
    await pen.check();
    expect([standing()?.record.commit, pen.regained]).toEqual(['x', 0]);
  });
});

describe('writing', () => {
  it.each(['lost', 'unsent'] as const)('knows its own write again whose answer was lost (%s)', async (fault) => {
    const { pen, faults, standing, messages } = desk();
    faults.push(fault);
    pen.note(commit);
    await pen.flush('a write');
    expect([standing()?.record.commit, messages]).toEqual(['x', ['open', 'a write']]);
    expect(pen.record.counter).toBe(standing()?.record.counter);
  });

  it('goes on from an earlier write of its own that landed after it was given up', async () => {
    const { pen, faults, landLate, standing } = desk();
    faults.push('late', 'unsent', 'unsent', 'unsent');
    pen.note(commit);
    await expect(pen.flush('given up')).rejects.toThrow('no answer');
    landLate();
    pen.note(commit);
    await pen.flush('the next');
    expect(standing()?.record.commit).toBe('xx');
  });

  it('loses the lock where somebody else wrote, also while its own answer is out', async () => {
    const refused = desk();
    refused.takeOver();
    refused.pen.note(commit);
    await expect(refused.pen.flush('a write')).rejects.toThrow(LockLost);
    const unanswered = desk();
    unanswered.faults.push('unsent');
    unanswered.takeOver();
    unanswered.pen.note(commit);
    await expect(unanswered.pen.flush('a write')).rejects.toThrow(LockLost);
  });

  it('puts a vanished record back with what it was to write, and loses against whoever was faster', async () => {
    const alone = desk();
    alone.lose();
    alone.pen.note(commit);
    await alone.pen.flush('a write');
    expect([alone.standing()?.record.commit, alone.pen.regained]).toEqual(['x', 1]);
    const late = desk();
    late.lose();
    late.takeOver();
    late.pen.note(commit);
    await expect(late.pen.flush('a write')).rejects.toThrow(LockLost);
  });

  it('renews the lease with every write, and drops it with the holder', async () => {
    const { pen, pass, standing } = desk();
    pass(300_000);
    pen.note(commit);
    await pen.flush('a write');
    expect(standing()?.record.lease).toBe(new Date(start + 300_000 + 600_000).toISOString());
    pen.note((record) => ({ ...record, holder: null, lease: null }));
    await pen.flush('handed over');
    expect(standing()?.record.lease).toBeNull();
  });

  it('writes nothing where nothing changed', async () => {
    const { pen, messages } = desk();
    await pen.flush('nothing');
    expect(messages).toEqual(['open']);
  });
});
