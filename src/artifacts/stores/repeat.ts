import { setTimeout as delay } from 'node:timers/promises';

/** Asks a store, with a time limit for each try, and again while `passes` says that the failure can pass. */
export type Repeated = <Answer>(ask: () => Promise<Answer>) => Promise<Answer>;

/** Pauses before a request is repeated, in milliseconds of the real clock; the last try has none after it. */
export const pauses: readonly (number | null)[] = [100, 400, 1600, null];

/**
 * One rule for all stores: their clients repeat some calls and not others, some for minutes, and one keeps no time limit.
 * Reads may be repeated, and so may writes: they all carry a condition. Nothing is repeated once `signal` is aborted.
 */
export function repeater(timeoutSeconds: number, passes: (error: unknown) => boolean, signal?: AbortSignal): Repeated {
  return async (ask) => {
    for (const pause of pauses) {
      try {
        return await within(timeoutSeconds, ask(), signal);
      } catch (error) {
        if (pause === null || signal?.aborted || !passes(error)) throw error;
        await delay(pause);
      }
    }
    throw new Error('the last try returns or throws');
  };
}

/** A request that is given up may still have its effect, as one whose answer was lost. */
async function within<Answer>(seconds: number, asked: Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  let cancel = () => {};
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
    cancel = () => reject(new Error('given up because the process was cancelled'));
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/** Statuses after which the same request can work, and after which it is not known what it did; null: no answer. */
export function isPassing(status: number | null): boolean {
  return status === null || status >= 500 || [408, 425, 429].includes(status);
}
