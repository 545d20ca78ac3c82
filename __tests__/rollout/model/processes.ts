import type { Clock } from '../../../src/model/clock.js';
import type { JobRecord } from '../../../src/model/record.js';
import type { RealTime } from '../../../src/rollout/real-time.js';
import type { Fault } from './schedule.js';
import type { Sim } from './sim.js';

/** One process of the tool. What it waits for is lost when it dies; what it sent goes its own way. */
export interface Process {
  readonly name: string;
  readonly nonce: string;
  alive: boolean;
  /** It has come to its end by itself. */
  done: boolean;
  /** The last record of its own that landed, and the moments at which it lost the lock (null: it holds it). */
  held: JobRecord | null;
  lostSince: number | null;
  /** When its last look was read. */
  lookedAt: number;
  /** The last look before the close that it wrote. */
  closedOn: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly time: RealTime;
  /** Resolves with what `fire` gives after so many milliseconds, unless the process has died by then. */
  event<T>(milliseconds: number, fire: () => T): Promise<T>;
  freeze(milliseconds: number): void;
  die(): void;
}

export function processOf(
  sim: Sim,
  name: string,
  faults: readonly Fault[],
  tell: (line: string) => void,
  headCheck = true,
): Process {
  const cancel = new AbortController();
  const startedAt = sim.now;
  let delivered = 0;
  let frozenUntil = 0;
  let slept = 0;

  const self: Process = {
    name,
    nonce: name,
    alive: true,
    done: false,
    held: null,
    lostSince: null,
    lookedAt: 0,
    closedOn: 0,
    signal: cancel.signal,
    clock: {
      now: () => sim.now,
      sleep: (seconds, signal) =>
        new Promise((resolve) => {
          let over = false;
          const wake = () => {
            if (over) return;
            over = true;
            signal?.removeEventListener('abort', wake);
            resolve();
          };
          if (signal?.aborted) return wake();
          signal?.addEventListener('abort', wake, { once: true });
          self.event(seconds * 1000, wake);
        }),
    },
    time: {
      // Without the head check, no time passes for locks.
      monotonic: () => (headCheck ? sim.now - slept : 0),
      wall: () => (headCheck ? sim.now : startedAt),
      pause: (milliseconds) => self.event(milliseconds, () => undefined),
    },
    event(milliseconds, fire) {
      return new Promise((resolve, reject) => {
        const deliver = () => {
          if (!self.alive) return;
          if (sim.now < frozenUntil) return sim.at(frozenUntil - sim.now, deliver);
          delivered += 1;
          if (struck()) return sim.at(Math.max(0, frozenUntil - sim.now), deliver);
          try {
            resolve(fire());
          } catch (error) {
            reject(error);
          }
        };
        sim.at(milliseconds, deliver);
      });
    },
    freeze(milliseconds) {
      frozenUntil = sim.now + milliseconds;
    },
    die() {
      self.alive = false;
    },
  };

  /** True if the event comes later, or never. */
  function struck(): boolean {
    for (const fault of faults) {
      if (!('event' in fault) || fault.event !== delivered) continue;
      if (fault.kind === 'cancel') {
        tell(`${name} is cancelled`);
        cancel.abort();
        continue;
      }
      if (fault.kind === 'crash') {
        tell(`${name} crashes`);
        self.die();
        return true;
      }
      tell(`${name} stands still for ${fault.seconds} s${fault.suspended ? ', its machine too' : ''}`);
      self.freeze(fault.seconds * 1000);
      if (fault.suspended) slept += fault.seconds * 1000;
      return true;
    }
    return false;
  }
  return self;
}
