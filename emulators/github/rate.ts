import type { EmulatorClock } from '../service.js';

const hour = 3_600_000;

/** The primary limit: requests of a token in an hour of the emulated clock. */
export class RateLimit {
  readonly #windows = new Map<string, { until: number; used: number }>();
  readonly #clock: EmulatorClock;

  constructor(clock: EmulatorClock) {
    this.#clock = clock;
  }

  /** Counts a request, unless it is over the limit. `headers` are those of the answer. */
  take(
    token: string,
    limit: number,
  ): { readonly exceeded: boolean; readonly headers: { readonly [name: string]: string } } {
    const window = this.#window(token);
    const exceeded = window.used >= limit;
    if (!exceeded) window.used += 1;
    return { exceeded, headers: headersOf(window, limit) };
  }

  /** An authenticated 304 does not count. */
  giveBack(token: string, limit: number): { readonly [name: string]: string } {
    const window = this.#window(token);
    window.used = Math.max(0, window.used - 1);
    return headersOf(window, limit);
  }

  #window(token: string): { until: number; used: number } {
    const now = this.#clock.now();
    const known = this.#windows.get(token);
    if (known && known.until > now) return known;
    const fresh = { until: now + hour, used: 0 };
    this.#windows.set(token, fresh);
    return fresh;
  }
}

function headersOf(window: { until: number; used: number }, limit: number): { [name: string]: string } {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, limit - window.used)),
    'x-ratelimit-used': String(window.used),
    'x-ratelimit-reset': String(Math.ceil(window.until / 1000)),
    'x-ratelimit-resource': 'core',
  };
}
