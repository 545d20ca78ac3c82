import { digestOf } from '../artifacts/digest.js';
import type { Held, Ledger } from '../ledger/ledger.js';
import type { Json } from '../model/json.js';
import type { JobRecord } from '../model/record.js';
import { leaseFrom } from './holder.js';
import type { Pacing } from './pacing.js';
import { type RealTime, realTime } from './real-time.js';

/** A mutating call needs a head check younger than this (PROTOCOL 1, V). Real seconds: it guards against a process that stood still. */
export const checkAgeSeconds = 15;
/** What an engine reads right before a change may take so much longer (seconds): the engines' call times T hold it. */
const readSeconds = 10;
/** Tries of one write whose answer was lost, with these pauses between them (milliseconds). */
const pauses = [200, 1000, 3000];

/** Somebody else holds the rollout now, or has closed it: this process makes no further call. */
export class LockLost extends Error {
  override readonly name = 'LockLost';
  readonly now: Held | null;

  constructor(now: Held | null) {
    super(now?.record.holder ? `the rollout is held by ${now.record.holder.name}` : 'the rollout was taken over');
    this.now = now;
  }
}

/** Writes one job's record by compare-and-swap, one write at a time, and knows when the head was last checked. */
export interface Pen {
  /** The record as this process knows it: what has landed and what is noted. */
  readonly record: JobRecord;
  /** How often the record vanished and was put back. Somebody may have held it meanwhile, so each time is a gain: settle. */
  readonly regained: number;
  /** Changes the record in memory; it lands with the next write. */
  note(change: (record: JobRecord) => JobRecord): void;
  /** Writes what is noted some time, together with other rollouts' notes, without waiting for it; a later waited write tells if it failed. */
  flushSoon(message: string): void;
  /** Writes what is noted and waits until it has landed. Throws LockLost if it was refused, else what the ledger threw. */
  flush(message: string): Promise<void>;
  /** Makes sure that the head was checked within `checkAgeSeconds`. Throws LockLost if it is not ours any more. */
  check(): Promise<void>;
  /** The last head check is so old that a change must not be sent any more, though it was young enough when the call began. */
  readonly isLate: boolean;
}

/** A moment by both clocks of the machine. */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

export function momentOf(time: RealTime): Moment {
  return { monotonic: time.monotonic(), wall: time.wall() };
}

/**
 * `readHead` reads this job's record; the fleet shares one read among its jobs. `checkedAt` is the moment before the write that
 * opened the rollout was sent; without it the first call checks the head. `soon` lets writes that may land later meet.
 */
export function penOf(
  start: Held,
  ledger: Pick<Ledger, 'write'>,
  readHead: () => Promise<Held | null>,
  time: RealTime = realTime,
  checkedAt: Moment | null = null,
  soon: Pacing['soon'] = (write) => write(),
): Pen {
  let record = start.record;
  let landed = start.record;
  /** Null once the record has vanished from the ledger: it is put back. */
  let head: string | null = start.head;
  let checked = checkedAt;
  let lost: LockLost | null = null;
  let regained = 0;
  let queue: Promise<void> = Promise.resolve();
  /** A write that may land later is coming. */
  let expected = false;
  /** Bodies that were sent and not answered: one of them may land at any later moment, until another one has. */
  let unanswered: JobRecord[] = [];
  /** What is told of changes that have not landed yet: the write that takes them tells all of it. */
  const told: string[] = [];

  function lose(now: Held | null): never {
    lost = new LockLost(now);
    throw lost;
  }

  async function write(): Promise<void> {
    const lease = leaseFrom(time.wall());
    for (let attempt = 0; ; attempt += 1) {
      if (lost) throw lost;
      if (record === landed && head !== null) return;
      const base = record;
      const body: JobRecord = { ...base, lease: base.holder && lease, counter: landed.counter + 1 };
      const at = momentOf(time);
      const lines = told.splice(0);
      try {
        const swap = await ledger.write(body, head, [...new Set(lines)].join('; '));
        if (swap.landed) return landedAs(base, body, swap.head, at);
        if (reconcile(base, body, swap.now, at)) return;
        told.unshift(...lines);
        if (attempt > pauses.length) throw new Error(`the record of ${body.job} changes faster than it can be written`);
      } catch (error) {
        if (error instanceof LockLost) throw error;
        unanswered.push(body);
        const now = await readHead().catch(() => undefined);
        if (now !== undefined && (now?.head ?? null) !== head && reconcile(base, body, now, at)) return;
        told.unshift(...lines);
        const pause = pauses[attempt];
        if (pause === undefined) throw error;
        await time.pause(pause);
      }
    }
  }

  /** Something else than expected stands in the ledger. True: it is this very write; false: write again, on top of what is there. */
  function reconcile(base: JobRecord, body: JobRecord, now: Held | null, at: Moment): boolean {
    if (now === null) {
      // The ledger was lost. This process still knows everything, and only one of those who put a record there wins.
      head = null;
      return false;
    }
    if (sameRecord(now.record, body)) {
      landedAs(base, body, now.head, at);
      return true;
    }
    // What this process has from its last write still stands where a read had missed it: nobody else was here.
    const earlier = [landed, ...unanswered].find((candidate) => sameRecord(now.record, candidate));
    if (earlier === undefined) lose(now);
    if (earlier === landed) checked = at;
    landed = earlier;
    head = now.head;
    unanswered = [];
    return false;
  }

  function landedAs(base: JobRecord, body: JobRecord, newHead: string, at: Moment): void {
    if (head === null) regained += 1;
    record = record === base ? body : { ...record, lease: record.holder && body.lease, counter: body.counter };
    landed = body;
    head = newHead;
    checked = at;
    unanswered = [];
  }

  function enqueue(): Promise<void> {
    const next = queue.then(write);
    queue = next.catch(() => undefined);
    return next;
  }

  /** By both clocks: one stands still while the machine sleeps, the other may be set back. */
  function fresh(seconds = checkAgeSeconds): boolean {
    if (checked === null) return false;
    const now = momentOf(time);
    return Math.max(now.monotonic - checked.monotonic, now.wall - checked.wall) < seconds * 1000;
  }

  return {
    get record() {
      return record;
    },
    get regained() {
      return regained;
    },
    get isLate() {
      return !fresh(checkAgeSeconds + readSeconds);
    },
    note(change) {
      record = change(record);
    },
    flushSoon(message) {
      told.push(message);
      if (expected) return;
      expected = true;
      soon(() => {
        expected = false;
        enqueue().catch(() => undefined);
      });
    },
    flush(message) {
      told.push(message);
      return enqueue();
    },
    async check() {
      if (lost) throw lost;
      if (fresh()) return;
      await readCheck();
      // The read, or this process, may have stood still: then it says nothing about now.
      if (!fresh()) throw new Error(`reading the ledger took longer than ${checkAgeSeconds} s`);
    },
  };

  async function readCheck(): Promise<void> {
    const at = momentOf(time);
    const before = head;
    const now = await readHead();
    if (lost) throw lost;
    if (now !== null) {
      if (!isOurs(now.record)) lose(now);
      checked = at;
      return;
    }
    if (head === before) head = null;
    told.push(`put the record of rollout ${record.n} back`);
    await enqueue();
  }

  function isOurs(found: JobRecord): boolean {
    return found.n === landed.n && found.closed === null && found.holder?.nonce === landed.holder?.nonce;
  }
}

/** Our own write, whose answer was lost: the same content, counter and times included. */
export function sameRecord(found: JobRecord, body: JobRecord): boolean {
  return digestOf(found as unknown as Json) === digestOf(body as unknown as Json);
}
