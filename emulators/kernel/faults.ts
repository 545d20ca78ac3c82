import * as z from 'zod';

const faultSchema = z
  .strictObject({
    /** Service name, or `*`. */
    service: z.string().min(1),
    /** Operation name of that service, or `*`. */
    operation: z.string().min(1),
    /** The first matching request that is hit, counted from 1 since the fault was set. */
    nth: z.int().min(1).default(1),
    /** `before`: the request has no effect (a delay only holds it up). `after`: it has its effect, then its answer is lost or late. */
    when: z.enum(['before', 'after']),
    effect: z.enum(['status', 'reset', 'delay', 'hang']),
    /** True: only requests that change state are counted and hit. */
    writes: z.boolean().default(false),
    /** HTTP status of effect `status`. */
    status: z.int().min(400).max(599).optional(),
    /** True: the status comes with an HTML page, as from a proxy in front of the service. */
    html: z.boolean().default(false),
    /** `retry-after` of an answer with effect `status`, in seconds by the local cloud's clock. */
    retryAfterSeconds: z.int().min(0).max(86_400).optional(),
    /** Length of effect `delay`, by the local cloud's clock. */
    seconds: z.number().min(0).max(86_400).optional(),
    /** How many matching requests in a row are hit. */
    times: z.int().min(1).default(1),
  })
  .refine((fault) => fault.effect !== 'status' || fault.status !== undefined, { error: 'effect status needs status' })
  .refine((fault) => fault.effect !== 'delay' || fault.seconds !== undefined, { error: 'effect delay needs seconds' })
  .refine((fault) => fault.retryAfterSeconds === undefined || fault.effect === 'status', {
    error: 'retryAfterSeconds goes with effect status',
  });

export type Fault = z.infer<typeof faultSchema>;

/** A fault with its counters, as `GET /faults` shows it. */
export type FaultState = Fault & { readonly seen: number; readonly fired: number };

/** Faults by operation and n-th request. At most 1,000 are kept; spent ones go first. */
export class Faults {
  #entries: { fault: Fault; seen: number; fired: number }[] = [];

  /** Throws a ZodError for a malformed fault. */
  add(value: unknown): Fault {
    const fault = faultSchema.parse(value);
    if (this.#entries.length >= 1000) this.#entries = this.#entries.filter((entry) => entry.fired < entry.fault.times);
    if (this.#entries.length >= 1000) throw new RangeError('more than 1,000 open faults');
    this.#entries.push({ fault, seen: 0, fired: 0 });
    return fault;
  }

  clear(): void {
    this.#entries = [];
  }

  list(): FaultState[] {
    return this.#entries.map(({ fault, seen, fired }) => ({ ...fault, seen, fired }));
  }

  /** Counts a request and returns the faults that hit it. */
  hit(service: string, operation: string, write: boolean): Fault[] {
    const hits: Fault[] = [];
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (fault.service !== '*' && fault.service !== service) continue;
      if (fault.operation !== '*' && fault.operation !== operation) continue;
      if (fault.writes && !write) continue;
      entry.seen += 1;
      if (entry.seen < fault.nth || entry.seen >= fault.nth + fault.times) continue;
      entry.fired += 1;
      hits.push(fault);
    }
    return hits;
  }
}
