/** Outcomes of a job's rollout (INTERFACE 4). */
export const outcomes = [
  'unchanged',
  'adopted',
  'succeeded',
  'quarantined',
  'superseded',
  'failed',
  'rolled-back',
  'stuck',
  'refused',
  'pending',
  'interrupted',
  'skipped',
] as const;
export type Outcome = (typeof outcomes)[number];

/** Ends after which `fail-fast` begins nothing more. */
export function isFailure(outcome: Outcome): boolean {
  return outcome === 'failed' || outcome === 'rolled-back' || outcome === 'stuck';
}

/** Exit code of one outcome; `stuck` depends on whether anything runs. */
export function exitCodeOf(outcome: Outcome, runs: boolean): number {
  switch (outcome) {
    case 'failed':
    case 'rolled-back':
      return 1;
    case 'stuck':
      return runs ? 1 : 2;
    case 'refused':
      return 3;
    case 'pending':
    case 'interrupted':
      return 5;
    default:
      return 0;
  }
}

/** Severity order of exit codes over several jobs: 2 before 1 before 5 before 3 before 0. */
export function worstExitCode(codes: readonly number[]): number {
  return [4, 2, 1, 5, 3].find((code) => codes.includes(code)) ?? 0;
}
