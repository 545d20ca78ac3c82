import type { Refusal } from '../../artifacts/stores/errors.js';
import { isPassing } from '../../artifacts/stores/repeat.js';
import { RolloutError } from '../../model/error.js';

/** The identity lacks a right; `right` in the store's own words. */
export class BucketDenied extends RolloutError {
  readonly right: string;

  constructor(right: string, on: string, message: string, cause: unknown) {
    super('ledger-bucket-denied', message, { next: grant([right], on), cause });
    this.right = right;
  }
}

export function grant(rights: readonly string[], on: string): string {
  return `Grant ${rights.join(', ')} on ${on} to the identity of this step.`;
}

/** An error of a store in the registry's words. `what`: the call and its object. `status` null: no answer came. */
export function bucketError(refusal: Refusal, what: string, status: number | null, cause: unknown): RolloutError {
  const said = saidBy(cause);
  switch (refusal.kind) {
    case 'denied':
      return new BucketDenied(
        refusal.right,
        refusal.on,
        `${what} was refused (${said}): the right ${refusal.right} is missing.`,
        cause,
      );
    case 'no-credentials':
      return new RolloutError('ledger-bucket-credentials', `${what}: no usable credentials (${said}).`, {
        class: 'input',
        next: 'Log in before this step: aws-actions/configure-aws-credentials or google-github-actions/auth.',
        cause,
      });
    case 'no-bucket':
      return new RolloutError('ledger-bucket-missing', `${what}: the bucket ${refusal.bucket} does not exist.`, {
        class: 'input',
        next: 'Create the bucket, or correct the address in `ledger`.',
        cause,
      });
    case 'failed':
      return isPassing(status)
        ? new RolloutError('ledger-unreachable', `${what}: no clear answer came (${said}).`, {
            class: 'transient',
            next: 'Check the network between the runner and the store if this goes on, and run the same command again.',
            cause,
          })
        : new RolloutError('ledger-bucket-failed', `${what} was refused with status ${status} (${said}).`, {
            next: 'Read what the store said; the command can be repeated safely.',
            cause,
          });
  }
}

/** On one line, and short: a proxy may answer with a page. */
function saidBy(cause: unknown): string {
  const { name, message } = cause instanceof Error ? cause : { name: '', message: String(cause) };
  const text = message || name;
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}
