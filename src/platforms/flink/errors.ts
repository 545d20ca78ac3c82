import type { Progress } from '../../engines/engine.js';
import { type Code, codes } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import { isObject } from '../../model/json.js';
import { type Answer, NoAnswer } from './rest.js';

/** Longest text made of an answer, and of one cause of it, in characters: Flink answers with whole stack traces. */
const mostCharacters = 1200;
const mostOfCause = 400;
const mostCauses = 5;

/**
 * What an answer that is no success means for the call. `refused`: it took no effect and won't. `missing`: no such job, trigger or jar.
 * `taken`: the job id is in use. `unknown`: it may have taken effect.
 */
export type FailureKind = 'refused' | 'missing' | 'taken' | 'unknown';

export interface Failure {
  readonly kind: FailureKind;
  readonly code: Code;
  readonly text: string;
  readonly cause?: unknown;
}

/** Texts of Flink (1.18 to 2.3) that tell more than the status; the first that fits. There is no code in the answers to go by. */
const told: readonly { readonly text: RegExp; readonly kind: FailureKind; readonly code: Code }[] = [
  { text: /Duplicate(?:Job|Application)SubmissionException/, kind: 'taken', code: 'flink-start-fenced' },
  { text: /Jar file .* does not exist/, kind: 'missing', code: 'flink-jar-missing' },
  { text: /Cannot map checkpoint\/savepoint state for operator/, kind: 'refused', code: 'flink-state-incompatible' },
  { text: /Max parallelism mismatch/, kind: 'refused', code: 'flink-max-parallelism' },
  {
    text: /Cannot find checkpoint or savepoint file\/directory|Cannot find meta data file/,
    kind: 'refused',
    code: 'flink-snapshot-missing',
  },
  { text: /FlinkJobNotFoundException/, kind: 'missing', code: 'flink-run-missing' },
  { text: /ProgramInvocationException|RestHandlerException: Could not/, kind: 'refused', code: 'flink-refused' },
  { text: /DefaultScheduler does not support/, kind: 'refused', code: 'flink-scale-refused' },
];

const statuses: { readonly [status: number]: Pick<Failure, 'kind' | 'code'> } = {
  401: { kind: 'refused', code: 'flink-access-denied' },
  403: { kind: 'refused', code: 'flink-access-denied' },
  404: { kind: 'missing', code: 'flink-run-missing' },
};

/** Reads an answer that is no success, or an error of the connection. Never throws. */
export function failureOf(from: Answer | unknown): Failure {
  if (from instanceof NoAnswer) {
    return {
      kind: 'unknown',
      code: from.sent ? 'flink-answer-unknown' : 'flink-unavailable',
      text: from.message,
      cause: from,
    };
  }
  const { status, body } = from as Answer;
  const whole = wholeText(body);
  const text = `${status}: ${headline(whole)}`;
  const known = told.find((row) => row.text.test(whole)) ?? statuses[status];
  // What a proxy answers with 5xx says nothing of what Flink did.
  if (known !== undefined && (status < 500 || isFlinks(body))) return { kind: known.kind, code: known.code, text };
  if (status >= 400 && status < 500) return { kind: 'refused', code: 'flink-refused', text };
  return { kind: 'unknown', code: status === 503 ? 'flink-unavailable' : 'flink-answer-unknown', text };
}

/** The failure as an error: for reads, and for calls whose effect is not known. */
export function errorOf({ kind, code, text, cause }: Failure, what: string): RolloutError {
  return new RolloutError(code, `${what}: ${text}`, {
    class: kind === 'unknown' ? 'transient' : 'refusal',
    next: codes[code].next,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A definite no. */
export function failed(code: Code, message: string): Extract<Progress, { state: 'failed' }> {
  return { state: 'failed', code, message, next: codes[code].next };
}

/** First line of a stack trace and its causes, short enough for an annotation; packages of classes are left out. */
export function headline(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(Internal server error\.|at |\.\.\. \d+ more|End of exception)/.test(line));
  const [first = 'no text', ...rest] = lines.map((line) => line.replace(/^<Exception on server side:\s*/, ''));
  const causes = rest.filter((line) => /^Caused by: /.test(line)).map((line) => line.slice('Caused by: '.length));
  const start = first === '' ? (rest[0] ?? 'no text') : first;
  const chain = [start, ...causes].map((line) => plain(line)).filter((line, i, all) => all.indexOf(line) === i);
  const kept = chain.length > mostCauses ? [...chain.slice(0, 1), ...chain.slice(1 - mostCauses)] : chain;
  return kept.join(' ← ').slice(0, mostCharacters);
}

function plain(line: string): string {
  return line.replace(/\b(?:[a-z_][\w$]*\.)+(?=[A-Z])/g, '').slice(0, mostOfCause);
}

function isFlinks(body: unknown): boolean {
  return isObject(body) && Array.isArray(body['errors']);
}

function wholeText(body: unknown): string {
  if (isObject(body) && Array.isArray(body['errors'])) return body['errors'].map(String).join('\n');
  if (typeof body === 'string' && body.startsWith('<'))
    return `an HTML page (${/<title>([^<]*)/.exec(body)?.[1] ?? 'no title'})`;
  return typeof body === 'string' ? body : JSON.stringify(body);
}
