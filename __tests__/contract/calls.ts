import type { LaunchCall, OverlapCall, PrepareCall, Progress, RunCall, Session } from '../../src/engines/engine.js';
import { type Code, codes } from '../../src/model/codes/index.js';
import { RolloutError } from '../../src/model/error.js';
import type { Job } from '../../src/model/job.js';
import type { Json, JsonObject } from '../../src/model/json.js';
import { isActive, type Run } from '../../src/model/run.js';
import { fieldValue, type Stamp } from '../../src/model/stamp.js';
import { type Field, type LaunchVerb, subjectOf, type Verb } from './ground.js';

/** Rollouts of their own each time the suite runs, so that runs of an earlier day are not taken for today's. */
const rollout = `contract${Date.now()}`;
let n = 0;

/** A stamp that no run has yet. */
export function freshStamp(more: Partial<Stamp> = {}): Stamp {
  n += 1;
  return {
    revision: 'r1-00c0ffee00c0ffee',
    rollout,
    n,
    step: 'start',
    commit: null,
    predecessor: null,
    slot: null,
    ...more,
  };
}

/** The stamp as it is read back: a predecessor's id is written in the characters that every engine takes. */
export function readBack(stamp: Stamp): Stamp {
  return { ...stamp, predecessor: stamp.predecessor === null ? null : fieldValue(stamp.predecessor) };
}

const quiet = new AbortController().signal;

export function launchCall(field: Field, stamp: Stamp, more: Partial<OverlapCall> = {}): OverlapCall {
  return {
    subject: subjectOf(field),
    target: field.targets.first,
    stamp,
    predecessor: null,
    snapshot: null,
    memo: null,
    signal: quiet,
    backstopSeconds: 7200,
    drainTimeoutSeconds: 1800,
    ...more,
  };
}

export function runCall(field: Field, run: Run): RunCall {
  return { subject: subjectOf(field), memo: null, signal: quiet, run };
}

export function prepareCall(field: Field, target: JsonObject): PrepareCall {
  return { subject: subjectOf(field), memo: null, signal: quiet, target, stamp: freshStamp() };
}

/** A verb that the session must have. */
export function verbOf<V extends Verb>(session: Session, verb: V): NonNullable<Session['can'][V]> {
  const found = session.can[verb];
  if (found === undefined) throw new Error(`the session has no verb ${verb}`);
  return found;
}

/** Polls a verb until it stops saying `running`, while time passes as it asks. `memos`: every one that it gave, oldest first. */
export async function drive<C extends { memo: Json }>(
  field: Pick<Field, 'wait'>,
  verb: (call: C) => Promise<Progress>,
  call: C,
  memos: Json[] = [],
): Promise<Exclude<Progress, { state: 'running' }>> {
  let { memo } = call;
  for (let polls = 0; polls < 2000; polls += 1) {
    const progress = await verb({ ...call, memo });
    if (progress.state !== 'running') return progress;
    memo = progress.memo;
    memos.push(memo);
    await field.wait(progress.retryAfterSeconds);
  }
  throw new Error('still running after 2000 polls');
}

/** Launches by a verb and gives the run's id. */
export async function launched(field: Field, verb: LaunchVerb, call: OverlapCall): Promise<string> {
  const progress = await drive(field, verbOf(field.session, verb) as (call: LaunchCall) => Promise<Progress>, call);
  if (progress.state !== 'succeeded' || progress.run === null) throw new Error(JSON.stringify(progress));
  return progress.run;
}

export async function look(field: Field, ids: readonly string[] = []): Promise<readonly Run[]> {
  return field.session.look(subjectOf(field, ids));
}

export async function active(field: Field): Promise<readonly Run[]> {
  return (await look(field)).filter(isActive);
}

/** Runs that carry a stamp, as a look by names shows them. */
export async function stamped(field: Field, { rollout: of, n: number, step }: Stamp): Promise<readonly Run[]> {
  const runs = await look(field);
  return runs.filter(({ stamp }) => stamp?.rollout === of && stamp.n === number && stamp.step === step);
}

/** One run by its id; it must be there. */
export async function runOf(field: Field, id: string): Promise<Run> {
  const run = (await look(field, [id])).find((candidate) => candidate.id === id);
  if (run === undefined) throw new Error(`the look shows no run ${id}`);
  return run;
}

/** Looks at a run until it fits; what it showed on the way is put into `seen`. */
export async function until(
  field: Field,
  id: string,
  fits: (run: Run) => boolean,
  seconds = 1800,
  seen: Run[] = [],
): Promise<Run> {
  for (let waited = 0; ; waited += 5) {
    const run = await runOf(field, id);
    seen.push(run);
    if (fits(run)) return run;
    if (waited > seconds) throw new Error(`after ${seconds} s run ${id} is ${run.engineState}`);
    await field.wait(5);
  }
}

export const isRunning = (run: Run) => run.state === 'running';

/** Makes sure that no run of the job is active. */
export async function nothing(field: Field): Promise<void> {
  for (const run of await active(field)) {
    const progress = await drive(field, verbOf(field.session, 'stop'), runCall(field, run));
    if (progress.state !== 'succeeded') throw new Error(JSON.stringify(progress));
  }
}

/** A run of ours that runs, alone. On an account one that an earlier test left is taken: each new one costs minutes. */
export async function alone(field: Field, target = field.targets.first): Promise<Run> {
  const runs = await active(field);
  const [left] = runs;
  const usable = target === field.targets.first && left?.state === 'running' && left.stamp?.rollout === rollout;
  if (usable && runs.length === 1 && left.stamp?.step === 'start') return left;
  await nothing(field);
  const id = await launched(field, 'start', launchCall(field, freshStamp(), { target }));
  return until(field, id, isRunning);
}

/** A definite no: its code is registered and says what to do next. */
export function isNo(progress: Progress): { readonly state: 'failed'; readonly code: Code; readonly message: string } {
  if (progress.state !== 'failed') throw new Error(`expected a definite no, got ${JSON.stringify(progress)}`);
  if (codes[progress.code] === undefined) throw new Error(`the code ${progress.code} is not registered`);
  if (!(progress.next ?? codes[progress.code].next)) throw new Error(`${progress.code} does not say what to do next`);
  if (progress.message === '') throw new Error(`${progress.code} has no message`);
  return progress;
}

/** The error of a call whose answer is not known: ours, with a registered code and what to do next. */
export async function thrown(call: Promise<unknown>): Promise<RolloutError> {
  const error = await call.then(
    (value) => {
      throw new Error(`expected an error, got ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof RolloutError)) throw error;
  if (codes[error.code] === undefined) throw new Error(`the code ${error.code} is not registered`);
  if (!(error.next ?? codes[error.code].next)) throw new Error(`${error.code} does not say what to do next`);
  return error;
}

/** Ends in a definite no, or in an error that leaves it open. */
export async function refusedOrUnknown(call: Promise<Progress>): Promise<void> {
  const end = await call.catch((error: unknown) => error);
  if (end instanceof RolloutError) return;
  if (end instanceof Error) throw end;
  isNo(end as Progress);
}

/** The job as the manifest would declare it. */
export function declared(field: Field, target = field.targets.first): Omit<Job, 'positions'> {
  return jobOf(field.engine.id, target);
}

export function jobOf(engine: string, target: JsonObject): Omit<Job, 'positions'> {
  return {
    key: 'contract',
    engine,
    target,
    paths: null,
    ignore: [],
    build: null,
    sink: 'idempotent',
    stateful: true,
    strategy: 'auto',
    maxGapSeconds: null,
    parallel: { overlapSeconds: 600, slots: [] },
    drain: { timeoutSeconds: 1800, onTimeout: 'fail' },
    verify: { runningWithinSeconds: 900, bakeSeconds: 600, gates: [] },
    onFailure: 'rollback',
    needs: [],
    was: null,
    desired: 'running',
    instance: null,
    at: { file: 'streaming-jobs.yml', line: 1, column: 1 },
  };
}
