import type { Good } from '../model/artifact.js';
import type { Code } from '../model/codes/index.js';
import { merged } from '../model/json.js';
import type { JobRecord } from '../model/record.js';
import { isActive, isEnding } from '../model/run.js';
import type { Decision } from './decision.js';
import type { Closing } from './records.js';
import type { Sight } from './sight.js';
import { oldSnapshot, replacesGood } from './snapshot.js';

/**
 * A failure before any run of the revision existed says nothing against it (a quota, a missing right), but for these: the engine refused
 * what was asked for, so every later commit would be refused, too.
 */
const quarantining: ReadonlySet<string> = new Set<Code>([
  'dataflow-invalid-argument',
  'flink-state-incompatible',
  'flink-max-parallelism',
  'flink-not-restored',
  'failed-past-return',
]);

/** What the closing write holds: who runs, what is good now, what is quarantined. */
export function closing(
  record: JobRecord,
  decision: Extract<Decision, { do: 'close' }>,
  see: Sight,
  now: number,
): Closing {
  const at = new Date(now).toISOString();
  const { outcome, cause } = decision;
  // One that failed by itself is no better for being closed by a newer commit.
  const failedBefore = outcome === 'superseded' && hasFailed(record);
  const bad = failedBefore || outcome === 'failed' || outcome === 'rolled-back' || outcome === 'stuck';
  const ran =
    see.fresh !== null || record.journal.some((entry) => entry.verb === 'scale' && entry.state === 'succeeded');
  return {
    outcome,
    cause,
    runs: see.runs.filter((run) => isActive(run) && !isEnding(run)).map((run) => run.id),
    trailing: decision.trailing.map((run) => ({
      run: run.id,
      since: at,
      deadline: new Date(now + (record.plan?.job.drain.timeoutSeconds ?? 1800) * 1000).toISOString(),
    })),
    good: goodAfter(record, outcome, see, at),
    quarantine: bad && (ran || quarantining.has(cause?.code ?? '')),
    at,
    look: see.runs,
  };
}

/** Its run ended by itself, or a verdict went against it. */
function hasFailed({ n, undoReason, verdict }: JobRecord): boolean {
  if (undoReason !== null) return undoReason.code !== 'superseded';
  return verdict?.n === n && verdict.result === 'fail';
}

function goodAfter(record: JobRecord, outcome: string, see: Sight, at: string): Good | null {
  const plan = record.plan;
  if (plan === null) return null;
  const snapshot = snapshotAfter(record, see);
  if ((outcome === 'rolled-back' || outcome === 'superseded') && record.good !== null) {
    return { ...record.good, runId: see.undone?.id ?? oldOf(record.good, see) ?? record.good.runId, snapshot };
  }
  if (outcome !== 'succeeded' || plan.strategy === 'stop') return record.good && { ...record.good, snapshot };
  // A run that was taken over as it was does not run what the manifest declares: only its scale is known now.
  const stranger = plan.strategy === 'in-flight-update' && see.predecessor?.stamp?.revision !== record.revision;
  if (stranger) {
    const target = record.good?.target ?? null;
    return record.good && { ...record.good, target: target && merged(target, plan.scale) };
  }
  return {
    revision: record.revision,
    codeDigest: plan.codeDigest,
    settingsDigest: plan.settingsDigest,
    target: plan.target,
    artifact: plan.artifact,
    runId: (plan.strategy === 'in-flight-update' ? see.predecessor : see.fresh)?.id ?? null,
    commit: record.commit,
    rollout: record.rollout,
    n: record.n,
    slot: plan.slot,
    snapshot: null,
    at,
  };
}

/** What a later start of the good revision has to go on from: what its run wrote when it was stopped, unless one of it is up. */
function snapshotAfter(record: JobRecord, see: Sight): string | null {
  const up = see.undone ?? (replacesGood(record) ? see.predecessor : null);
  return up !== null && isActive(up) ? null : oldSnapshot(record);
}

/** The old run that stayed, where it is of the good revision: one that a stuck rollout left is not. */
function oldOf(good: Good, { predecessor }: Sight): string | null {
  const same =
    predecessor?.stamp === null ? predecessor.id === good.runId : predecessor?.stamp.revision === good.revision;
  return same && predecessor !== null ? predecessor.id : null;
}
