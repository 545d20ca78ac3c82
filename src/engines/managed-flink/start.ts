import { type LaunchCall, type Progress, withSecrets } from '../engine.js';
import { failed, failureOf } from './errors.js';
import type { Mark } from './marks.js';
import { differenceIn, ownMark } from './read-back.js';
import { refusalCode } from './replace.js';
import { restoreOf } from './restore.js';
import { isCancelled, later, running, type Tools, throwUnknown } from './shared.js';
import { applicationOf } from './standing.js';
import { stateOf } from './states.js';
import { versionId } from './timeline.js';
import { launchUpdate, nameOf, runConfiguration } from './wanted.js';

/**
 * Starts an application that is stopped: an update to the wanted version, which starts nothing, then StartApplication. Every call
 * begins with a look, so that it may be repeated: the mark in the version tells what was done.
 */
export async function start(tools: Tools, call: LaunchCall): Promise<Progress> {
  const target = withSecrets(call.target, tools.ambient.secret);
  const name = nameOf(target, call.subject.names[0] ?? call.subject.job);
  const application = await applicationOf(tools.flink, name);
  if (application === null) {
    return failed('managed-flink-application-missing', `${name}: there is no such application in ${tools.place.key}.`);
  }
  const { detail } = application;
  const status = detail.ApplicationStatus;
  const own = ownMark(detail, call);
  // The update of a stopped application passes through UPDATING to READY, and starts nothing.
  if (own !== null && application.never && status !== 'READY') return running(1);
  if (own !== null && !application.never) {
    return differenceIn(detail, own, target) ?? { state: 'succeeded', run: own.run, snapshot: null };
  }
  const state = stateOf(status);
  if (state === 'stopping') return running(5);
  if (state !== 'ended') {
    return failed('managed-flink-run-active', `${name}: ${application.run} is active (${status}).`);
  }
  const restore = await restoreOf(tools, call, { name, detail, runs: false });
  if ('state' in restore) return restore;
  if (isCancelled(tools, call)) return running(1);
  const wrong = own === null ? null : differenceIn(detail, own, target);
  if (wrong !== null) return wrong;

  const mark: Mark = {
    run: versionId(name, (detail.ApplicationVersionId ?? 0) + 1),
    stamp: call.stamp,
    launch: 'start',
  };
  const what = own === null ? `UpdateApplication ${name}` : `StartApplication ${name}`;
  try {
    if (own === null) await tools.flink.update(launchUpdate(name, detail, target, mark, tools.flink.region, restore));
    else await tools.flink.start(name, runConfiguration(target, restore));
  } catch (error) {
    const failure = failureOf(error);
    throwUnknown(failure, what);
    const code = own === null ? refusalCode(failure.code) : startCode(failure.code);
    return later(failure) ?? failed(code, `${what}: ${failure.text}`);
  }
  return running(1);
}

function startCode<C extends string>(code: C): C | 'managed-flink-start-refused' {
  return code === 'managed-flink-refused' ? 'managed-flink-start-refused' : code;
}
