import type { Held, Ledger } from '../ledger/ledger.js';

/** Reads heads for many jobs of one environment: requests that come while a read is under way share the next one. */
export function sharedHeads(ledger: Pick<Ledger, 'read'>, environment: string): (job: string) => Promise<Held | null> {
  let waiting = new Set<string>();
  let next: Promise<ReadonlyMap<string, Held>> | null = null;
  let running: Promise<unknown> = Promise.resolve();

  return async (job) => {
    waiting.add(job);
    next ??= running
      .catch(() => undefined)
      .then(() => {
        const jobs = [...waiting];
        waiting = new Set();
        next = null;
        const read = ledger.read(environment, jobs);
        running = read;
        return read;
      });
    return (await next).get(job) ?? null;
  };
}
