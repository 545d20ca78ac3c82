import type { Code } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import { retryAfterSeconds } from '../../model/retry-after.js';

/** An error of the API or of the way to it, in one shape. `status` is the HTTP status, null where no answer came. */
export interface Fault {
  readonly status: number | null;
  readonly text: string;
  /** Seconds that the answer asks to wait; null: it names none. */
  readonly retryAfterSeconds: number | null;
  readonly cause: unknown;
}

/** Reads what the client throws in REST mode: the HTTP status as `code`, the raw body as `message`. Throws on what is a bug of ours. */
export function faultOf(error: unknown): Fault {
  if (error instanceof TypeError && error.cause === undefined) throw error;
  const { code, message, response } = error as {
    code?: unknown;
    message?: unknown;
    response?: { headers?: { get?: (name: string) => string | null } };
  };
  // The client's own class of headers: the global one is another.
  const header = (name: string) => response?.headers?.get?.(name);
  const raw = typeof message === 'string' ? message : String(error);
  return {
    status: typeof code === 'number' && code >= 100 ? code : null,
    text: textOf(raw),
    retryAfterSeconds: retryAfterSeconds(header('retry-after'), header('date'), Date.now()),
    cause: error,
  };
}

function textOf(raw: string): string {
  const plain = raw.trimStart();
  if (plain.startsWith('<')) return 'an HTML page instead of an answer of the API';
  if (!plain.startsWith('{')) return raw;
  try {
    const body = JSON.parse(plain) as { error?: { message?: unknown; status?: unknown } };
    return typeof body.error?.message === 'string' ? body.error.message : String(body.error?.status ?? raw);
  } catch {
    return raw;
  }
}

/** Calls by the IAM permission that they need; https://cloud.google.com/dataflow/docs/concepts/access-control */
export const permissions = {
  list: 'dataflow.jobs.list',
  get: 'dataflow.jobs.get',
  messages: 'dataflow.messages.list',
  template: 'storage.objects.get on the template',
  launch: 'dataflow.jobs.create',
  update: 'dataflow.jobs.updateContents',
  end: 'dataflow.jobs.cancel',
} as const;
export type Operation = keyof typeof permissions;

/** The permission that a refusal names, else the one that the call needs. */
export function permissionIn(fault: Fault, operation: Operation): string {
  return /\b(?!\S*googleapis)[a-z]+\.[a-z][A-Za-z]*\.[a-z][A-Za-z]+\b/.exec(fault.text)?.[0] ?? permissions[operation];
}

/** What a status says about a change: definitely not done, not done and worth another try, or not known. */
type Meaning =
  | { readonly means: 'no'; readonly code: Code }
  | { readonly means: 'later' }
  | { readonly means: 'no-credentials' }
  | { readonly means: 'unknown' };

const meanings: { readonly [status: number]: Meaning } = {
  400: { means: 'no', code: 'dataflow-invalid-argument' },
  /** Credentials that ended while a rollout goes on are no verdict on it: nothing was done, and `resume` goes on. */
  401: { means: 'no-credentials' },
  403: { means: 'no', code: 'dataflow-permission-denied' },
  404: { means: 'no', code: 'dataflow-not-found' },
  405: { means: 'no', code: 'dataflow-refused' },
  408: { means: 'unknown' },
  /** The name is taken: perhaps by our own launch whose answer was lost. */
  409: { means: 'unknown' },
  412: { means: 'no', code: 'dataflow-refused' },
  413: { means: 'no', code: 'dataflow-invalid-argument' },
  /** Refused before any effect; the quota is per minute, so a later try can work. */
  429: { means: 'later' },
};

export function meaningOf(fault: Fault): Meaning {
  if (fault.status === null) return { means: 'unknown' };
  return meanings[fault.status] ?? { means: 'unknown' };
}

/** The error of a change whose effect is not known: the runner looks for it by its stamp. */
export function answerUnknown(what: string, fault: Fault): RolloutError {
  const came = fault.status === null ? fault.text : `${fault.status}: ${fault.text}`;
  return new RolloutError('dataflow-answer-unknown', `No definite answer to ${what} (${came}).`, {
    class: 'transient',
    next: 'The effect is looked for by its stamp before anything is sent again.',
    cause: fault.cause,
  });
}

/** The error of any call whose credentials were not accepted. */
export function notAuthenticated(text: string, cause: unknown): RolloutError {
  return new RolloutError('dataflow-not-authenticated', `Google Cloud did not accept the credentials: ${text}`, {
    class: 'refusal',
    next: 'Set up credentials: google-github-actions/auth in a workflow, `gcloud auth application-default login` by hand.',
    cause,
  });
}

/** The error of a read, after its last try. */
export function readFailed(what: string, operation: Operation, fault: Fault): RolloutError {
  if (fault.status === 401) return notAuthenticated(fault.text, fault.cause);
  const transient = fault.status === null || fault.status === 429 || fault.status >= 500;
  if (transient) {
    const came = fault.status === null ? fault.text : `${fault.status}: ${fault.text}`;
    return new RolloutError('dataflow-unavailable', `Dataflow did not answer ${what} (${came}).`, {
      class: 'transient',
      next: 'Run again.',
      cause: fault.cause,
    });
  }
  const hint = fault.status === 403 ? ` It needs ${permissionIn(fault, operation)}.` : '';
  return new RolloutError('dataflow-read-refused', `Dataflow refused ${what}: ${fault.status} ${fault.text}.${hint}`, {
    class: 'refusal',
    next: fault.status === 403 ? `Grant ${permissionIn(fault, operation)}.` : 'Check project, region and credentials.',
    cause: fault.cause,
  });
}
