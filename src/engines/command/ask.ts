import type * as z from 'zod';
import type { Code } from '../../model/codes/index.js';
import { RolloutError } from '../../model/error.js';
import type { Json } from '../../model/json.js';
import type { Ambient } from '../engine.js';
import { type Ended, run } from './child.js';
import { contractVersion } from './contract.js';
import { secondsOf } from './duration.js';
import { environmentOf } from './environment.js';
import type { Command, CommandTarget } from './target.js';
import { defaultTimeoutSeconds } from './times.js';

/** A command that could not be started: nothing was changed by it. */
export class NotStarted extends RolloutError {}

export interface Question {
  /** Job key, for messages. */
  readonly job: string;
  readonly verb: string;
  readonly command: Command;
  readonly target: CommandTarget;
  readonly request: { readonly [field: string]: unknown };
  readonly signal: AbortSignal;
}

/** What a command printed: the document, or null where there is none, and the exit code. */
export interface Answered {
  readonly document: Json;
  /** Why there is no document; null where there is one. */
  readonly broken: string | null;
  readonly exitCode: number;
  /** The end of stderr as it goes into messages: ` It said: …`, or nothing. */
  readonly said: string;
  /** Takes the values of the job's secrets out of a text that the command gave. */
  redact(text: string): string;
}

/** Lines of stderr that go to the log, and the last ones that go into messages. */
const loggedLines = 200;
const saidLines = 10;
const lineLength = 400;

const endings = {
  'timed-out': { code: 'command-timed-out', text: 'ran longer than its time-out and was ended' },
  cancelled: { code: 'command-cancelled', text: 'was ended because the process was cancelled' },
  'too-large': { code: 'command-output-too-large', text: 'printed more than 8 MiB and was ended' },
} as const satisfies { readonly [how in Exclude<Ended['how'], 'exited' | 'missing'>]: { code: Code; text: string } };

/** Runs a command with its request on stdin. Throws if it was not started (`NotStarted`) or did not end by itself. */
export async function ask(question: Question, ambient: Ambient): Promise<Answered> {
  const { job, verb, command, target } = question;
  const { env, redact } = environmentOf(target, ambient);
  const heard = listener((text) => ambient.log(`${job}: ${verb}: ${text}`));
  const ended = await run({
    command,
    env,
    stdin: `${JSON.stringify({ version: contractVersion, verb, ...question.request })}\n`,
    timeoutSeconds: secondsOf(target.timeout, defaultTimeoutSeconds),
    signal: AbortSignal.any([question.signal, ambient.signal]),
    line: (text) => heard.line(redact(text)),
  });
  if (ended.how === 'missing') {
    const text = typeof command === 'string' ? command : command.join(' ');
    throw new NotStarted(
      'command-not-runnable',
      `${job}: the ${verb} command \`${redact(text)}\` could not be started: ${ended.reason}.`,
      {
        class: 'input',
        next: 'Check the path in the manifest, the executable bit in git and what is installed on the runner.',
      },
    );
  }
  const said = heard.said();
  if (ended.how !== 'exited') {
    const { code, text } = endings[ended.how];
    throw new RolloutError(code, `${job}: the ${verb} command ${text}.${said}`, { class: 'transient' });
  }
  return { ...parse(ended.stdout), exitCode: ended.code ?? 128, said, redact };
}

function parse(stdout: string): { document: Json; broken: string | null } {
  if (stdout.trim() === '') return { document: null, broken: 'it printed nothing to stdout' };
  try {
    return { document: JSON.parse(stdout) as Json, broken: null };
  } catch {
    return { document: null, broken: 'what it printed to stdout is not one JSON document' };
  }
}

/** Passes the first lines of stderr on and keeps the last ones for messages. */
function listener(log: (text: string) => void): { line(text: string): void; said(): string } {
  let count = 0;
  let last: readonly string[] = [];
  return {
    line(text) {
      count += 1;
      if (count <= loggedLines) log(text);
      if (count === loggedLines + 1) log('(more lines are not shown)');
      if (text.trim() !== '') last = [...last, text.slice(0, lineLength)].slice(-saidLines);
    },
    said: () => (last.length === 0 ? '' : ` It said: ${last.join('\n')}`),
  };
}

/** First problem of an answer in words: the field and what was expected. */
export function problem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'it does not follow the contract';
  const field = issue.path.map(String).join('.');
  return `${field === '' ? 'the answer' : field}: ${issue.message}`;
}
