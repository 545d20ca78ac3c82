import type { Code } from '../../model/codes/index.js';
import { codes } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import { retryAfterSeconds } from '../../model/retry-after.js';
import type { Progress } from '../engine.js';

/**
 * What an error of AWS means for a call that changes something.
 * `refused`: it took no effect and won't. `throttled`: no effect, another try may work. `conflict`: the application is another version by
 * now. `busy`: it is on its way from one state to another. `missing`: there is no such application, version or snapshot.
 * `credentials`: nothing can be said to AWS at all. `unknown`: it may have taken effect.
 */
export type ErrorKind = 'refused' | 'throttled' | 'conflict' | 'busy' | 'missing' | 'credentials' | 'unknown';

/** Names as AWS and the SDK give them. What is not listed goes by its HTTP status. */
const kinds: { readonly [name: string]: { readonly kind: ErrorKind; readonly code: Code } } = {
  InvalidArgumentException: { kind: 'refused', code: 'managed-flink-refused' },
  InvalidRequestException: { kind: 'refused', code: 'managed-flink-refused' },
  InvalidApplicationConfigurationException: { kind: 'refused', code: 'managed-flink-refused' },
  CodeValidationException: { kind: 'refused', code: 'managed-flink-refused' },
  UnsupportedOperationException: { kind: 'refused', code: 'managed-flink-refused' },
  ValidationException: { kind: 'refused', code: 'managed-flink-refused' },
  AccessDeniedException: { kind: 'refused', code: 'managed-flink-access-denied' },
  AccessDenied: { kind: 'refused', code: 'managed-flink-access-denied' },
  // The SDK takes it for throttling; here it is the quota of snapshots, which waiting does not change.
  LimitExceededException: { kind: 'refused', code: 'managed-flink-quota' },
  ResourceNotFoundException: { kind: 'missing', code: 'managed-flink-application-missing' },
  ConcurrentModificationException: { kind: 'conflict', code: 'managed-flink-contended' },
  ResourceInUseException: { kind: 'busy', code: 'managed-flink-busy' },
  ThrottlingException: { kind: 'throttled', code: 'managed-flink-throttled' },
  Throttling: { kind: 'throttled', code: 'managed-flink-throttled' },
  TooManyRequestsException: { kind: 'throttled', code: 'managed-flink-throttled' },
  RequestLimitExceeded: { kind: 'throttled', code: 'managed-flink-throttled' },
  ExpiredTokenException: { kind: 'credentials', code: 'managed-flink-credentials' },
  ExpiredToken: { kind: 'credentials', code: 'managed-flink-credentials' },
  UnrecognizedClientException: { kind: 'credentials', code: 'managed-flink-credentials' },
  InvalidClientTokenId: { kind: 'credentials', code: 'managed-flink-credentials' },
  InvalidSignatureException: { kind: 'credentials', code: 'managed-flink-credentials' },
  SignatureDoesNotMatch: { kind: 'credentials', code: 'managed-flink-credentials' },
  IncompleteSignatureException: { kind: 'credentials', code: 'managed-flink-credentials' },
  MissingAuthenticationTokenException: { kind: 'credentials', code: 'managed-flink-credentials' },
  CredentialsProviderError: { kind: 'credentials', code: 'managed-flink-credentials' },
  TokenProviderError: { kind: 'credentials', code: 'managed-flink-credentials' },
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
  const transient = ['unknown', 'throttled', 'conflict', 'busy'].includes(failure.kind);
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
  if (status === 429) return { kind: 'throttled', code: 'managed-flink-throttled' };
  if (status === 403) return { kind: 'refused', code: 'managed-flink-access-denied' };
  if (status !== undefined && status >= 400 && status < 500) return { kind: 'refused', code: 'managed-flink-refused' };
  return { kind: 'unknown', code: 'managed-flink-answer-unknown' };
}

function describe(error: SdkError, name: string, status: number | undefined): string {
  // A proxy's HTML page ends in an error of the SDK's parser, whose text helps nobody.
  if (error.$response !== undefined && (name === 'SyntaxError' || name === 'TypeError')) {
    return `AWS answered HTTP ${status ?? '?'} with something that is not an answer of the service`;
  }
  const request = error.$metadata?.requestId ? ` (request ${error.$metadata.requestId})` : '';
  const network = error.code && error.code !== name ? ` ${error.code}` : '';
  return `${name}${network}: ${error.message || 'no message'}${request}`;
}
