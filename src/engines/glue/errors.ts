import type { Code } from '../../model/codes/index.js';
import { codes } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import { retryAfterSeconds } from '../../model/retry-after.js';
import type { Progress } from '../engine.js';

/**
 * What an error of AWS means for a call that changes something.
 * `refused`: it took no effect and won't. `throttled`, `conflict`: no effect, another try may work. `busy`: refused by the limit on
 * concurrent runs. `missing`: there is no such job or run. `credentials`: nothing can be said to AWS at all. `unknown`: it may have taken effect.
 */
export type ErrorKind = 'refused' | 'throttled' | 'conflict' | 'busy' | 'missing' | 'credentials' | 'unknown';

/** Names as AWS and the SDK give them (API reference, "Errors" and "Common errors"). What is not listed goes by its HTTP status. */
const kinds: { readonly [name: string]: { readonly kind: ErrorKind; readonly code: Code } } = {
  InvalidInputException: { kind: 'refused', code: 'glue-refused' },
  ValidationException: { kind: 'refused', code: 'glue-refused' },
  EntityNotFoundException: { kind: 'missing', code: 'glue-job-missing' },
  AccessDeniedException: { kind: 'refused', code: 'glue-access-denied' },
  AccessDenied: { kind: 'refused', code: 'glue-access-denied' },
  ResourceNumberLimitExceededException: { kind: 'refused', code: 'glue-quota' },
  ConcurrentRunsExceededException: { kind: 'busy', code: 'glue-place-taken' },
  ConcurrentModificationException: { kind: 'conflict', code: 'glue-definition-contended' },
  ThrottlingException: { kind: 'throttled', code: 'glue-throttled' },
  Throttling: { kind: 'throttled', code: 'glue-throttled' },
  TooManyRequestsException: { kind: 'throttled', code: 'glue-throttled' },
  RequestLimitExceeded: { kind: 'throttled', code: 'glue-throttled' },
  LimitExceededException: { kind: 'throttled', code: 'glue-throttled' },
  ExpiredTokenException: { kind: 'credentials', code: 'glue-credentials' },
  ExpiredToken: { kind: 'credentials', code: 'glue-credentials' },
  UnrecognizedClientException: { kind: 'credentials', code: 'glue-credentials' },
  InvalidClientTokenId: { kind: 'credentials', code: 'glue-credentials' },
  InvalidSignatureException: { kind: 'credentials', code: 'glue-credentials' },
  SignatureDoesNotMatch: { kind: 'credentials', code: 'glue-credentials' },
  IncompleteSignatureException: { kind: 'credentials', code: 'glue-credentials' },
  MissingAuthenticationTokenException: { kind: 'credentials', code: 'glue-credentials' },
  CredentialsProviderError: { kind: 'credentials', code: 'glue-credentials' },
  TokenProviderError: { kind: 'credentials', code: 'glue-credentials' },
  // Answered with 400, yet whether the request was carried out is not said.
  OperationTimeoutException: { kind: 'unknown', code: 'glue-answer-unknown' },
  InternalServiceException: { kind: 'unknown', code: 'glue-answer-unknown' },
};

/** An error of the SDK, read once: what it means, our code for it and a line for people. */
export interface Failure {
  readonly kind: ErrorKind;
  readonly code: Code;
  readonly text: string;
  /** Seconds that the answer asks to wait; null: it names none. */
  readonly retryAfterSeconds: number | null;
  readonly cause: unknown;
}

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: {
    readonly statusCode?: number;
    readonly headers?: { readonly [name: string]: string | undefined };
  };
}

/** Reads an error of the SDK. Never throws. */
export function failureOf(error: unknown): Failure {
  const sdk = (typeof error === 'object' && error !== null ? error : {}) as SdkError;
  const status = sdk.$metadata?.httpStatusCode ?? sdk.$response?.statusCode;
  const name = sdk.name ?? 'Error';
  const known = kinds[name] ?? byStatus(status);
  const { 'retry-after': after, date } = sdk.$response?.headers ?? {};
  const told = retryAfterSeconds(after, date, Date.now());
  return { ...known, text: describe(sdk, name, status), retryAfterSeconds: told, cause: error };
}

/** The failure as an error: for reads, and for calls whose effect is not known. */
export function errorOf(failure: Failure, what: string): RolloutError {
  const transient = failure.kind === 'unknown' || failure.kind === 'throttled' || failure.kind === 'conflict';
  return new RolloutError(failure.code, `${what}: ${failure.text}`, {
    class: transient ? 'transient' : 'refusal',
    next: codes[failure.code].next,
    cause: failure.cause,
  });
}

/** The failure as a definite no. */
export function failed(code: Code, message: string): Extract<Progress, { state: 'failed' }> {
  return { state: 'failed', code, message, next: codes[code].next };
}

function byStatus(status: number | undefined): { kind: ErrorKind; code: Code } {
  if (status === 429) return { kind: 'throttled', code: 'glue-throttled' };
  if (status === 403) return { kind: 'refused', code: 'glue-access-denied' };
  if (status !== undefined && status >= 400 && status < 500) return { kind: 'refused', code: 'glue-refused' };
  return { kind: 'unknown', code: 'glue-answer-unknown' };
}

function describe(error: SdkError, name: string, status: number | undefined): string {
  // A proxy's HTML page ends in an error of the SDK's parser, whose text helps nobody.
  if (error.$response !== undefined && (name === 'SyntaxError' || name === 'TypeError')) {
    return `AWS answered HTTP ${status ?? '?'} with something that is not an answer of Glue`;
  }
  const request = error.$metadata?.requestId ? ` (request ${error.$metadata.requestId})` : '';
  const network = error.code && error.code !== name ? ` ${error.code}` : '';
  return `${name}${network}: ${error.message || 'no message'}${request}`;
}
