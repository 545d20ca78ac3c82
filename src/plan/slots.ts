import { sameJson } from '../changes/settings.js';
import type { Good } from '../model/artifact.js';
import type { Job } from '../model/job.js';
import { type JsonObject, merged } from '../model/json.js';
import type { Run } from '../model/run.js';
import { contradictions, leaves } from './difference.js';
import { nameIn } from './names.js';

/** The job's target with a slot's overlay; null, or a slot that is not declared any more: the target alone. */
export function inSlot(job: Pick<Job, 'target' | 'parallel'>, slot: number | null): JsonObject {
  const overlay = slot === null ? undefined : job.parallel.slots[slot];
  return overlay === undefined ? job.target : merged(job.target, overlay);
}

/** The slot that a run takes: by its stamp, by the ledger, by its name, by what it shows. Null: none, or not known. */
export function slotOf(run: Run, slots: readonly JsonObject[], good: Good | null): number | null {
  const stamped = run.stamp?.slot ?? (good?.runId === run.id ? good.slot : null);
  if (stamped !== null && stamped < slots.length) return stamped;
  const named = slots.findIndex((slot) => nameIn(slot) === run.name);
  if (named >= 0) return named;
  const { shows } = run;
  if (shows === null) return null;
  const has = leaves(shows);
  const fits = slots.flatMap((slot, index) =>
    [...leaves(slot)].every(([path, value]) => sameJson(has.get(path), value)) ? [index] : [],
  );
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

/** The slot for a run beside `run`, or why none can be chosen. */
export function otherSlot(
  run: Run,
  slots: readonly JsonObject[],
  good: Good | null,
): { slot: number } | { rejected: string } {
  const taken = slotOf(run, slots, good);
  const free = slots.findIndex((slot, index) => (taken === null ? provablyFree(run, slot) : index !== taken));
  if (free >= 0) return { slot: free };
  return {
    rejected: `which of parallel.slots the run ${run.id} takes is not known, so the new run could share its input`,
  };
}

/** No field of the slot is one that the run could have: it has another name, or shows another value. */
function provablyFree(run: Run, slot: JsonObject): boolean {
  const name = nameIn(slot);
  if (name !== null && name !== run.name) return true;
  return run.shows !== null && contradictions(run.shows, slot).length > 0;
}
