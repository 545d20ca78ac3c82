import { isObject, type Json, type JsonObject } from '../../model/json.js';
import type { Progress, ScaleCall } from '../engine.js';
import type { ApiJob } from './api.js';
import { once } from './change.js';
import { isCancelled, type Kit, memoOf, putOff, running, secondsSince, succeeded } from './kit.js';
import { hasEnded } from './run.js';

/** Worker bounds in the manifest, in the API and in its update mask. */
const fields = {
  min: ['minNumWorkers', 'runtime_updatable_params.min_num_workers'],
  max: ['maxNumWorkers', 'runtime_updatable_params.max_num_workers'],
  'utilization-hint': ['workerUtilizationHint', 'runtime_updatable_params.worker_utilization_hint'],
} as const;

const showsWithinSeconds = 180;

/** The update that sets worker bounds on a running job. Only given fields are in the mask: the others stay as they are. */
export function scaleUpdate(scale: JsonObject): { readonly job: ApiJob; readonly mask: readonly string[] } {
  const wanted = workersOf(scale);
  const given = Object.entries(fields).filter(([field]) => typeof wanted[field] === 'number');
  return {
    job: { runtimeUpdatableParams: Object.fromEntries(given.map(([field, [name]]) => [name, wanted[field]])) },
    mask: given.map(([, [, path]]) => path),
  };
}

/** Changes the worker bounds of a running job, and reads them back until they show. */
export async function scale(kit: Kit, call: ScaleCall): Promise<Progress> {
  const memo = memoOf(call.memo);
  const { id } = call.run;
  const { job, mask } = scaleUpdate(call.scale);
  if (mask.length === 0) return succeeded(id);
  const run = await kit.runs.read(id, call.subject);
  if (run === null || hasEnded(run.state)) {
    const message = `Run ${id} is ${run?.engineState ?? 'not known to Dataflow'}; its workers cannot be changed.`;
    return { state: 'failed', code: 'dataflow-run-ended', message };
  }
  if (shows(workersOf(run.scale), workersOf(call.scale))) return succeeded(id);
  if (memo.sentAt !== undefined) {
    if (secondsSince(kit, memo.sentAt) < showsWithinSeconds) return running(memo, 5);
    const message = `Run ${id} accepted ${JSON.stringify(workersOf(call.scale))}, but shows ${JSON.stringify(workersOf(run.scale))} after ${showsWithinSeconds} s.`;
    return { state: 'failed', code: 'dataflow-scale-not-shown', message };
  }
  // Only a running job takes new bounds.
  if (run.state === 'starting') return running(memo, 5);
  const wait = putOff(kit, memo);
  if (wait) return wait;
  if (isCancelled(kit, call)) return running(memo, 1);
  return once(kit, {
    what: `to change the workers of run ${id}`,
    operation: 'update',
    memo,
    send: () => kit.api.update(id, job, mask),
    done: () => running({ sentAt: kit.clock.now() }, 2),
    refused(text, status) {
      if (status !== 400 || !/streaming engine/i.test(text)) return null;
      return {
        state: 'failed',
        code: 'dataflow-streaming-engine-needed',
        message: `Dataflow refused to change the workers of run ${id}: ${text}`,
      };
    },
  });
}

function workersOf(scale: Json | undefined): JsonObject {
  const workers = isObject(scale) ? scale['workers'] : undefined;
  return isObject(workers) ? workers : {};
}

function shows(seen: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(([field, value]) => seen[field] === value);
}
