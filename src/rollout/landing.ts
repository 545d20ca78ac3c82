import { answered, patience } from './answered.js';
import type { Crew } from './crew.js';
import { patienceOf } from './patience.js';
import { LockLost } from './pen.js';

/** In a gap, a start whose fence makes it harmless waits this long for a ledger that can't be read (seconds; PROTOCOL 4). */
const unreadSeconds = 60;

/** The two things that a rollout waits for in the ledger: the head check before a call, and writes that must have landed. */
export interface Landing {
  /** `anyway`: what follows is harmless even if the lock is lost, so after a minute without an answer it is not waited for. */
  checked(anyway?: boolean): Promise<boolean>;
  land(message: string, limitSeconds?: number | null, closes?: boolean): Promise<void>;
}

export function landingOf(
  { clock, pen, signal }: Pick<Crew, 'clock' | 'pen' | 'signal'>,
  say: (line: string) => void,
  goesOn: () => boolean = () => false,
): Landing {
  const ledger = patienceOf('ledger-unreachable', clock, signal, say, goesOn);
  let unreadSince: number | null = null;
  return { checked, land };

  /** The head was checked lately enough for one call. False: the ledger could not be read, which is waited out. */
  async function checked(anyway = false): Promise<boolean> {
    try {
      await answered(pen.check(), signal);
      ledger.rest();
      unreadSince = null;
      return true;
    } catch (error) {
      unreadSince ??= clock.now();
      if (anyway && !(error instanceof LockLost) && clock.now() - unreadSince >= unreadSeconds * 1000) {
        say(`the ledger could not be read for ${unreadSeconds} s; the start goes on, as its id makes it harmless`);
        return true;
      }
      await ledger.bear('the ledger could not be read', error);
      return false;
    }
  }

  /**
   * Waits until what is noted has landed; nothing else is done before. `limitSeconds`: after so long it may go on unwritten.
   * A cancelled process doesn't wait for it, but for the write that closes the rollout.
   */
  async function land(message: string, limitSeconds: number | null = null, closes = false): Promise<void> {
    const since = clock.now();
    while (closes || !signal.aborted) {
      const left = limitSeconds === null ? null : limitSeconds - (clock.now() - since) / 1000;
      if (left !== null && left <= 0)
        return say(`${message} is not written yet; it goes on, and the write is made up for`);
      try {
        if (!(await within(left, answered(pen.flush(message), signal, patience.handOver)))) continue;
        return ledger.rest();
      } catch (error) {
        // A cancelled process has no time to try it for long.
        if (signal.aborted && closes) throw error;
        await ledger.bear('the ledger could not be written', error);
      }
    }
  }

  /** False if it took longer than the limit; it then goes on by itself, and whoever writes next learns what came of it. */
  async function within(limitSeconds: number | null, writing: Promise<void>): Promise<boolean> {
    if (limitSeconds === null) return await writing.then(() => true);
    const stop = new AbortController();
    writing.catch(() => undefined);
    const over = clock.sleep(limitSeconds, stop.signal).then(() => false);
    return await Promise.race([writing.then(() => true), over]).finally(() => stop.abort());
  }
}
