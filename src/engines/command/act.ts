import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import { stampToFields } from '../../model/stamp.js';
import type { Ambient, LaunchCall, PrepareCall, Progress, RunCall, ScaleCall, SnapshotCall } from '../engine.js';
import { type Answered, ask, NotStarted, problem } from './ask.js';
import { type CommandVerb, commandOf } from './capabilities.js';
import { fromRun, type VerbAnswer, verbAnswer } from './contract.js';
import { secondsOf } from './duration.js';
import { shown } from './observe.js';
import { read } from './target.js';
import { defaultPollSeconds } from './times.js';

type Call = (LaunchCall | PrepareCall | RunCall | ScaleCall | SnapshotCall) & { readonly target?: JsonObject };

const launched = { key: 'run', missing: '{"run": {"id": …}}' } as const;
const done = { key: 'done', missing: '{"done": {}}' } as const;

/** What must come back for a verb to have succeeded. */
const expected = {
  prepare: done,
  scale: done,
  replace: launched,
  start: launched,
  drain: done,
  stop: done,
  snapshot: done,
  stopWithSnapshot: done,
} as const satisfies { readonly [verb in CommandVerb]: { key: 'run' | 'done'; missing: string } };

/** Verbs whose answer must also name the snapshot. */
const snapshots = { snapshot: true, stopWithSnapshot: true };

/** One call of the command of a verb. Throws where it is not known whether the change was made. */
export async function act(verb: CommandVerb, call: Call, ambient: Ambient): Promise<Progress> {
  const json = call.target ?? call.subject.target;
  const target = read(json);
  const command = target[commandOf[verb]];
  const { job } = call.subject;
  if (command === undefined) return refused(job, verb, 'the job has no such command');
  // What a command does can't be called back, and it may change something at once: none is begun on a look at the lock that is too old.
  if (call.isLate?.() === true) return { state: 'running', memo: call.memo, retryAfterSeconds: 1 };
  try {
    const question = {
      job,
      verb: commandOf[verb],
      command,
      target,
      request: requestOf(call, json),
      signal: call.signal,
    };
    const answered = await ask(question, ambient);
    return progressOf(verb, call, secondsOf(target.poll, defaultPollSeconds), answered);
  } catch (error) {
    // Never started, and not called before: a definite no, so nothing has to be looked for.
    if (error instanceof NotStarted && call.memo === null)
      return { state: 'failed', code: error.code, message: error.message };
    throw error;
  }
}

function refused(job: string, verb: CommandVerb, why: string): Progress {
  return { state: 'failed', code: 'command-not-runnable', message: `${job}: ${commandOf[verb]}: ${why}.` };
}

function requestOf(call: Call, target: JsonObject): { readonly [field: string]: unknown } {
  return {
    job: call.subject.job,
    name: 'run' in call ? call.run.name : (target['name'] ?? call.subject.job),
    target: shown(target),
    memo: call.memo,
    ...('stamp' in call ? { stamp: stampToFields(call.stamp) } : {}),
    ...('predecessor' in call ? { predecessor: fromRun(call.predecessor), snapshot: call.snapshot } : {}),
    ...('run' in call ? { run: fromRun(call.run) } : {}),
    ...('scale' in call ? { scaling: call.scale['scaling'] ?? {} } : {}),
    ...('directory' in call ? { directory: call.directory } : {}),
  };
}

function progressOf(verb: CommandVerb, call: Call, pollSeconds: number, answered: Answered): Progress {
  const parsed = verbAnswer.safeParse(answered.document);
  const answer = parsed.success ? parsed.data : null;
  if (answer && 'failed' in answer) return failed(verb, call, answer.failed, answered);
  if (answered.exitCode !== 0) throw unknown(verb, call, `ended with exit code ${answered.exitCode}`, answered);
  if (!answer) {
    const why = answered.broken ?? (parsed.success ? '' : problem(parsed.error));
    throw unknown(verb, call, `gave no usable answer: ${why}`, answered);
  }
  if ('running' in answer) {
    const { memo, retryAfterSeconds } = answer.running;
    return { state: 'running', memo: memo ?? null, retryAfterSeconds: retryAfterSeconds ?? pollSeconds };
  }
  return succeeded(verb, call, answer, answered);
}

function failed(
  verb: CommandVerb,
  call: Call,
  said: { message: string; next?: string | null | undefined },
  { redact }: Answered,
): Progress {
  const message = `${call.subject.job}: ${commandOf[verb]}: ${redact(said.message)}`;
  return { state: 'failed', code: 'command-failed', message, ...(said.next ? { next: redact(said.next) } : {}) };
}

type Final = Extract<VerbAnswer, { run: unknown } | { done: unknown }>;

function succeeded(verb: CommandVerb, call: Call, answer: Final, answered: Answered): Progress {
  const { key, missing } = expected[verb];
  if (!(key in answer)) throw unknown(verb, call, `left out what the verb is about: ${missing} was expected`, answered);
  const run = 'run' in answer ? answer.run.id : 'run' in call ? call.run.id : null;
  const snapshot = 'done' in answer ? (answer.done.snapshot ?? null) : null;
  if (verb in snapshots && snapshot === null)
    throw unknown(verb, call, 'did not name the snapshot: {"done": {"snapshot": …}} was expected', answered);
  return { state: 'succeeded', run, snapshot };
}

function unknown(verb: CommandVerb, call: Call, what: string, answered: Answered): RolloutError {
  return new RolloutError(
    'command-answer-unknown',
    `${call.subject.job}: the ${commandOf[verb]} command ${what}.${answered.said}`,
    { class: 'transient' },
  );
}
