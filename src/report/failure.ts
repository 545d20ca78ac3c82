import { RolloutError } from '../model/error.js';

/** Exit code of what went wrong before any job (INTERFACE 4): 4 bad input, 3 refused, 5 cancelled, else 1. */
export function exitCodeOfFailure(error: unknown): number {
  if (!(error instanceof RolloutError)) return 1;
  if (error.code === 'process-cancelled') return 5;
  return ({ input: 4, refusal: 3, transient: 1, bug: 1 } as const)[error.class];
}
