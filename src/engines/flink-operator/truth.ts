import { RolloutError } from '../../model/error.js';
import type { JsonObject } from '../../model/json.js';
import { samePath } from '../../platforms/flink/snapshots/path.js';
import { isProcessing } from '../../platforms/flink/states.js';
import type { Jobs } from './jobs.js';
import type { Kit } from './kit.js';
import type { Seen } from './seen.js';
import { savepointIn } from './status.js';
import { partsOf } from './target.js';

/** Flink tells what it restored up to `web.refresh-interval` late; so long after the start nothing is concluded from its absence. */
const tellsWithinSeconds = 15;

/** Runs of a session of which it is known what they restored. */
export type Proven = Set<string>;

/**
 * A run as Flink itself shows it, where its REST API can be reached: STABLE and RUNNING say that the job was scheduled, not that its tasks run,
 * nor that it began with the state that the operator had kept for it. Where it can't be reached the status is all there is.
 */
export async function confirmed(kit: Kit, jobs: Jobs, proven: Proven, seen: Seen, target: JsonObject): Promise<Seen> {
  if (seen.state !== 'running' || seen.stamp === null) return seen;
  const behind = jobs.behind(seen, target);
  if (behind === null) return seen;
  try {
    const job = (await behind.api.jobs()).find(({ jid }) => jid === behind.jobId);
    if (job === undefined) return seen;
    if (!isProcessing(job))
      return { ...seen, state: 'starting', engineState: `${seen.engineState}, tasks not running yet` };
    if (proven.has(seen.id)) return seen;
    const from = expectedPath(seen);
    if (from === null) return seen;
    const checkpoints = await behind.api.checkpoints(behind.jobId);
    const path = checkpoints?.latest.restored?.external_path;
    // After a failover of its own it restores its own checkpoint.
    if (path !== undefined && (samePath(path, from) || path.includes(`/${behind.jobId}/`))) {
      proven.add(seen.id);
      return seen;
    }
    if (path === undefined && kit.ambient.clock.now() - job['start-time'] < tellsWithinSeconds * 1000) {
      return { ...seen, state: 'starting' };
    }
    const text = `it restored ${path ?? 'nothing'}, and was to begin from ${from}`;
    return { ...seen, state: 'failed', endedAt: seen.startedAt, code: 'flink-operator-not-restored', text };
  } catch (error) {
    if (!(error instanceof RolloutError)) throw error;
    return seen;
  }
}

/** The savepoint that the operator took for the upgrade; null where it went another way, or none is told. */
function expectedPath(seen: Seen): string | null {
  if (seen.of?.kind !== 'FlinkDeployment' || partsOf(seen.spec).job['upgradeMode'] !== 'savepoint') return null;
  return savepointIn(seen.of.status);
}
