import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { digestOf } from '../artifacts/digest.js';
import type { Held, Ledger } from '../ledger/ledger.js';
import type { Json } from '../model/json.js';
import type { JobRecord } from '../model/record.js';

/** A mutating call needs a head check younger than this (PROTOCOL 1, V). Real seconds: it guards against a process that stood still. */
export const checkAgeSeconds = 15;
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
  /** Changes the record in memory; it lands with the next write. */
  note(change: (record: JobRecord) => JobRecord): void;
  /** Starts a write of what is noted, without waiting for it; a later waited write tells if it failed. */
  flushSoon(message: string): void;
  /** Writes what is noted and waits until it has landed. Throws LockLost if it was refused. */
  flush(message: string): Promise<void>;
  /** Makes sure that the head was checked within `checkAgeSeconds`. Throws LockLost if it is not ours any more. */
  check(): Promise<void>;
}

/** `readHead` reads this job's record; the fleet shares one read among its jobs. */
export function penOf(start: Held, ledger: Pick<Ledger, 'write'>, readHead: () => Promise<Held | null>): Pen {
  let record = start.record;
  let landed = start.record;
  let head = start.head;
  let checkedAt = performance.now();
  let lost: LockLost | null = null;
  let queue: Promise<void> = Promise.resolve();

  function lose(now: Held | null): never {
    lost = new LockLost(now);
    throw lost;
  }

  async function write(message: string): Promise<void> {
    if (lost) throw lost;
    if (record === landed) return;
    const base = record;
    const body: JobRecord = { ...base, counter: landed.counter + 1 };
    for (let attempt = 0; ; attempt += 1) {
      const startedAt = performance.now();
      try {
        const swap = await ledger.write(body, head, message);
        if (swap.landed) return landedAs(base, body, swap.head, startedAt);
        if (swap.now !== null && sameRecord(swap.now.record, body))
          return landedAs(base, body, swap.now.head, startedAt);
        lose(swap.now);
      } catch (error) {
        if (error instanceof LockLost) throw error;
        const now = await readHead().catch(() => undefined);
        if (now && sameRecord(now.record, body)) return landedAs(base, body, now.head, startedAt);
        if (now !== undefined && now?.head !== head) lose(now);
        const pause = pauses[attempt];
        if (pause === undefined) throw error;
        await delay(pause);
      }
    }
  }

  function landedAs(base: JobRecord, body: JobRecord, newHead: string, startedAt: number): void {
    record = record === base ? body : { ...record, counter: body.counter };
    landed = body;
    head = newHead;
    checkedAt = startedAt;
  }

  function enqueue(message: string): Promise<void> {
    const next = queue.then(() => write(message));
    queue = next.catch(() => undefined);
    return next;
  }

  const fresh = () => performance.now() - checkedAt < checkAgeSeconds * 1000;

  return {
    get record() {
      return record;
    },
    note(change) {
      record = change(record);
    },
    flushSoon(message) {
      enqueue(message).catch(() => undefined);
    },
    flush: enqueue,
    async check() {
      if (lost) throw lost;
      if (fresh()) return;
      await queue;
      if (lost) throw lost;
      if (fresh()) return;
      const startedAt = performance.now();
      const now = await readHead();
      if (now === null || now.record.n !== landed.n || now.record.holder?.nonce !== landed.holder?.nonce) lose(now);
      checkedAt = startedAt;
    },
  };
}

/** Our own write, whose answer was lost: the same content, counter and times included. */
export function sameRecord(found: JobRecord, body: JobRecord): boolean {
  return digestOf(found as unknown as Json) === digestOf(body as unknown as Json);
}
