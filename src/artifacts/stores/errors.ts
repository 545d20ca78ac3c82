import { RolloutError } from '../../model/error.js';

/** A store's refusal in the words that the error registry has for it. */
export type Refusal =
  | { readonly kind: 'denied'; readonly right: string; readonly on: string }
  | { readonly kind: 'no-credentials' }
  | { readonly kind: 'no-bucket'; readonly bucket: string }
  | { readonly kind: 'failed' };

/** `what`: the call and its object, for example `PutObject s3://bucket/key`. */
export function storeError(refusal: Refusal, what: string, cause: unknown): RolloutError {
  const said = cause instanceof Error ? cause.message : String(cause);
  switch (refusal.kind) {
    case 'denied':
      return new RolloutError(
        'upload-denied',
        `${what} was refused (${said}): the right ${refusal.right} is missing.`,
        {
          next: `grant ${refusal.right} on ${refusal.on} to the identity of this step`,
          cause,
        },
      );
    case 'no-credentials':
      return new RolloutError('upload-credentials-missing', `${what}: no usable credentials (${said}).`, {
        class: 'input',
        next: 'log in before this step: aws-actions/configure-aws-credentials or google-github-actions/auth',
        cause,
      });
    case 'no-bucket':
      return new RolloutError('upload-bucket-missing', `${what}: the bucket ${refusal.bucket} does not exist.`, {
        class: 'input',
        next: 'create the bucket, or correct upload-to',
        cause,
      });
    case 'failed':
      return new RolloutError('upload-failed', `${what} failed: ${said}`, {
        class: 'transient',
        next: 'run again; nothing of the job was touched',
        cause,
      });
  }
}

/** Other bytes at a name that is made from the digest. */
export function conflict(uri: string, detail: string): RolloutError {
  return new RolloutError('upload-conflict', `${uri} holds other bytes than its name says: ${detail}.`, {
    next: 'find out who wrote it; if no run uses it, delete it and run again',
  });
}
