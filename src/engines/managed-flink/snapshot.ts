import type { LaunchCall, Progress } from '../engine.js';
import { failed, failureOf } from './errors.js';
import { isCancelled, later, running, type Tools, throwUnknown } from './shared.js';

/** Name of the snapshot before an update: the same at every call of a step, so that none is taken twice. */
export function snapshotName({ stamp }: Pick<LaunchCall, 'stamp'>): string {
  return `pre-${stamp.rollout}-${stamp.n}-${stamp.step}`.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 256);
}

/** Takes a snapshot of the running application under our own name. Null: it is ready, and the update may follow. */
export async function ensureSnapshot(tools: Tools, call: LaunchCall, application: string): Promise<Progress | null> {
  const name = snapshotName(call);
  const found = await tools.flink.snapshot(application, name);
  if (found?.SnapshotStatus === 'READY') return null;
  if (found?.SnapshotStatus === 'FAILED') {
    return failed('managed-flink-snapshot-failed', `${application}: the snapshot ${name} failed. Nothing was changed.`);
  }
  if (found !== null) return running(2);
  if (isCancelled(tools, call)) return running(1);
  const what = `CreateApplicationSnapshot ${application}`;
  try {
    await tools.flink.createSnapshot(application, name);
  } catch (error) {
    const failure = failureOf(error);
    throwUnknown(failure, what);
    const code = failure.code === 'managed-flink-refused' ? 'managed-flink-snapshot-failed' : failure.code;
    return later(failure) ?? failed(code, `${what}: ${failure.text}`);
  }
  return running(2);
}
