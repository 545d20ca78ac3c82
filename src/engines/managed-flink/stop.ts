import type { Progress, RunCall } from '../engine.js';
import { failed, failureOf } from './errors.js';
import { isCancelled, later, running, type Tools, throwUnknown } from './shared.js';
import { applicationOf } from './standing.js';
import { stateOf } from './states.js';
import { partsOf } from './timeline.js';

/**
 * Stops the application while it is at this run, and follows it until it is stopped. Never by force: a forced stop takes no snapshot. An
 * application that is on its way to another state is waited for.
 */
export async function stop(tools: Tools, call: RunCall): Promise<Progress> {
  const { id, name } = call.run;
  const application = await applicationOf(tools.flink, name);
  const done: Progress = { state: 'succeeded', run: id, snapshot: null };
  if (application === null || application.run !== id) {
    const version = partsOf(id)?.name === name ? partsOf(id)?.version : undefined;
    const was = version === undefined ? null : await tools.flink.version(name, version);
    // The application is at another run: this one has ended.
    return was === null ? failed('managed-flink-run-missing', `${name}: there is no run ${id}.`) : done;
  }
  const status = application.detail.ApplicationStatus;
  const state = stateOf(status);
  if (state === 'ended') return done;
  if (state === 'stopping') return running(3);
  if (status !== 'RUNNING') return running(5);
  if (isCancelled(tools, call)) return running(1);
  const what = `StopApplication ${name}`;
  try {
    await tools.flink.stop(name);
  } catch (error) {
    const failure = failureOf(error);
    throwUnknown(failure, what);
    const code = failure.code === 'managed-flink-refused' ? 'managed-flink-stop-refused' : failure.code;
    return later(failure) ?? failed(code, `${what}: ${failure.text}`);
  }
  return running(2);
}
