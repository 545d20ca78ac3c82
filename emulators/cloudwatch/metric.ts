export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** A metric with its dimensions, as far as somebody could have sent it. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: { readonly [name: string]: string };
  readonly unit: string;
  /** Oldest first; worked out when it is asked for. Without a sample there is no such metric. Times in milliseconds. */
  samples(): readonly Sample[];
}

/** The moment of a request, and since when what is set as missing is missing; milliseconds. */
export interface Moment {
  readonly now: number;
  readonly missingSince: number;
}

export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Until when a metric was sent. */
export function sentUntil(name: string, missing: readonly string[], { now, missingSince }: Moment): number {
  return missing.includes('*') || missing.includes(name) ? Math.min(now, missingSince) : now;
}
