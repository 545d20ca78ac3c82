import type { ApplicationDetail, ApplicationRestoreConfiguration } from '@aws-sdk/client-kinesis-analytics-v2';
import type { LaunchCall, Progress } from '../engine.js';
import { failed } from './errors.js';
import type { Tools } from './shared.js';
import { partsOf } from './timeline.js';

/** True for a step that brings the old revision back. */
export function isUndo(call: Pick<LaunchCall, 'stamp'>): boolean {
  return call.stamp.step.startsWith('undo');
}

/** Snapshots are on: without them an update begins empty. */
export function keepsSnapshots(detail: ApplicationDetail): boolean {
  const { ApplicationSnapshotConfigurationDescription: snapshots } = detail.ApplicationConfigurationDescription ?? {};
  return snapshots?.SnapshotsEnabled === true;
}

/**
 * What a launch restores. Forward: the newest snapshot, which a running application takes as it is updated. Back to the old revision: the
 * newest one of a version before the run that is undone, so that the old code never reads state that the new one wrote.
 */
export async function restoreOf(
  tools: Tools,
  call: LaunchCall,
  { name, detail, runs }: { readonly name: string; readonly detail: ApplicationDetail; readonly runs: boolean },
): Promise<ApplicationRestoreConfiguration | Extract<Progress, { state: 'failed' }>> {
  if (call.snapshot !== null) {
    const found = await tools.flink.snapshot(name, call.snapshot);
    if (found?.SnapshotStatus === 'READY') return custom(call.snapshot);
    return failed('managed-flink-snapshot-missing', `${name}: there is no snapshot ${call.snapshot} that is ready.`);
  }
  if (!keepsSnapshots(detail)) return { ApplicationRestoreType: 'SKIP_RESTORE_FROM_SNAPSHOT' };
  if (runs && !isUndo(call)) return { ApplicationRestoreType: 'RESTORE_FROM_LATEST_SNAPSHOT' };
  const ready = (await tools.flink.snapshots(name)).filter(({ SnapshotStatus }) => SnapshotStatus === 'READY');
  const undone = partsOf(call.predecessor?.id ?? '');
  if (!isUndo(call) || undone?.name !== name) {
    const none = ready.length === 0;
    return { ApplicationRestoreType: none ? 'SKIP_RESTORE_FROM_SNAPSHOT' : 'RESTORE_FROM_LATEST_SNAPSHOT' };
  }
  const before = ready.filter(({ ApplicationVersionId: of }) => (of ?? 0) < undone.version);
  const [newest] = before.sort((a, b) => timeOf(b.SnapshotCreationTimestamp) - timeOf(a.SnapshotCreationTimestamp));
  if (newest?.SnapshotName !== undefined) return custom(newest.SnapshotName);
  const message = `${name}: no snapshot is left that the old revision wrote, so it was not started without its state.`;
  return failed('managed-flink-snapshot-missing', message);
}

function custom(name: string): ApplicationRestoreConfiguration {
  return { ApplicationRestoreType: 'RESTORE_FROM_CUSTOM_SNAPSHOT', SnapshotName: name };
}

function timeOf(date: Date | undefined): number {
  return date?.getTime() ?? 0;
}
