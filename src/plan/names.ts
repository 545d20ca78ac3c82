import type { Job } from '../model/job.js';
import type { JsonObject } from '../model/json.js';

/** Exact names of the job on its engine: `target.name`, else the key, and the names that its slots have of their own. */
export function namesOf(job: Pick<Job, 'key' | 'target' | 'parallel'>): readonly string[] {
  const own = nameIn(job.target) ?? job.key;
  return [...new Set([own, ...job.parallel.slots.flatMap((slot) => nameIn(slot) ?? [])])];
}

/** True if every slot has a name of its own and no two share one. */
export function slotsHaveNames(slots: readonly JsonObject[]): boolean {
  const names = slots.map(nameIn);
  return slots.length >= 2 && names.every((name) => name !== null) && new Set(names).size === names.length;
}

export function nameIn(target: JsonObject): string | null {
  const { name } = target;
  return typeof name === 'string' && name !== '' ? name : null;
}
