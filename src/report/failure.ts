import { codes } from '../model/codes/index.js';
import { RolloutError } from '../model/error.js';

/** Exit code of what went wrong before any job: 4 bad input; 3 nothing was touched, by a refusal or since nobody answered; 5 cancelled; 1 a defect. */
export function exitCodeOfFailure(error: unknown): number {
  if (!(error instanceof RolloutError)) return 1;
  if (error.code === 'process-cancelled') return 5;
  return ({ input: 4, refusal: 3, transient: 3, bug: 1 } as const)[error.class];
}

export interface Failure {
  readonly version: 1;
  readonly kind: 'error';
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly next: string | null;
}

/** What went wrong before any job, as a document. Where the error itself says nothing better, its code says what to do. */
export function failureDocument(error: unknown): Failure {
  const known = error instanceof RolloutError ? error : null;
  const code = known?.code ?? 'unexpected-error';
  return {
    version: 1,
    kind: 'error',
    exitCode: exitCodeOfFailure(error),
    code,
    message: error instanceof Error ? error.message : String(error),
    next: known?.next ?? codes[code].next,
  };
}
