import type { Code } from '../../model/codes/index.js';
import type { Run, RunState } from '../../model/run.js';
import type { Progress, RunCall } from '../engine.js';
import { once } from './change.js';
import { isCancelled, type Kit, memoOf, putOff, running, secondsSince, succeeded } from './kit.js';
import { hasEnded } from './run.js';

/** A way to end a run: what is requested, and what its states then mean. */
interface Ending {
  readonly verb: string;
  readonly requestedState: 'JOB_STATE_DRAINED' | 'JOB_STATE_CANCELLED';
  /** States in which the request has been taken; the run is on its way. */
  readonly under: readonly RunState[];
  /** Ends that are not what was asked for, and what is told then. */
  readonly otherwise: { readonly [S in RunState]?: Code };
}

/** An accepted request shows within this time; then it is sent again, so many times in all. It acts on one run id, so repeating it is harmless. */
const showsWithinSeconds = 60;
const mostRequests = 3;
/** The service asks to wait before a young run can be cancelled; a pause spares the quota for updates. */
const notReadyPauseSeconds = 5;
const mostNotReady = 60;

const draining: Ending = {
  verb: 'drain',
  requestedState: 'JOB_STATE_DRAINED',
  under: ['draining', 'stopping'],
  otherwise: { failed: 'dataflow-drain-incomplete' },
};

const cancelling: Ending = {
  verb: 'cancel',
  requestedState: 'JOB_STATE_CANCELLED',
  under: ['stopping'],
  otherwise: {},
};

/** Stops taking input, finishes what is in flight (open windows fire early), and ends the run. May take hours. */
export function drain(kit: Kit, call: RunCall): Promise<Progress> {
  return end(kit, call, draining);
}

/** Cancels the run: what it has buffered is lost. Never forces: a forced cancel may leave workers behind that cost money. */
export function stop(kit: Kit, call: RunCall): Promise<Progress> {
  return end(kit, call, cancelling);
}

async function end(kit: Kit, call: RunCall, ending: Ending): Promise<Progress> {
  const memo = memoOf(call.memo);
  const { id } = call.run;
  const run = await kit.runs.read(id, call.subject);
  if (run === null)
    return { state: 'failed', code: 'dataflow-not-found', message: `Dataflow does not know run ${id}.` };
  if (hasEnded(run.state)) return over(run, ending);
  if (ending.under.includes(run.state)) return running(memo, 5);
  const wait = putOff(kit, memo);
  if (wait) return wait;
  if (memo.sentAt !== undefined && secondsSince(kit, memo.sentAt) < showsWithinSeconds) return running(memo, 5);
  if ((memo.sent ?? 0) >= mostRequests) return ignored(run, ending, mostRequests);
  if (isCancelled(kit, call)) return running(memo, 1);
  kit.links.asked(id);
  return once(kit, {
    what: `to ${ending.verb} run ${id}`,
    operation: 'end',
    memo,
    send: () => kit.api.update(id, { requestedState: ending.requestedState }),
    done: () => running({ sent: (memo.sent ?? 0) + 1, sentAt: kit.clock.now() }, 2),
    refused(text, status) {
      if (status !== 400) return null;
      // The run ended meanwhile: the next read says how.
      if (text.includes('Job has terminated')) return running(memo, 1);
      if (!text.includes('not yet ready for canceling')) return null;
      const refusals = (memo.refusals ?? 0) + 1;
      if (refusals > mostNotReady) return ignored(run, ending, refusals);
      const notBefore = kit.clock.now() + notReadyPauseSeconds * 1000;
      return running({ ...memo, refusals, notBefore }, notReadyPauseSeconds);
    },
  });
}

function over(run: Run, ending: Ending): Progress {
  const code = ending.otherwise[run.state];
  if (code === undefined) return succeeded(run.id);
  const message = `Run ${run.id} is ${run.engineState}${run.detail === null ? '' : `: ${run.detail}`}`;
  return { state: 'failed', code, message };
}

function ignored(run: Run, { verb }: Ending, times: number): Progress {
  const message = `Run ${run.id} is still ${run.engineState}, though it was asked ${times} times to ${verb}.`;
  return { state: 'failed', code: 'dataflow-change-ignored', message };
}
