import { type LaunchCall, type Progress, withSecrets } from '../engine.js';
import { failed, failureOf } from './errors.js';
import type { Mark } from './marks.js';
import { differenceIn, ownMark } from './read-back.js';
import { isUndo, keepsSnapshots, restoreOf } from './restore.js';
import { isCancelled, later, running, type Tools, throwUnknown } from './shared.js';
import { ensureSnapshot } from './snapshot.js';
import { type Application, applicationOf } from './standing.js';
import { isInTransition } from './states.js';
import { versionId } from './timeline.js';
import { launchUpdate, nameOf } from './wanted.js';

/**
 * Updates a running application to another version: a snapshot by our name first, then one UpdateApplication under the token of what was
 * read. It is over when AWS has accepted the update and the version shows it; whether the operation succeeds the looks tell. Every
 * call begins with a look, so that it may be repeated.
 */
export async function replace(tools: Tools, call: LaunchCall): Promise<Progress> {
  const target = withSecrets(call.target, tools.ambient.secret);
  const name = nameOf(target, call.subject.names[0] ?? call.subject.job);
  const application = await applicationOf(tools.flink, name);
  if (application === null) {
    return failed('managed-flink-application-missing', `${name}: there is no such application in ${tools.place.key}.`);
  }
  const { detail } = application;
  const own = ownMark(detail, call);
  if (own !== null) return differenceIn(detail, own, target) ?? { state: 'succeeded', run: own.run, snapshot: null };
  const status = detail.ApplicationStatus;
  if (application.run !== call.predecessor?.id) {
    // Gone back by our own request below, or by the service: the run before it is there again.
    const back = isUndo(call) && call.predecessor !== null && status === 'RUNNING';
    if (back && !application.never) return { state: 'succeeded', run: application.run, snapshot: null };
    if (isUndo(call) && isInTransition(status)) return running(5);
    const message = `${name}: the application is at ${application.run}, not at ${call.predecessor?.id ?? 'any run'}.`;
    return failed('managed-flink-run-ended', message);
  }
  if (status === 'READY') return failed('managed-flink-run-ended', `${name}: the application is stopped.`);
  if (status === 'UPDATING' && isUndo(call)) return rollBack(tools, call, application);
  if (isInTransition(status)) return running(5);

  if (!isUndo(call) && keepsSnapshots(detail)) {
    const progress = await ensureSnapshot(tools, call, name);
    if (progress !== null) return progress;
  }
  const restore = await restoreOf(tools, call, { name, detail, runs: true });
  if ('state' in restore) return restore;
  if (isCancelled(tools, call)) return running(1);
  const run = versionId(name, (detail.ApplicationVersionId ?? 0) + 1);
  const mark: Mark = { run, stamp: call.stamp, launch: 'update' };
  const what = `UpdateApplication ${name}`;
  try {
    await tools.flink.update(launchUpdate(name, detail, target, mark, tools.flink.region, restore));
  } catch (error) {
    const failure = failureOf(error);
    throwUnknown(failure, what);
    return later(failure) ?? failed(refusalCode(failure.code), `${what}: ${failure.text}`);
  }
  return running(1);
}

/** An update that does not come to an end refuses another one; RollbackApplication is the only way out of it. */
async function rollBack(tools: Tools, call: LaunchCall, { name, detail }: Application): Promise<Progress> {
  if (isCancelled(tools, call)) return running(1);
  const what = `RollbackApplication ${name}`;
  try {
    await tools.flink.rollback(name, detail.ApplicationVersionId ?? 0);
  } catch (error) {
    const failure = failureOf(error);
    throwUnknown(failure, what);
    return later(failure) ?? failed('managed-flink-rollback-refused', `${what}: ${failure.text}`);
  }
  return running(5);
}

export function refusalCode<C extends string>(code: C): C | 'managed-flink-update-refused' {
  return code === 'managed-flink-refused' ? 'managed-flink-update-refused' : code;
}
