import { isObject, type JsonObject } from '../../src/model/json.js';
import { FlinkError, restError, serverError } from './errors.js';
import { type Job, parallelismAt, verticesOf } from './job.js';
import type { World } from './world.js';

/** `/jobs/:id/resource-requirements`: only the adaptive scheduler has it. */
export function requirementsOf(world: World, job: Job): JsonObject {
  refuseDefault(world);
  const upperBound = job.parallelism.at(-1)?.of ?? 1;
  return Object.fromEntries(
    verticesOf(job.program).map(({ id }) => [id, { parallelism: { lowerBound: 1, upperBound } }]),
  );
}

/** A flat map over all vertices. Where slots are lacking nothing happens, without a sign. */
export function require(world: World, job: Job, body: JsonObject, now: number): JsonObject {
  refuseDefault(world);
  if (Object.keys(body).length === 0) throw restError(400, 'Request body does not specify resource requirements.');
  const bounds: number[] = [];
  for (const { id } of verticesOf(job.program)) {
    const one = body[id];
    if (one === undefined)
      throw restError(400, `The request is incomplete, missing job vertex [${id}] resource requirements.`);
    const parallelism = isObject(one) && isObject(one['parallelism']) ? one['parallelism'] : {};
    const upper = Number(parallelism['upperBound']);
    if (!(upper >= 1)) throw new FlinkError(400, 'Request did not match expected format JobResourceRequirementsBody.');
    if (upper > job.maxParallelism) {
      throw restError(
        400,
        `The newly requested parallelism ${upper} for the job vertex ${id} exceeds its maximum parallelism ${job.maxParallelism}.`,
      );
    }
    bounds.push(upper);
  }
  const wanted = Math.max(...bounds);
  const present = parallelismAt(job, now);
  if (wanted === present || world.slots(now).free + present < wanted) return {};
  const at = now + world.settings.rescaleSeconds * 1000;
  job.pauses.push({ at, until: at + 200, trace: null });
  job.parallelism.push({ at, of: wanted });
  return {};
}

function refuseDefault({ settings }: World): void {
  if (settings.scheduler === 'adaptive') return;
  throw serverError(
    'java.lang.UnsupportedOperationException: The DefaultScheduler does not support changing the parallelism without a job restart. This feature requires the AdaptiveScheduler.',
  );
}
