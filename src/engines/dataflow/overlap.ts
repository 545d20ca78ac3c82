import type { Run } from '../../model/run.js';
import type { OverlapCall, Progress } from '../engine.js';
import { maxBackstopSeconds, overlapExperiments } from './experiments.js';
import { type Kit, memoOf, running, secondsSince } from './kit.js';
import { launchOnce } from './launch-once.js';
import { onlyPredecessor } from './replace.js';
import { overlapping } from './settle.js';

/** A parallel update of the same name is refused within two minutes of the last start; the rest covers clocks that differ. */
const restSeconds = 120 + 5;

/**
 * Parallel update under the same name: both runs process until we drain the old one. The service's own timer is set to the backstop.
 * No time limit is given for the service's drain, so that it never cancels the old run: `drain.timeout` is held by the rollout.
 */
export async function overlap(kit: Kit, call: OverlapCall): Promise<Progress> {
  if (call.backstopSeconds > maxBackstopSeconds) {
    const message = `The backstop of ${call.backstopSeconds} s is longer than ${maxBackstopSeconds} s.`;
    return { state: 'failed', code: 'dataflow-backstop-too-long', message };
  }
  return launchOnce(kit, call, {
    mode: { update: true, experiments: overlapExperiments(call.backstopSeconds) },
    link: 'overlap',
    settle: overlapping,
    blocked(_, launch, name, runs) {
      return onlyPredecessor(kit, launch, name, runs) ?? rest(kit, call, runs);
    },
  });
}

/** Waited for once: after it, the clocks may differ as they like. */
function rest(kit: Kit, call: OverlapCall, runs: readonly Run[]): Progress | null {
  const memo = memoOf(call.memo);
  const started = runs.find((run) => run.id === call.predecessor?.id)?.startedAt;
  if (!started || memo.notBefore !== undefined) return null;
  const left = Math.min(restSeconds, Math.ceil(restSeconds - secondsSince(kit, Date.parse(started))));
  return left > 0 ? running({ ...memo, notBefore: kit.clock.now() + left * 1000 }, left) : null;
}
