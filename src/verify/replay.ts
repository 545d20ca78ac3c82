import type { Verdict } from '../model/verdict.js';
import type { GateVerdict, Point } from '../model/verification.js';
import type { Evidence, GateEvidence, JobEvidence } from './evidence.js';
import { absentVerdict } from './gate-watch.js';
import { judge } from './judge.js';
import { verdictOver } from './verdict.js';

/** What the evidence of one job gives when it is judged again. */
export interface Replayed {
  readonly job: string;
  readonly environment: string;
  readonly run: string;
  readonly direction: JobEvidence['direction'];
  readonly verdict: Verdict | null;
  readonly gates: readonly { readonly gate: string; readonly verdict: GateVerdict | null }[];
  /** The verdicts are those that were recorded. */
  readonly same: boolean;
}

export function replay(evidence: Evidence): readonly Replayed[] {
  return evidence.jobs.map(again);
}

function again(one: JobEvidence): Replayed {
  const now = Date.parse(one.judgedAt);
  const judged = one.gates.map((gate) => ({ spec: gate.spec, verdict: judgedAgain(one, gate, now) }));
  const verdict = verdictOver(lifeOf(one.life), judged);
  const same =
    result(verdict) === result(one.verdict) &&
    judged.every((gate, index) => result(gate.verdict) === result(one.gates[index]?.verdict ?? null));
  const { job, environment, run, direction } = one;
  const gates = judged.map(({ spec, verdict: found }) => ({ gate: spec.id, verdict: found }));
  return { job, environment, run, direction, verdict, gates, same };
}

function judgedAgain(one: JobEvidence, gate: GateEvidence, now: number): GateVerdict | null {
  if (gate.absent) return absentVerdict(gate.spec);
  if (one.runningSince === null) return null;
  const watched = {
    runs: one.runs,
    startedAt: Date.parse(one.startedAt),
    runningSince: Date.parse(one.runningSince),
  };
  const points = gate.samples.map(({ grade: _, at, ...sample }): Point => ({ ...sample, at: Date.parse(at) }));
  return judge(gate.spec, watched, points, gate.baseline, now);
}

function lifeOf(life: JobEvidence['life']): Verdict | null {
  if (life === null) return null;
  return life.result === 'pass'
    ? { result: 'pass', message: life.message }
    : { result: life.result, code: life.code ?? 'gate-failed', message: life.message };
}

function result(verdict: { readonly result: string } | null): string | null {
  return verdict?.result ?? null;
}
