import type { Clock } from '../model/clock.js';
import { leaseSeconds, renewSeconds } from './holder.js';
import type { Pen } from './pen.js';
import { type RealTime, realTime } from './real-time.js';

/** How often it is asked whether a lease is due, and when a renewal that has not landed is asked for once more (seconds). */
const checkSeconds = 10;
const againSeconds = 90;

/** The leases of one process. */
export interface Leases {
  /** This rollout was opened or taken over by the process. */
  hold(pen: Pen): void;
  /** Renews what is due. Asked often; it writes once in five minutes, for all rollouts of the process at once. */
  beat(): void;
}

/**
 * Every write renews its record's lease, so only a rollout that writes nothing is ever due. Then all that are past half of the time are
 * renewed together, and the ledger takes them in one push. A lease is judged by the machine's time, whatever the tool's clock says.
 */
export function leasesOf(time: RealTime = realTime): Leases {
  const pens: Pen[] = [];
  /** When a renewal was last asked for; until then nothing was. */
  const asked = new Map<Pen, number>();
  let checkedAt = Number.NEGATIVE_INFINITY;

  /** Seconds since the lease was written. */
  function age({ record }: Pen): number {
    if (record.holder === null || record.lease === null) return 0;
    return (time.wall() - Date.parse(record.lease)) / 1000 + leaseSeconds;
  }

  return {
    hold: (pen) => void pens.push(pen),
    beat() {
      const now = time.wall();
      if (Math.abs(now - checkedAt) < checkSeconds * 1000) return;
      checkedAt = now;
      const free = pens.filter((pen) => Math.abs(now - (asked.get(pen) ?? 0)) >= againSeconds * 1000);
      if (!free.some((pen) => age(pen) >= renewSeconds)) return;
      for (const pen of free.filter((one) => age(one) >= renewSeconds / 2)) {
        asked.set(pen, now);
        pen.note((record) => ({ ...record }));
        pen.flushSoon(`rollout ${pen.record.n}: the lease is renewed`);
      }
    },
  };
}

/** Waits for something else before the rollout begins; leases are kept meanwhile. */
export async function keepingLease<T>(leases: Leases, clock: Clock, waited: Promise<T>): Promise<T> {
  const over = new AbortController();
  const beating = (async () => {
    while (!over.signal.aborted) {
      await clock.sleep(renewSeconds / 10, over.signal);
      if (!over.signal.aborted) leases.beat();
    }
  })();
  try {
    return await waited;
  } finally {
    over.abort();
    await beating;
  }
}
