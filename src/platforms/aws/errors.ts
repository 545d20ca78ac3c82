import type { Progress } from '../../engines/engine.js';
import type { Code } from '../../model/codes/index.js';
import { codes } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import { retryAfterSeconds } from '../../model/retry-after.js';

/**
 * What an error of AWS means for a call that changes something.
 * `refused`: it took no effect and won't. `throttled`, `conflict`: no effect, another try may work. `busy`: refused by what is under way,
 * without effect. `missing`: there is no such thing. `credentials`: nothing can be said to AWS at all. `unknown`: it may have taken effect.
 */
export type ErrorKind = 'refused' | 'throttled' | 'conflict' | 'busy' | 'missing' | 'credentials' | 'unknown';

/** Kinds that need no engine to be told: each engine has one code for each of them. */
type PlainKind = 'refused' | 'denied' | 'throttled' | 'credentials' | 'unknown';

/** Names that AWS uses for every API, and those of the SDK (API references, "Common errors"). */
const common: { readonly [name: string]: PlainKind } = {
  ValidationException: 'refused',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  ExpiredTokenException: 'credentials',
  ExpiredToken: 'credentials',
  UnrecognizedClientException: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  IncompleteSignatureException: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
};

/** An engine's words for errors. What neither table lists goes by its HTTP status. */
export interface Dialect {
  /** Whose answers they are, for people. */
  readonly of: string;
  readonly codes: { readonly [kind in PlainKind]: Code };
  /** A read that gave no usable answer: it has no effect that could be unknown. */
  readonly unavailable: Code;
  /** Names of the engine's own API. */
  readonly own: { readonly [name: string]: { readonly kind: ErrorKind; readonly code: Code } };
}

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

/** Reads an error of the SDK in an engine's words. Never throws. */
export type ReadError = (error: unknown) => Failure;

export function readerOf(dialect: Dialect): ReadError {
  const plain = (kind: PlainKind) => ({
    kind: kind === 'denied' ? ('refused' as const) : kind,
    code: dialect.codes[kind],
  });
  return (error) => {
    const sdk = (typeof error === 'object' && error !== null ? error : {}) as SdkError;
    const status = sdk.$metadata?.httpStatusCode ?? sdk.$response?.statusCode;
    const name = sdk.name ?? 'Error';
    const own = Object.hasOwn(dialect.own, name) ? dialect.own[name] : undefined;
    const known = own ?? plain((Object.hasOwn(common, name) ? common[name] : undefined) ?? byStatus(status));
    const { 'retry-after': after, date } = sdk.$response?.headers ?? {};
    const told = retryAfterSeconds(after, date, Date.now());
    return { ...known, text: describe(sdk, name, status, dialect.of), retryAfterSeconds: told, cause: error };
  };
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

/** A definite no. */
export function failed(code: Code, message: string): Extract<Progress, { state: 'failed' }> {
  return { state: 'failed', code, message, next: codes[code].next };
}

function byStatus(status: number | undefined): PlainKind {
  if (status === 429) return 'throttled';
  if (status === 403) return 'denied';
  return status !== undefined && status >= 400 && status < 500 ? 'refused' : 'unknown';
}

function describe(error: SdkError, name: string, status: number | undefined, of: string): string {
  // A proxy's HTML page ends in an error of the SDK's parser, whose text helps nobody.
  if (error.$response !== undefined && (name === 'SyntaxError' || name === 'TypeError')) {
    return `AWS answered HTTP ${status ?? '?'} with something that is not an answer of ${of}`;
  }
  const request = error.$metadata?.requestId ? ` (request ${error.$metadata.requestId})` : '';
  const network = error.code && error.code !== name ? ` ${error.code}` : '';
  return `${name}${network}: ${error.message || 'no message'}${request}`;
}
