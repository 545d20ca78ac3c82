import type { Held, Ledger, Swap } from '../../../src/ledger/ledger.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { Process } from './processes.js';
import type { Schedule } from './schedule.js';
import type { Dice, Sim } from './sim.js';

/** The one record, with compare-and-swap; each process talks to it through its own connection. */
export function ledgerOf(
  schedule: Schedule,
  sim: Sim,
  dice: Dice,
  landed: (record: JobRecord, before: JobRecord | null, by: Process | null) => void,
  tell: (line: string) => void,
) {
  let current: Held | null = null;
  let serial = 0;
  let operations = 0;

  function swap(record: JobRecord, expected: string | null, message: string, by: Process | null): Swap {
    if ((current?.head ?? null) !== expected) {
      tell(`${by?.name}: "${message}" is refused`);
      return { landed: false, now: current };
    }
    serial += 1;
    const before = current?.record ?? null;
    current = { record, head: `head-${serial}` };
    tell(`${by?.name}: "${message}" lands`);
    landed(record, before, by);
    return { landed: true, head: current.head };
  }

  return {
    get current() {
      return current;
    },
    plant(record: JobRecord) {
      swap(record, current?.head ?? null, 'planted', null);
    },
    lose() {
      current = null;
      tell('the ledger is lost');
    },
    of(by: Process): Ledger {
      return {
        url: 'memory:',
        writes: 0,
        async read(environment, jobs) {
          const how = fault();
          return await by.event(latency(how), () => {
            if (how === 'unsent' || how === 'lost') throw new Error('the ledger could not be reached');
            const shown = current !== null && environment === 'production' && (jobs?.includes('orders') ?? true);
            return new Map(shown && current !== null ? [['orders', current]] : []);
          });
        },
        environments: async () => ['production'],
        async write(record, expected, message) {
          const how = fault();
          if (how === 'unsent') return await by.event(latency(how), () => lost());
          const takes = how === 'late' ? dice.between(1_000, 60_000) : latency(how);
          let answer: Swap = { landed: false, now: null };
          sim.at(takes, () => {
            answer = swap(record, expected, message, by);
          });
          if (how === 'late') return await by.event(dice.between(500, takes), () => lost());
          return await by.event(takes + latency(how), () => (how === 'lost' ? lost() : answer));
        },
        log: async () => [],
        readBuilds: async () => [],
        writeBuild: async (_job, result) => result,
        prove: async () => undefined,
        close: async () => undefined,
      };
    },
  };

  function fault() {
    operations += 1;
    const found = schedule.faults.find((entry) => entry.kind === 'ledger' && entry.operation === operations);
    return found?.kind === 'ledger' ? found.how : 'none';
  }

  function latency(how: string): number {
    return how === 'slow' ? dice.between(5_000, 40_000) : dice.between(20, 1_500);
  }

  function lost(): never {
    throw new Error('the ledger did not answer');
  }
}
