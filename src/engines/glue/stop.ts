import type { BatchStopJobRunError } from '@aws-sdk/client-glue';
import { isObject, type Json } from '../../model/json.js';
import { isEnding } from '../../model/run.js';
import type { Progress, RunCall } from '../engine.js';
import { chain, nextRestart, tailOf } from './continuation.js';
import { errorOf, failed, failureOf } from './errors.js';
import { notPutOff, type PutOff, putOff, secondsLeft } from './put-off.js';
import { isCancelled, type Tools } from './shared.js';
import { stateOf } from './states.js';

/** A run that was asked to stop and still shows RUNNING after this many seconds is asked again. */
const askAgainSeconds = 60;

/** `askedAt`: milliseconds; null: Glue has not accepted a stop of this run from us. */
interface Memo extends PutOff {
  readonly run: string;
  readonly askedAt: number | null;
}

/**
 * What an error of one run in the answer of BatchStopJobRun means; the answer itself is HTTP 200.
 * `ended`: there is nothing to stop any more. `later`: the run cannot be stopped in its present state.
 */
const runErrors: { readonly [code: string]: 'ended' | 'later' } = {
  JobRunInTerminalStateException: 'ended',
  JobRunInvalidStateTransitionException: 'later',
};

/** Stops one run and follows it to its end; where Glue itself restarted it meanwhile, the run that took over is stopped. */
export async function stop(tools: Tools, call: RunCall): Promise<Progress> {
  const { name } = call.run;
  const now = tools.ambient.clock.now();
  const first: Memo = { ...notPutOff, run: call.run.id, askedAt: isEnding(call.run) ? now : null };
  const memo: Memo = isObject(call.memo) ? { ...first, ...(call.memo as unknown as Partial<Memo>) } : first;
  if (memo.askedAt !== null) return follow(tools, name, memo, memo.askedAt);
  const left = secondsLeft(memo, now);
  if (left > 0) return running(memo, left);
  return isCancelled(tools, call) ? running(memo, 1) : ask(tools, name, memo);
}

async function ask(tools: Tools, name: string, memo: Memo): Promise<Progress> {
  const what = `BatchStopJobRun ${name} ${memo.run}`;
  let refusal: BatchStopJobRunError | null;
  try {
    refusal = await tools.glue.stop(name, memo.run);
  } catch (error) {
    const failure = failureOf(error);
    const now = tools.ambient.clock.now();
    const later = failure.kind === 'throttled' ? putOff(memo, failure, now) : null;
    if (later !== null) return running({ ...memo, ...later }, secondsLeft(later, now));
    if (failure.kind === 'throttled') throw errorOf(failure, what);
    if (failure.kind === 'unknown' || failure.kind === 'credentials') throw errorOf(failure, what);
    return failed(failure.code === 'glue-refused' ? 'glue-stop-refused' : failure.code, `${what}: ${failure.text}`);
  }
  const asked = { ...memo, askedAt: tools.ambient.clock.now() };
  if (refusal === null) return running(asked, 2);
  const code = refusal.ErrorDetail?.ErrorCode ?? 'no code';
  switch (runErrors[code]) {
    case 'ended':
      return follow(tools, name, asked, asked.askedAt);
    case 'later':
      // STARTING can refuse a stop, and so does a run that is STOPPING: following it asks again where that is due.
      return running(asked, 5);
    default: {
      const missing = code === 'EntityNotFoundException';
      const text = `${what}: ${code}: ${refusal.ErrorDetail?.ErrorMessage ?? 'no message'}`;
      return failed(missing ? 'glue-run-missing' : 'glue-stop-refused', text);
    }
  }
}

async function follow(tools: Tools, name: string, memo: Memo, askedAt: number): Promise<Progress> {
  const run = await tools.glue.run(name, memo.run);
  if (run === null) return failed('glue-run-missing', `${name}: Glue does not know the run ${memo.run} any more.`);
  const state = stateOf(run.JobRunState, run.CompletedOn !== undefined);
  if (state === 'stopping') return running(memo, 3);
  if (state === 'starting' || state === 'running') {
    const due = tools.ambient.clock.now() - askedAt > askAgainSeconds * 1000;
    return running(due ? { ...memo, askedAt: null } : memo, 3);
  }
  // A maintenance restart or a retry may have taken over between the look and the stop.
  if (state === 'replaced' || state === 'failed') {
    const runs = await tools.glue.runs(name);
    const { replacedBy } = chain(runs.flatMap(({ Id }) => (Id === undefined ? [] : [Id])));
    const listed = tailOf(memo.run, replacedBy);
    // The list may be late; a single run is not.
    const next = nextRestart(listed);
    const tail = state === 'replaced' && (await tools.glue.run(name, next)) !== null ? next : listed;
    if (tail !== memo.run) return running({ ...notPutOff, run: tail, askedAt: null }, 1);
  }
  return { state: 'succeeded', run: memo.run, snapshot: null };
}

function running(memo: Memo, retryAfterSeconds: number): Progress {
  return { state: 'running', memo: { ...memo } as unknown as Json, retryAfterSeconds };
}
