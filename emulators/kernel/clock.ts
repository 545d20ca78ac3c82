import type { EmulatorClock } from '../service.js';

/** The clock that the kernel owns: also lets an injected delay wait, which `advance` shortens. */
export interface KernelClock extends EmulatorClock {
  /**
   * Real time, in milliseconds since the epoch, from which a clock that runs at the same rate shows the same time: when this one was made, and
   * earlier after each `advance`. At rate 1 no such time makes up for what was advanced.
   */
  readonly origin: number;
  /** Seconds since the clock was made, by this clock. */
  elapsed(): number;
  /** Waits by this clock; moving the clock forward ends the wait early. Resolves at once when the signal is aborted. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that starts at the real time, runs `rate` times as fast and can be moved forward. Throws for a rate that is no positive number. */
export function emulatorClock(rate = 1): KernelClock {
  if (!Number.isFinite(rate) || rate <= 0) throw new RangeError(`clock rate ${rate}: expected a positive number`);
  const made = Date.now();
  let advanced = 0;
  const sleepers = new Set<() => void>();
  const now = () => Math.floor(made + (Date.now() - made) * rate + advanced);

  return {
    rate,
    get origin() {
      return rate > 1 ? made - advanced / (rate - 1) : made;
    },
    now,
    elapsed: () => (now() - made) / 1000,
    advance(seconds) {
      if (!Number.isFinite(seconds) || seconds < 0) throw new RangeError('a clock only moves forward');
      advanced += seconds * 1000;
      for (const check of [...sleepers]) check();
    },
    sleep(seconds, signal) {
      const until = now() + seconds * 1000;
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout;
        const check = () => {
          clearTimeout(timer);
          const left = until - now();
          if (left > 0 && !signal?.aborted) {
            timer = setTimeout(check, Math.min(left / rate, 2 ** 31 - 1));
            return;
          }
          sleepers.delete(check);
          signal?.removeEventListener('abort', check);
          resolve();
        };
        sleepers.add(check);
        signal?.addEventListener('abort', check, { once: true });
        check();
      });
    },
  };
}
