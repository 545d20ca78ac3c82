import { existsSync, readFileSync } from 'node:fs';

/** One number that the job `Tally` processed. */
export interface Line {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly version: string;
  readonly number: number;
  readonly key: number;
  readonly tally: number;
}

/** What the job wrote so far, without a line that is being written. */
export function linesOf(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [at = '', version = '', number, key, tally] = line.split(' ');
      return { at: Number(at), version, number: Number(number), key: Number(key), tally: Number(tally) };
    });
}

/** What is wrong with a flow of numbers, in counts, but for the last ones: subtasks are not equally far. All are 0 where each number was processed once, on top of the state before it. */
export interface Flow {
  readonly missing: number;
  readonly repeated: number;
  /** Lines whose tally is not one more than that of the last number of the same key. */
  readonly wrongTallies: number;
}

export function flowOf(lines: readonly Pick<Line, 'number' | 'key' | 'tally'>[], inFlight = 50): Flow {
  const seen = new Set<number>();
  const tallies = new Map<number, number>();
  let last = -1;
  let wrongTallies = 0;
  for (const { number, key, tally } of lines) {
    seen.add(number);
    last = Math.max(last, number);
    if (tally !== (tallies.get(key) ?? 0) + 1) wrongTallies += 1;
    tallies.set(key, tally);
  }
  const whole = Math.max(0, last + 1 - inFlight);
  return {
    missing: whole - [...seen].filter((number) => number < whole).length,
    repeated: lines.length - seen.size,
    wrongTallies,
  };
}

/** The longest time in milliseconds in which nothing was processed. */
export function longestGap(lines: readonly Pick<Line, 'at'>[]): number {
  const times = lines.map(({ at }) => at).sort((one, other) => one - other);
  return times.reduce((longest, at, index) => Math.max(longest, at - (times[index - 1] ?? at)), 0);
}
