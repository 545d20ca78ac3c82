import type { Clock } from '../model/clock.js';

/** Outcomes may land at any later time (PROTOCOL 4): the first one waits this long for company, in seconds. */
const companySeconds = 60;
/** Longest wait of the first of a round of writes, in seconds: git hosts ask for at most six pushes a minute. */
const mostSeconds = 10;
/** A small fleet needs hardly any pacing: its pushes are few anyway. */
const jobsPerSecond = 5;

/** Lets the writes of many rollouts meet, so that they share pushes. */
export interface Pacing {
  /** For what may land later: all that comes within a minute of the first goes out together. */
  soon(write: () => void): void;
  /** For a write that is waited for and not inside a gap: resolves together with the others that come shortly after the first. */
  turn(): Promise<void>;
  /** Nothing is left to write. */
  end(): void;
}

/** `jobs`: how many rollouts share it. A cancelled process waits for nobody. */
export function pacingOf(clock: Clock, jobs: number, signal: AbortSignal): Pacing {
  const ended = new AbortController();
  const over = AbortSignal.any([signal, ended.signal]);
  const apartSeconds = Math.min(mostSeconds, (jobs - 1) / jobsPerSecond);
  let gathered: (() => void)[] | null = null;
  let next: Promise<void> | null = null;

  async function gather(): Promise<void> {
    await clock.sleep(companySeconds, over);
    const writes = gathered ?? [];
    gathered = null;
    if (!ended.signal.aborted) for (const write of writes) write();
  }

  async function wait(): Promise<void> {
    await clock.sleep(apartSeconds, over);
    next = null;
  }

  return {
    soon(write) {
      if (gathered !== null) return void gathered.push(write);
      gathered = [write];
      void gather();
    },
    turn() {
      next ??= wait();
      return next;
    },
    end: () => ended.abort(),
  };
}
