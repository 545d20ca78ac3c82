/** Virtual time: events in order of their moment, ties in the order in which they were made. Nothing here reads a real clock. */
export interface Sim {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly events: number;
  at(milliseconds: number, fire: () => void): void;
  /** Runs events until `done` says so, none is left, or virtual time passes `until`. */
  run(until: number, done: () => boolean): Promise<void>;
}

export const epoch = Date.parse('2026-01-01T00:00:00Z');

export function simulation(): Sim {
  const queue: { at: number; serial: number; fire: () => void }[] = [];
  let now = epoch;
  let serial = 0;
  let events = 0;
  return {
    get now() {
      return now;
    },
    get events() {
      return events;
    },
    at(milliseconds, fire) {
      serial += 1;
      const entry = { at: now + Math.max(0, milliseconds), serial, fire };
      let place = queue.length;
      while (place > 0 && (queue[place - 1]?.at ?? 0) > entry.at) place -= 1;
      queue.splice(place, 0, entry);
    },
    async run(until, done) {
      await idle();
      while (!done()) {
        const next = queue[0];
        if (next === undefined || next.at > until) {
          now = Math.max(now, until);
          return;
        }
        queue.shift();
        now = next.at;
        events += 1;
        next.fire();
        await idle();
      }
    },
  };
}

/** Resolves when no promise callback is left to run: next ticks come after all of them. */
function idle(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Random numbers from a seed: mulberry32. */
export interface Dice {
  /** From 0 up to 1. */
  roll(): number;
  between(least: number, most: number): number;
}

export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { roll, between: (least, most) => least + roll() * (most - least) };
}
