import type { Clock } from '../model/clock.js';
import { renewSeconds } from './holder.js';
import type { Pen } from './pen.js';

/** Waits for something else before the rollout begins. A holder that can't be looked up keeps its lease meanwhile. */
export async function keepingLease<T>(pen: Pen, clock: Clock, waited: Promise<T>): Promise<T> {
  if (pen.record.holder === null || pen.record.holder.workflow !== null) return await waited;
  const over = new AbortController();
  const beat = async () => {
    for (;;) {
      await clock.sleep(renewSeconds, over.signal);
      if (over.signal.aborted) return;
      pen.note((record) => ({ ...record }));
      pen.flushSoon(`rollout ${pen.record.n}: the lease is renewed`);
    }
  };
  const beating = beat();
  try {
    return await waited;
  } finally {
    over.abort();
    await beating;
  }
}
