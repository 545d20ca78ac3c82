import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import type { Verdict } from '../model/verdict.js';
import type { Point } from '../model/verification.js';
import type { GateEvidence, JobEvidence } from './evidence.js';
import type { GateWatch, Watching } from './gate-watch.js';
import { gradesOf } from './judge.js';
import type { Watch } from './life.js';
import type { Watched } from './series.js';

/** What a verdict, or that there is none yet, was made from. `now` in milliseconds. */
export function evidenceOf(
  record: JobRecord,
  run: Run,
  watch: Watch,
  gates: GateWatch,
  life: Verdict | null,
  verdict: Verdict | null,
  now: number,
): JobEvidence {
  const watched = gates.watched(watch);
  return {
    job: record.job,
    environment: record.environment,
    rollout: record.rollout,
    n: record.n,
    revision: record.revision,
    run: run.id,
    runs: [...new Set(watched?.runs ?? [run.id])],
    direction: record.direction,
    startedAt: iso(watch.startedAt),
    runningSince: watch.runningSince === null ? null : iso(watch.runningSince),
    judgedAt: iso(now),
    life: plain(life),
    gates: gates.judged(watch, now).map((gate) => gateEvidence(gate, watched, now)),
    verdict: plain(verdict),
  };
}

function gateEvidence(gate: Watching, watched: Watched | null, now: number): GateEvidence {
  const { spec, baseline, points, errors, verdict } = gate;
  const grades = watched === null ? [] : gradesOf(spec, watched, points, baseline, now);
  const gradeAt = new Map(grades.map(({ at, grade }) => [at, grade]));
  const inOrder = [...points].sort((a, b) => a.at - b.at);
  return {
    spec,
    baseline,
    samples: inOrder.map((point: Point) => ({
      at: iso(point.at),
      value: point.value,
      idle: point.idle,
      run: point.run,
      error: point.error,
      grade: spec.maxDelta === null ? (gradeAt.get(point.at) ?? null) : null,
    })),
    errors: errors.map(({ at, message }) => ({ at: iso(at), message })),
    absent: gate.absent,
    verdict,
  };
}

function plain(verdict: Verdict | null): JobEvidence['life'] {
  if (verdict === null) return null;
  return { result: verdict.result, code: verdict.result === 'pass' ? null : verdict.code, message: verdict.message };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
