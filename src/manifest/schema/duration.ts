import * as z from 'zod';

const expected = 'expected a duration such as 30s, 10m, 2h or 1d';

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A duration as text, parsed to seconds: `30s`, `10m`, `2h`, `1d`. */
export const duration = z
  .string(expected)
  .regex(/^[0-9]{1,6}(s|m|h|d)$/, expected)
  .transform((text) => Number(text.slice(0, -1)) * unitSeconds[text.slice(-1) as keyof typeof unitSeconds]);
