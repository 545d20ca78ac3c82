import type { Code } from './codes/index.js';
import type { Position } from './position.js';

/** Who must act: the author of the input, the person who decides, nobody (a later try can work), or us. */
export type ErrorClass = 'input' | 'refusal' | 'transient' | 'bug';

/** An error that says what, where and what to do next. Its code is stable and documented in docs/troubleshooting.md. */
export class RolloutError extends Error {
  override readonly name = 'RolloutError';
  readonly code: Code;
  readonly class: ErrorClass;
  readonly next: string | null;
  readonly at: Position | null;

  constructor(
    code: Code,
    message: string,
    more: { class?: ErrorClass; next?: string; at?: Position; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.class = more.class ?? 'refusal';
    this.next = more.next ?? null;
    this.at = more.at ?? null;
  }
}
