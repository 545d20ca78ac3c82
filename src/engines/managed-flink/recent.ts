import type { Clock } from '../../model/clock.js';

/** For how long a reading serves, in seconds: less than any look is apart from the next one. */
const freshSeconds = 5;

/** Reads by name, where what was read of it is not fresh any more. A reading that failed serves nobody. */
export function recentOf<T>(read: (name: string) => Promise<T>, clock: Pick<Clock, 'now'>) {
  const readings = new Map<string, { readonly at: number; readonly answer: Promise<T> }>();
  return (name: string): Promise<T> => {
    const known = readings.get(name);
    const now = clock.now();
    if (known !== undefined && now - known.at < freshSeconds * 1000) return known.answer;
    const answer = read(name);
    readings.set(name, { at: now, answer });
    answer.catch(() => readings.delete(name));
    return answer;
  };
}
