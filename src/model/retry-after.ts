/** Longest wait that one answer may ask for, in seconds; a longer one is cut to it. */
const longestSeconds = 3600;

/**
 * Seconds that an answer's `retry-after` asks to wait (RFC 9110, 10.2.3: seconds, or a date), or null where it says nothing usable.
 * A date is held against the answer's own `date`, since the two clocks need not agree; without one against `now` (milliseconds).
 */
export function retryAfterSeconds(
  retryAfter: string | null | undefined,
  date: string | null | undefined,
  now: number,
): number | null {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Number(text), longestSeconds);
  const until = text === '' ? Number.NaN : Date.parse(text);
  if (Number.isNaN(until)) return null;
  const sent = Date.parse(date ?? '');
  const seconds = (until - (Number.isNaN(sent) ? now : sent)) / 1000;
  return Math.min(Math.max(0, seconds), longestSeconds);
}
