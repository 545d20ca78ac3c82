const unit = { s: 1, m: 60, h: 3600 } as const;

/** Seconds of `45s`, `10m`, `1h` or a number of seconds; `otherwise` where nothing was given. */
export function secondsOf(value: string | number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (typeof value === 'number') return value;
  const match = /^([0-9]+(?:\.[0-9]+)?)([smh])$/.exec(value);
  return match ? Number(match[1]) * unit[match[2] as keyof typeof unit] : otherwise;
}
