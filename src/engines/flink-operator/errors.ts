import { type Code, codes } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import type { Progress } from '../engine.js';
import type { Ended } from './child.js';

/**
 * What it means that kubectl did not succeed. `refused`: it took no effect and won't. `owned`: another manager has set the fields. `contended`:
 * the object is another version by now. `throttled`: no effect, another try may work. `missing`: there is no such thing. `unable`: nothing was
 * sent, and nobody but a person can change that. `unsent`: the server could not be reached. `unknown`: it may have taken effect.
 */
export type FailureKind = 'refused' | 'owned' | 'contended' | 'throttled' | 'missing' | 'unable' | 'unsent' | 'unknown';

export interface Failure {
  readonly kind: FailureKind;
  readonly code: Code;
  readonly text: string;
  /** Fields that another manager has, where the kind is `owned`. */
  readonly conflicts: readonly Conflict[];
}

/** A field that another manager of the resource has set. */
export interface Conflict {
  readonly manager: string;
  readonly field: string;
}

/** Texts of kubectl (1.28 to 1.34) and of the API server; the first that fits. kubectl gives no code but the reason in its text. */
const told: readonly { readonly text: RegExp; readonly kind: FailureKind; readonly code: Code }[] = [
  { text: /Apply failed with \d+ conflicts?:/, kind: 'owned', code: 'flink-operator-conflict' },
  { text: /admission webhook "[^"]*" denied the request/, kind: 'refused', code: 'flink-operator-spec-refused' },
  { text: /Operation cannot be fulfilled on/, kind: 'contended', code: 'flink-operator-contended' },
  // The resource was deleted and made again since it was read.
  { text: /metadata\.uid: Invalid value|uid mismatch/, kind: 'contended', code: 'flink-operator-contended' },
  { text: /\((?:Conflict|AlreadyExists)\)/, kind: 'contended', code: 'flink-operator-contended' },
  {
    text: /doesn't have a resource type|no matches for kind|could not find the requested resource/,
    kind: 'missing',
    code: 'flink-operator-not-installed',
  },
  { text: /\(NotFound\): namespaces "/, kind: 'refused', code: 'flink-operator-namespace-missing' },
  { text: /\(NotFound\)/, kind: 'missing', code: 'flink-operator-missing' },
  { text: /\(Unauthorized\)|must be logged in/, kind: 'unable', code: 'flink-operator-credentials' },
  { text: /getting credentials|executable .* not found/, kind: 'unable', code: 'flink-operator-credentials' },
  { text: /\(Forbidden\)/, kind: 'refused', code: 'flink-operator-access-denied' },
  {
    text: /\((?:Invalid|BadRequest|MethodNotAllowed|UnsupportedMediaType|RequestEntityTooLarge)\)|is invalid:|strict decoding error|failed to create typed patch object/,
    kind: 'refused',
    code: 'flink-operator-spec-refused',
  },
  { text: /\(TooManyRequests\)/, kind: 'throttled', code: 'flink-operator-unavailable' },
  // What kubectl goes for where it has no kubeconfig.
  { text: /server localhost:8080 was refused/, kind: 'unable', code: 'flink-operator-kubeconfig' },
  {
    text: /context "[^"]*" does not exist|no such file or directory|error loading config file|invalid configuration|Unable to connect to the server: .*x509: /,
    kind: 'unable',
    code: 'flink-operator-kubeconfig',
  },
  {
    text: /connection refused|was refused - did you specify|no such host|no route to host|network is unreachable/,
    kind: 'unsent',
    code: 'flink-operator-unavailable',
  },
  { text: /^error: unknown flag|unknown command/m, kind: 'unable', code: 'flink-operator-kubectl-missing' },
];

const endings = {
  'timed-out': 'it took too long and was ended',
  cancelled: 'it was ended because the process was cancelled',
  'too-large': 'it printed more than can be read',
} as const satisfies { readonly [how in Exclude<Ended['how'], 'exited' | 'missing'>]: string };

/** Reads how a call ended that did not succeed. Never throws. */
export function failureOf(ended: Ended): Failure {
  if (ended.how === 'missing')
    return { kind: 'unable', code: 'flink-operator-kubectl-missing', text: ended.reason, conflicts: [] };
  if (ended.how !== 'exited')
    return { kind: 'unknown', code: 'flink-operator-answer-unknown', text: endings[ended.how], conflicts: [] };
  const text = plain(ended.stderr);
  const known = told.find((row) => row.text.test(ended.stderr));
  if (known === undefined) return { kind: 'unknown', code: 'flink-operator-answer-unknown', text, conflicts: [] };
  return { kind: known.kind, code: known.code, text, conflicts: conflictsIn(ended.stderr) };
}

/**
 * The fields in the text of a conflict: `conflict with "helm": .spec.image`, or `conflicts with "helm" using v1beta1:` and a line
 * `- .spec.image` each.
 */
export function conflictsIn(text: string): readonly Conflict[] {
  const found: Conflict[] = [];
  let manager = '';
  for (const line of text.split('\n')) {
    const named = /conflicts? with "([^"]*)"[^:]*:(.*)$/.exec(line);
    if (named !== null) {
      manager = named[1] ?? '';
      const field = named[2]?.trim();
      if (field) found.push({ manager, field });
    }
    const listed = /^\s*- (\..*)$/.exec(line)?.[1];
    if (listed !== undefined) found.push({ manager, field: listed.trim() });
  }
  return found;
}

/** The failure as an error: for reads, and for calls whose effect is not known. */
export function errorOf({ kind, code, text }: Failure, what: string): RolloutError {
  const byKind = { unable: 'input', refused: 'refusal', owned: 'refusal', missing: 'refusal' } as const;
  return new RolloutError(code, `${what}: ${text}`, {
    class: kind in byKind ? byKind[kind as keyof typeof byKind] : 'transient',
    next: codes[code].next,
  });
}

/** A definite no. */
export function failed(code: Code, message: string): Extract<Progress, { state: 'failed' }> {
  return { state: 'failed', code, message, next: codes[code].next };
}

/** What kubectl said, without its advice and its warnings, short enough for an annotation. */
function plain(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(Warning:|[EWI]\d{4} )/.test(line));
  const advice = lines.findIndex((line) => line.startsWith('Please review the fields above'));
  const kept = advice < 0 ? lines : lines.slice(0, advice);
  return (kept.length === 0 ? stderr.trim() : kept.join(' ')).slice(0, 1200) || 'it said nothing';
}
