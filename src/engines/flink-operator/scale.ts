import { isObject, type Json, type JsonObject } from '../../model/json.js';
import { isActive } from '../../model/run.js';
import type { Progress, ScaleCall } from '../engine.js';
import { applied } from './apply.js';
import { changedDocument } from './document.js';
import { failed } from './errors.js';
import { isCancelled, type Kit, running, succeeded } from './kit.js';
import { isFailure } from './kubectl.js';
import { refusal } from './launch.js';
import { standingIn } from './resources.js';
import { refusalIn } from './status.js';
import { kindOf, overridesKey, partsOf } from './target.js';

/**
 * Changes the size of a job. Where the operator can, it does so in place; else it restarts the job by its upgrade mode. The run stays the same:
 * program and settings are. It is over when what the operator has brought out has the values, and the job runs.
 */
export async function scale(kit: Kit, call: ScaleCall): Promise<Progress> {
  const { id, name } = call.run;
  const standing = await standingIn(kit, kindOf(call.subject.target), name);
  const { deployed } = standing ?? {};
  if (standing === null || deployed == null || deployed.id !== id || !isActive(deployed)) {
    return failed('flink-operator-run-ended', `${name}: run ${id} has ended, so it cannot be scaled.`);
  }
  const wanted = call.scale['spec'];
  if (!isObject(wanted)) return succeeded(id);
  if (has(deployed.spec, wanted) && has(standing.specs.wanted, wanted)) {
    return deployed.state === 'running' ? succeeded(id) : running(2, call.memo);
  }
  const isAsked = standing.wanted === null && has(standing.specs.wanted, wanted);
  if (isAsked) {
    const why = refusalIn(standing.resource.status);
    if (why === null) return running(2, call.memo);
    return failed('flink-operator-scale-refused', `${name}: the operator refuses the new size: ${why}`);
  }
  if (isCancelled(kit, call)) return running(1, call.memo);
  const document = changedDocument(standing, (spec) => laidOver(spec, wanted), null);
  const answer = await applied(kit, standing, document, call, call.subject.target['force-conflicts'] === true);
  return isFailure(answer) ? refusal(answer, `${name}: kubectl apply`) : running(1, call.memo);
}

function has(spec: JsonObject | null, wanted: JsonObject): boolean {
  const shown = scaleOf(spec);
  const own = scaleOf(wanted);
  return JSON.stringify(own) === JSON.stringify(likewise(shown, own));
}

/** Fields of impact `scale` in a spec, in the manifest's shape. */
export function scaleOf(spec: JsonObject | null): JsonObject {
  const { job, configuration } = partsOf(spec);
  const overrides = configuration[overridesKey];
  return {
    ...(job['parallelism'] === undefined || job['parallelism'] === null
      ? {}
      : { job: { parallelism: job['parallelism'] } }),
    ...(overrides === undefined ? {} : { flinkConfiguration: { [overridesKey]: overrides } }),
  };
}

function likewise(from: JsonObject, shape: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(shape).map(([key, value]): [string, Json] => {
      const there = from[key] ?? null;
      return [key, isObject(value) && isObject(there) ? likewise(there, value) : there];
    }),
  );
}

function laidOver(spec: JsonObject, values: JsonObject): JsonObject {
  const changed = Object.entries(values).map(([key, value]): [string, Json] => {
    const there = spec[key];
    return [key, isObject(value) ? laidOver(isObject(there) ? there : {}, value) : value];
  });
  return { ...spec, ...Object.fromEntries(changed) };
}
