import * as z from 'zod';
import type { JsonObject } from '../../src/model/json.js';
import { ControlError } from '../kernel/control-error.js';
import { type Processor, type Span, type Trace, traceOf } from './trace.js';

const rate = z.number().min(0).max(1e9);

/** What comes in for a job, and what a run of it can take. */
const workloadSchema = z.strictObject({
  /** Records that arrive a second. */
  inputPerSecond: rate,
  /** Records that a run can take a second, where its artifact does not say. */
  capacityPerSecond: rate,
  bytesPerRecord: z.number().positive().max(1e9),
});
export type Workload = z.infer<typeof workloadSchema>;

/** Setting `workloads`: by the job's name, `*` for all others. What is not given stays as it was. */
export const workloadsSchema = z.record(z.string().min(1), workloadSchema.partial());

const usual: Workload = { inputPerSecond: 100, capacityPerSecond: 400, bytesPerRecord: 1000 };

/** A run of a job, as far as its workload is concerned. */
export interface Working {
  readonly run: string;
  /** When it reads its source, in the order of time; `to` null: still. Times in milliseconds. */
  readonly reads: readonly { readonly from: number; readonly to: number | null }[];
  /** Records a second that its artifact says it can take; null: as the workload says. */
  readonly perSecond: number | null;
  /** Seconds from its first reading until it takes anything. */
  readonly warmUpSeconds: number;
}

/** The sources that the emulated jobs read: one for each name. Their rates change at the moment they are set, so that the past stays as it was. */
export class Sources {
  readonly #changes: { readonly at: number; readonly name: string; readonly change: Partial<Workload> }[] = [];

  /** Throws a ControlError. */
  set(change: JsonObject, now: number): void {
    const read = workloadsSchema.safeParse(change);
    if (!read.success) throw new ControlError(z.prettifyError(read.error));
    for (const [name, one] of Object.entries(read.data)) {
      const given = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));
      this.#changes.push({ at: now, name, change: given });
    }
  }

  /** Workloads as they are now, by name; for `POST /settings`. */
  all(): { readonly [name: string]: Workload } {
    const names = new Set(['*', ...this.#changes.map(({ name }) => name)]);
    return Object.fromEntries([...names].map((name) => [name, this.of(name, Number.POSITIVE_INFINITY)]));
  }

  of(name: string, at: number): Workload {
    if (this.#changes.length === 0) return usual;
    const before = this.#changes.filter((one) => one.at <= at);
    const merge = (wanted: string) =>
      Object.assign(
        {},
        ...before.filter((one) => one.name === wanted).map(({ change }) => change),
      ) as Partial<Workload>;
    return { ...usual, ...merge('*'), ...merge(name) };
  }

  /** What became of a job's records. The source begins when its first run first reads, so that nothing is waiting then. */
  trace(name: string, working: readonly Working[], until: number): Trace {
    const begin = Math.min(until, ...working.flatMap(({ reads }) => reads.map(({ from }) => from)));
    const times = [begin, ...this.#changes.map(({ at }) => at).filter((at) => at > begin)].sort((a, b) => a - b);
    const inputs = times.map((at) => ({ at, perSecond: this.of(name, at).inputPerSecond }));
    const processors = working.map((one) => this.#processor(name, one, times));
    return traceOf(inputs, processors, begin, until);
  }

  #processor(name: string, { run, reads, perSecond, warmUpSeconds }: Working, times: readonly number[]): Processor {
    const warm = (reads[0]?.from ?? 0) + warmUpSeconds * 1000;
    const spans = reads.flatMap(({ from, to }): readonly Span[] => {
      const end = to ?? Number.POSITIVE_INFINITY;
      const start = Math.max(from, warm);
      if (start >= end) return [];
      const cuts = [start, ...times.filter((at) => at > start && at < end)];
      return cuts.map((at, index) => ({
        from: at,
        to: cuts[index + 1] ?? to,
        perSecond: perSecond ?? this.of(name, at).capacityPerSecond,
      }));
    });
    return { run, spans };
  }
}
