import { isObject } from '../../model/json.js';
import type { Progress, ScaleCall } from '../engine.js';
import { failed, failureOf } from './errors.js';
import { markOf } from './marks.js';
import { isCancelled, later, running, type Tools, throwUnknown } from './shared.js';
import { applicationOf, errorTextOf } from './standing.js';
import { isInTransition } from './states.js';
import { scaleOf } from './view.js';
import { scaleUpdate } from './wanted.js';

/**
 * Changes the parallelism of a running application. The service restarts the job from its own snapshot; it stays the same run. It is over
 * when the version shows the value and the operation has ended well.
 */
export async function scale(tools: Tools, call: ScaleCall): Promise<Progress> {
  const { id, name } = call.run;
  const wanted = call.scale['parallelism'];
  const done: Progress = { state: 'succeeded', run: id, snapshot: null };
  const application = await applicationOf(tools.flink, name);
  if (application === null || application.run !== id || application.detail.ApplicationStatus === 'READY') {
    return failed('managed-flink-run-ended', `${name}: run ${id} has ended, so it cannot be scaled.`);
  }
  const { detail, events } = application;
  if (isInTransition(detail.ApplicationStatus)) return running(3, call.memo);
  const last = events.findLast(({ effect }) => effect === 'update');
  const operation = isObject(call.memo) ? call.memo['operation'] : null;
  if (last !== undefined && last.id === operation && last.status === 'failed') {
    const text = await errorTextOf(tools.flink, name, last);
    return failed('managed-flink-scale-refused', `${name}: the update to parallelism ${wanted} failed: ${text}`);
  }
  if (typeof wanted !== 'number' || scaleOf(detail)['parallelism'] === wanted) {
    return last?.status === 'running' ? running(3, call.memo) : done;
  }
  if (isCancelled(tools, call)) return running(1, call.memo);
  // A version without a mark is known by its number, which this update changes: the mark keeps the run's id.
  const mark = markOf(detail) === null ? ({ run: id, stamp: null, launch: 'update' } as const) : null;
  const what = `UpdateApplication ${name}`;
  try {
    const accepted = await tools.flink.update(scaleUpdate(name, detail, wanted, mark, call.subject.target));
    return running(2, { operation: accepted });
  } catch (error) {
    const failure = failureOf(error);
    throwUnknown(failure, what);
    const code = failure.code === 'managed-flink-refused' ? 'managed-flink-scale-refused' : failure.code;
    return later(failure, call.memo) ?? failed(code, `${what}: ${failure.text}`);
  }
}
