/** The tool's clock. Waits follow it, so that a local cloud with a faster clock can be used for tests and the demo. */
export interface Clock {
  /** Milliseconds since the epoch, by this clock. */
  now(): number;
  /** Waits; resolves early (without an error) when the signal is aborted. */
  sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}
