import { errorOf, failed, failureOf } from '../../platforms/flink/errors.js';
import { hasEnded } from '../../platforms/flink/states.js';
import type { Progress, RunCall } from '../engine.js';
import { isCancelled, type Kit, memoOf, running, succeeded } from './kit.js';

/** Time between two looks at a run that was cancelled, and until it is told once more, in seconds. */
const pollSeconds = 0.2;
const askAgainSeconds = 60;

/** Cancels one run and follows it to its end. */
export async function stop(kit: Kit, call: RunCall): Promise<Progress> {
  const { id } = call.run;
  const memo = memoOf(call.memo);
  const job = (await kit.api.jobs()).find(({ jid }) => jid === id);
  if (job === undefined) {
    // Flink forgets ended jobs after an hour, or with its JobManager; a run that never was is somebody's mistake.
    if (call.run.endedAt !== null || memo.sentAt !== undefined) return succeeded(id);
    return failed('flink-run-missing', `Flink does not know the run ${id}.`);
  }
  if (hasEnded(job)) return succeeded(id);
  const now = kit.ambient.clock.now();
  if (job.state === 'CANCELLING') return running({ sentAt: memo.sentAt ?? now }, pollSeconds);
  if (memo.sentAt !== undefined && now - memo.sentAt < askAgainSeconds * 1000) return running(memo, pollSeconds);
  if (isCancelled(kit, call)) return running(memo, 1);
  const what = `PATCH /jobs/${id}`;
  const answer = await kit.api.cancel(id).catch((error: unknown) => {
    throw errorOf(failureOf(error), what);
  });
  // 409: it has ended meanwhile, which the next look tells.
  if (answer.status === 202 || answer.status === 200 || answer.status === 409)
    return running({ sentAt: now }, pollSeconds);
  const failure = failureOf(answer);
  if (failure.kind === 'unknown') throw errorOf(failure, what);
  return failed(failure.code === 'flink-refused' ? 'flink-cancel-refused' : failure.code, `${what}: ${failure.text}`);
}
