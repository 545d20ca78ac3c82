import { failed, headline } from '../../platforms/flink/errors.js';
import { pause } from '../../platforms/flink/pause.js';
import type { JobOverview } from '../../platforms/flink/shapes.js';
import { isOwn, samePath } from '../../platforms/flink/snapshots/path.js';
import { hasEnded, isProcessing } from '../../platforms/flink/states.js';
import type { LaunchCall, Progress } from '../engine.js';
import { type Kit, remember, running, succeeded } from './kit.js';
import { readStamp } from './stamp.js';

/** The answers about one job are up to `web.refresh-interval` (3 s) old: so long it is asked for what it restored. */
const restoreTries = 20;
const restorePauseMs = 250;

/**
 * Compares a run that was started with what was asked for: its name, its stamp and the snapshot that it restored. A run whose program
 * replaced the stamp is known by its id alone from now on.
 */
export async function readBack(
  kit: Kit,
  call: LaunchCall,
  name: string,
  id: string,
  snapshot: string | null,
): Promise<Progress> {
  const job = (await kit.api.jobs()).find(({ jid }) => jid === id);
  if (job === undefined) return running({ run: id }, 1);
  if (job.name !== name) {
    return failed('flink-name-differs', `Run ${id} has the name ${job.name}, and ${name} is declared.`);
  }
  const from = snapshot ?? kit.memory.from.get(id) ?? null;
  const wrong = from === null ? null : await restoredOtherwise(kit, call, job, from);
  if (wrong !== null) return wrong;
  if (job.state === 'INITIALIZING') return running({ run: id }, 0.3);
  remember(kit, id, call.stamp);
  const { stamp, carried } = await readStamp(kit, job);
  if (carried === false && !hasEnded(job)) {
    kit.ambient.log(
      `${name}: the program replaced the global job parameters of run ${id}, and with them the stamp; the run is known by its id alone.`,
    );
  }
  if (stamp !== null && (stamp.rollout !== call.stamp.rollout || stamp.step !== call.stamp.step)) {
    return failed('flink-start-fenced', `Run ${id} was started by another rollout (${stamp.rollout}, ${stamp.step}).`);
  }
  return succeeded(id);
}

/** Null: it restored the snapshot, or it cannot be told yet because no task runs. */
async function restoredOtherwise(kit: Kit, call: LaunchCall, job: JobOverview, from: string): Promise<Progress | null> {
  for (let tries = 1; ; tries += 1) {
    const checkpoints = await kit.api.checkpoints(job.jid);
    const path = checkpoints?.latest.restored?.external_path;
    if (path !== undefined) {
      // After a failover of its own it restores its own checkpoint.
      if (samePath(path, from) || isOwn(path, job.jid)) return null;
      return failed('flink-not-restored', `Run ${job.jid} restored ${path}, and was to start from ${from}.`);
    }
    const now = (await kit.api.jobs()).find(({ jid }) => jid === job.jid) ?? job;
    if (hasEnded(now)) {
      const [first] = await kit.api.exceptions(job.jid);
      const why = first === undefined ? 'no reason is shown' : headline(first.stacktrace);
      return failed('flink-not-restored', `Run ${job.jid} is ${now.state} and restored nothing: ${why}`);
    }
    if (tries >= restoreTries || call.signal.aborted || kit.ambient.signal.aborted) {
      if (!isProcessing(now)) return null;
      return failed('flink-not-restored', `Run ${job.jid} runs and restored nothing, and was to start from ${from}.`);
    }
    await pause(restorePauseMs, call.signal);
  }
}
