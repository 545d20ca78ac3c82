import type { Clock } from '../model/clock.js';

/** The real clock, or one that runs `rate` times as fast since `origin` (a local cloud's; milliseconds of real time). */
export function clockOf(rate = 1, origin = Date.now()): Clock {
  const start = rate === 1 ? 0 : origin;
  return {
    now: () => Math.floor(start + (Date.now() - start) * rate),
    sleep: (seconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, (Math.max(0, seconds) * 1000) / rate);
        signal?.addEventListener('abort', done, { once: true });
      }),
  };
}
