import type { Verdict } from '../model/verdict.js';
import type { GateSpec, GateVerdict } from '../model/verification.js';

/** A gate and what it came to; null: not decided yet. */
export interface Judged {
  readonly spec: GateSpec;
  readonly verdict: GateVerdict | null;
}

/**
 * The verdict over the run's own states and all gates: a failure first, whatever else is unknown; then nothing as long as something
 * that blocks is not decided; then inconclusive, which is never a pass. Advisory gates decide nothing and are not waited for.
 */
export function verdictOver(life: Verdict | null, gates: readonly Judged[]): Verdict | null {
  if (life !== null && life.result === 'fail') return life;
  const blocking = gates.filter(({ spec }) => !spec.advisory);
  const failed = blocking.filter(({ verdict }) => verdict?.result === 'fail');
  if (failed.length > 0) return { result: 'fail', code: 'gate-failed', message: told(failed) };
  if (life === null || blocking.some(({ verdict }) => verdict === null)) return null;
  if (life.result === 'inconclusive') return life;
  const open = blocking.filter(({ verdict }) => verdict?.result === 'inconclusive');
  if (open.length > 0) return { result: 'inconclusive', code: 'gate-inconclusive', message: told(open) };
  const passed = blocking.filter(({ verdict }) => verdict?.result === 'pass');
  if (passed.length === 0) return life;
  return { result: 'pass', message: `${life.message}, and passed ${passed.map(({ spec }) => spec.id).join(', ')}` };
}

function told(gates: readonly Judged[]): string {
  return gates
    .map(
      ({ spec, verdict }) => `gate ${spec.id} ${words[verdict?.result ?? 'inconclusive']}: ${verdict?.message ?? ''}`,
    )
    .join('; ');
}

const words = { pass: 'passed', fail: 'failed', inconclusive: 'could not be judged', skipped: 'was skipped' } as const;
