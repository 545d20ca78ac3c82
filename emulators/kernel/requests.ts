/** A request as `GET /requests` shows it. `at` is ISO 8601 by the local cloud's clock; `status` is 0 where the connection was reset. */
export interface LoggedRequest {
  readonly at: string;
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly write: boolean;
  /** What the request names, where its path does not tell: a Glue job. */
  readonly about?: string;
}

/** The requests in the order in which they arrived; the oldest are dropped beyond `limit`. */
export class RequestLog {
  #entries: LoggedRequest[] = [];
  readonly #limit: number;

  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  /** Logs a request on arrival, with status 0; the returned function sets the status when it is answered. */
  open(request: Omit<LoggedRequest, 'status'>): (status: number) => void {
    const entry = { ...request, status: 0 };
    this.#entries.push(entry);
    if (this.#entries.length > this.#limit * 1.1) this.#entries = this.#entries.slice(-this.#limit);
    return (status) => {
      entry.status = status;
    };
  }

  list(): readonly LoggedRequest[] {
    return this.#entries.slice(-this.#limit);
  }

  clear(): void {
    this.#entries = [];
  }
}
