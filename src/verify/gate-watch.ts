import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Signal } from '../model/signal.js';
import type { Baseline, GateSpec, GateVerdict, Point, StatusWord } from '../model/verification.js';
import { type Collector, collectorOf, type Wanted } from './collector.js';
import { withIdle } from './idle.js';
import { gateDue, gradesOf, judge } from './judge.js';
import type { Watch } from './life.js';
import type { Sampler } from './samplers/asked.js';
import type { Watched } from './series.js';
import { signalOf } from './signals.js';
import { statusOf } from './status.js';
import type { Judged } from './verdict.js';

/** State that a new run still has to restore; an engine that knows it offers a signal of this name. */
export const hydrationSignal = 'hydration';

type Job = Parameters<typeof signalOf>[1];

/** One gate with all that it was judged from. */
export interface Watching extends Judged {
  readonly baseline: Baseline | null;
  readonly points: readonly Point[];
  readonly errors: readonly { readonly at: number; readonly message: string }[];
  /** The source has no such signal. */
  readonly absent: boolean;
}

/** The gates of one run while it is watched by one process. */
export interface GateWatch {
  readonly specs: readonly GateSpec[];
  /** Takes the samples that are due. */
  collect(run: Run, record: JobRecord, watch: Watch, now: number): Promise<void>;
  /** Every gate as it stands at `now`; the watch says since when the run has been running. */
  judged(watch: Watch, now: number): readonly Watching[];
  status(run: Run, watch: Watch, now: number): StatusWord;
  watched(watch: Watch): Watched | null;
  /** When the last verdict comes at the latest (milliseconds); null: nothing blocks, or the run does not run yet. */
  due(watch: Watch): number | null;
  /** When a sample is due; null: none will be. */
  readonly next: number | null;
}

/** Watches the gates of a job. `baselines`: by gate, as the record keeps them. */
export function gateWatchOf(
  job: Job,
  offered: readonly Signal[],
  specs: readonly GateSpec[],
  baselines: { readonly [gate: string]: Baseline },
  sampler: Sampler,
): GateWatch {
  const collector = collectorOf(wantedBy(job, offered, specs), sampler);
  const line = new Set<string>();
  const baselineOf = (spec: GateSpec) => baselines[spec.id] ?? null;
  const watched = (watch: Watch): Watched | null =>
    watch.runningSince === null ? null : seenAt(watch, watch.runningSince);
  const seenAt = (watch: Watch, runningSince: number): Watched => ({
    runs: [...line, watch.run],
    startedAt: watch.startedAt,
    runningSince,
  });
  const judged = (watch: Watch, now: number): readonly Watching[] => {
    const sees = watched(watch);
    return specs.map((spec) => {
      // A run that restarts for ever may never be seen running, and what it counts of itself is over its budget all the same.
      const about = sees ?? (spec.mode === 'budget' && spec.perRun ? seenAt(watch, now) : null);
      const { points, errors, absent } = pointsOf(spec, job, offered, collector);
      const baseline = baselineOf(spec);
      const verdict = absent ? absentVerdict(spec) : about === null ? null : judge(spec, about, points, baseline, now);
      return { spec, verdict, baseline, points, errors, absent };
    });
  };
  return {
    specs,
    watched,
    judged,
    async collect(run, record, watch, now) {
      line.add(run.id);
      await collector.collect(run, record, watch.startedAt, now);
    },
    status(run, watch, now) {
      const about = watched(watch);
      const gates = judged(watch, now).map((gate) => {
        const grades = about === null ? [] : gradesOf(gate.spec, about, gate.points, gate.baseline, now);
        return { ...gate, last: grades.at(-1)?.grade ?? null };
      });
      const restoring = collector.taken(hydrationSignal).points.filter(({ value }) => value !== null);
      const last = restoring.reduce<Point | null>((a, b) => (a === null || b.at > a.at ? b : a), null);
      return statusOf({ run, gates, hydration: last?.value ?? null });
    },
    due(watch) {
      const blocking = specs.filter(({ advisory }) => !advisory);
      if (watch.runningSince === null || blocking.length === 0) return null;
      return Math.max(...blocking.map((spec) => gateDue(spec, watch.runningSince ?? 0)));
    },
    get next() {
      return collector.next;
    },
  };
}

/** The signals of all gates, what tells when they are idle, and the state to be restored: each once, at the shortest interval. */
export function wantedBy(job: Job, offered: readonly Signal[], specs: readonly GateSpec[]): readonly Wanted[] {
  const wanted = new Map<string, Wanted>();
  const add = (name: string, intervalSeconds: number | null) => {
    const found = signalOf(name, job, offered);
    if (found === null) return;
    const seconds = intervalSeconds ?? found.signal.intervalSeconds;
    const before = wanted.get(name);
    wanted.set(name, { ...found, intervalSeconds: Math.min(seconds, before?.intervalSeconds ?? seconds) });
  };
  for (const spec of specs) {
    add(spec.signal, spec.intervalSeconds);
    if (spec.input !== null) add(spec.input, spec.intervalSeconds);
  }
  if (specs.length > 0 && offered.some(({ name }) => name === hydrationSignal)) add(hydrationSignal, null);
  return [...wanted.values()];
}

function pointsOf(spec: GateSpec, job: Job, offered: readonly Signal[], collector: Collector) {
  const { points, errors, absent } = collector.taken(spec.signal);
  const input = spec.input === null ? null : signalOf(spec.input, job, offered);
  const level = input === null ? null : { signal: input.signal, points: collector.taken(input.signal.name).points };
  return { points: withIdle(points, level, spec.staleSeconds), errors, absent };
}

/** What the engine would expect by itself is left out where it can't be measured; what a person asked for is not. */
export function absentVerdict(spec: GateSpec): GateVerdict {
  return spec.origin === 'engine'
    ? { result: 'skipped', message: 'it can not be measured here' }
    : { result: 'inconclusive', message: `there is no signal ${spec.signal}` };
}
