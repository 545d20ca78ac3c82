import type { Code } from './codes/index.js';

/** Something worth telling about a job. `error` refuses the job's rollout; the others do not. */
export interface Finding {
  readonly code: Code;
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  /** What to do next, one sentence or command. */
  readonly next?: string;
  readonly file?: string;
  readonly line?: number;
}
