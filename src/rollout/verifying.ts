import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Signal } from '../model/signal.js';
import type { Verdict } from '../model/verdict.js';
import type { Baseline, GateReport, GateSpec } from '../model/verification.js';
import { nothingBefore } from '../verify/baseline.js';
import { gateReport } from '../verify/gate-report.js';
import { type GateWatch, gateWatchOf } from '../verify/gate-watch.js';
import type { Watch } from '../verify/life.js';
import { evidenceOf } from '../verify/recorded.js';
import { specsOf } from '../verify/spec.js';
import { type Judged, verdictOver } from '../verify/verdict.js';
import { amount } from '../verify/words.js';
import type { Anew, Crew } from './crew.js';
import { noSampler } from './measuring.js';
import { settleSeconds } from './settle.js';
import type { Sight } from './sight.js';
import { lifeSpecOf, watchOn } from './watching.js';

/** What one more look at a run that is being verified says; it is noted in the record. `due`: when a verdict comes at the latest, in milliseconds. */
export interface Verified {
  readonly verdict: Verdict | null;
  readonly due: number;
  /** Gates are watched, and told of as the run goes on. */
  readonly watched: boolean;
}

/** The verification of one rollout in this process: the run's own states and its gates. */
export interface Verifying {
  look(run: Run, see: Sight): Promise<Verified>;
  /** Seconds until the next sample is due, at least one; infinite where nothing is sampled. */
  untilSample(): number;
  /** The gates for the report: those of the new run, else of the run that was put back. */
  readonly gates: readonly GateReport[];
  /** Why a call as short as this one never comes to a verdict; null: it may. */
  readonly anew: Anew | null;
  /** Hands over what was measured and not yet handed over; for a process that ends before a verdict. */
  end(): void;
}

/** Lines about a run that is watched come at least this far apart when nothing has changed; the time doubles up to five minutes. Seconds. */
const firstLineSeconds = 60;
const lastLineSeconds = 300;

export function verifyingOf(crew: Crew): Verifying {
  const { pen, clock, measuring } = crew;
  const begunAt = clock.now();
  const sampler = measuring?.sampler(crew.session) ?? noSampler;
  let current: { readonly key: string; readonly gates: GateWatch } | null = null;
  let first = true;
  let reports: readonly GateReport[] = [];
  let open: (() => void) | null = null;
  let told = { word: '', at: 0, apart: firstLineSeconds };

  /** Signals of the engine for the target that runs. */
  function offered(record: JobRecord): readonly Signal[] {
    return record.plan === null ? [] : (crew.engine.signals?.(record.plan.target) ?? []);
  }

  function gatesOn(record: JobRecord, watch: Watch): GateWatch | null {
    if (record.plan === null || record.plan.strategy === 'stop') return null;
    const key = `${record.direction} ${watch.startedAt}`;
    if (current?.key === key) return current.gates;
    const { job } = record.plan;
    const signals = offered(record);
    const specs = specsOf(job, signals, lifeSpecOf(record).bakeSeconds);
    current = { key, gates: gateWatchOf(job, signals, specs, baselinesOf(record, specs), sampler) };
    return current.gates;
  }

  /** Where a gate's source keeps no history, what another process saw can't be judged: the bake begins anew, and is never shorter. */
  function begunAnew(record: JobRecord, see: Sight): JobRecord {
    const before = record.verifying;
    const resumed = first;
    first = false;
    if (!resumed || before === null || before.runningSince === null || record.plan === null) return record;
    const specs = specsOf(record.plan.job, offered(record));
    if (specs.every(({ history, advisory }) => history || advisory)) return record;
    return { ...record, verifying: { ...before, startedAt: see.answeredAt, runningSince: null } };
  }

  function anewOf(record: JobRecord): Anew | null {
    if (record.plan === null || record.verifying === null) return null;
    const { bakeSeconds } = lifeSpecOf(record);
    const blocking = specsOf(record.plan.job, offered(record), bakeSeconds).filter(({ advisory }) => !advisory);
    const gates = blocking.filter(({ history }) => !history).map(({ id }) => id);
    const watched = blocking.map(({ endSeconds, latenessSeconds }) => endSeconds + latenessSeconds);
    const needs = Math.max(bakeSeconds, ...watched) + settleSeconds(crew.engine);
    const had = Math.max(0, Math.round((crew.handOverAt - begunAt) / 1000));
    return gates.length === 0 || had >= needs ? null : { gates, needs, had };
  }

  /** Keeps the watch, and a verdict together with how each gate stood: in the ledger before anything is done for it. */
  function note(run: Run, watch: Watch, verdict: Verdict | null, gates: readonly Judged[]): void {
    const isUp = pen.record.verifying?.runningSince == null && watch.runningSince !== null;
    pen.note((record) => ({ ...record, verifying: watch }));
    if (isUp) pen.flushSoon(`rollout ${pen.record.n}: ${run.id} is running`);
    if (verdict === null) return;
    const code = verdict.result === 'pass' ? null : verdict.code;
    const at = new Date(clock.now()).toISOString();
    pen.note((record) => {
      const { n, direction } = record;
      const said = { n, run: run.id, result: verdict.result, code, message: verdict.message };
      const stood = gates.map(({ spec, verdict: found }) => ({ gate: spec.id, result: found?.result ?? null }));
      return { ...record, verdict: said, judged: { ...said, at, direction, gates: stood } };
    });
  }

  return {
    async look(run, see) {
      const record = begunAnew(pen.record, see);
      const { watch, verdict: life, due } = watchOn(record, run, see);
      const gates = gatesOn(record, watch);
      if (gates === null) {
        note(run, watch, life, []);
        return { verdict: life, due, watched: false };
      }
      // As of the question, not of its answer: what came meanwhile was not asked for.
      const now = clock.now();
      if (life?.result !== 'fail') await gates.collect(run, record, watch, now);
      const judged = gates.judged(watch, now);
      const verdict = verdictOver(life, judged);
      const watched = gates.watched(watch);
      if (record.direction === 'forward' || reports.length === 0)
        reports = judged.map((gate) => gateReport(gate, watched, now));
      const evidence = () => measuring?.evidence(evidenceOf(record, run, watch, gates, life, verdict, now));
      open = verdict === null ? evidence : null;
      if (verdict !== null) evidence();
      const dueAt = Math.max(due, gates.due(watch) ?? 0);
      note(run, watch, verdict, judged);
      const isGated = judged.length > 0;
      if (verdict === null && isGated) tell(run, gates.status(run, watch, now), judged, now, dueAt);
      return { verdict, due: dueAt, watched: isGated };
    },
    untilSample() {
      const next = current?.gates.next ?? null;
      return next === null ? Number.POSITIVE_INFINITY : Math.max(1, (next - clock.now()) / 1000);
    },
    get gates() {
      return reports;
    },
    get anew() {
      return anewOf(pen.record);
    },
    end() {
      open?.();
      open = null;
    },
  };

  function tell(run: Run, word: string, judged: ReturnType<GateWatch['judged']>, now: number, due: number): void {
    const values = judged.flatMap(({ spec, points }) => {
      const last = points.findLast(({ value }) => value !== null);
      return last === undefined ? [] : [`${spec.id} ${amount(last.value, spec)}`];
    });
    const left = Math.max(0, Math.round((due - now) / 1000));
    const text = `${[`${run.id} is ${word}`, ...values].join(', ')}; a verdict is due in at most ${left} s`;
    const { job } = crew.subject;
    const changed = told.word !== word;
    const live = !changed && now - told.at < told.apart * 1000;
    crew.tell({ job, at: now, text, live });
    if (live) return;
    told = { word, at: now, apart: changed ? firstLineSeconds : Math.min(lastLineSeconds, 2 * told.apart) };
  }
}

/** Where a run is only verified, nothing is changed that it could be compared with. */
function baselinesOf({ baseline, plan }: JobRecord, specs: readonly GateSpec[]): { readonly [gate: string]: Baseline } {
  if (baseline !== undefined) return baseline.gates;
  const changes = plan?.steps.some(({ verb }) => verb !== 'verify') ?? true;
  return changes ? {} : Object.fromEntries(specs.map(({ id }) => [id, nothingBefore]));
}
