import { setTimeout } from 'node:timers/promises';

/** The part of a limiter that the throttling plugin uses. */
interface Limiter {
  key(id: string): { schedule<T>(options: unknown, work: () => Promise<T>): Promise<T> };
}

/**
 * Spaces writes out, as GitHub asks of clients that write much (80 a minute at most): the first `free` ones go at once, so that a
 * report does not keep a step waiting, later ones start `milliseconds` apart.
 */
export function pace(free: number, milliseconds: number): Limiter {
  let count = 0;
  let next = 0;
  return {
    key: () => ({
      async schedule(_options, work) {
        count += 1;
        if (count > free) {
          const now = Date.now();
          next = Math.max(now, next) + milliseconds;
          await setTimeout(next - now);
        }
        return await work();
      },
    }),
  };
}
