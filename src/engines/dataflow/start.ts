import { isActive, isEnding, type Run } from '../../model/run.js';
import type { LaunchCall, Progress } from '../engine.js';
import { type Kit, memoOf, running, secondsSince } from './kit.js';
import { launchOnce } from './launch-once.js';
import { accepted } from './settle.js';

/** Longest wait for a run that is on its way out and still holds the name. */
const freeWithinSeconds = 15 * 60;

/** Launches a run beside nothing of the same name: a first start, a start after the old run has ended, or a start in another slot. */
export function start(kit: Kit, call: LaunchCall): Promise<Progress> {
  return launchOnce(kit, call, {
    mode: { update: false, experiments: [] },
    link: null,
    settle: accepted,
    blocked: nameTaken,
  });
}

/** A launch without `update` needs the name to be free. */
function nameTaken(kit: Kit, call: LaunchCall, name: string, runs: readonly Run[]): Progress | null {
  const other = runs.find((run) => run.name === name && isActive(run));
  if (!other) return null;
  const memo = memoOf(call.memo);
  const since = memo.waitingSince ?? kit.clock.now();
  if (isEnding(other) && secondsSince(kit, since) < freeWithinSeconds)
    return running({ ...memo, waitingSince: since }, 10);
  const message = `Run ${other.id} is ${other.engineState} and holds the name ${name}.`;
  return { state: 'failed', code: 'dataflow-name-shared', message };
}
