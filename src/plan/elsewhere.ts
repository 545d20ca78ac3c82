import { positionOf } from '../changes/explain.js';
import type { Context } from './context.js';
import { type Intent, type Of, refuse } from './intent.js';

/** What says where a job lives, and what the ledger has for it. */
interface Moved {
  /** Path below the job; where no single field tells, the whole of `target`. */
  readonly field: string;
  /** Null: the record does not show it. */
  readonly was: string | null;
}

/** The ledger's run is in another place than the declared one. Most often that is a slip of the pen in one field, so that is named first. */
export function elsewhere(found: Of<'elsewhere'>, c: Context): Intent {
  const was = `${found.engine} ${found.place}`;
  const run = found.run === null ? '' : `, run ${found.run}`;
  const message = `the ledger knows it on ${was}${run}, and it is declared on ${c.job.engine} ${c.place}: these are two jobs`;
  const moved = movedBy(found, c);
  const typo =
    moved.was === null
      ? `if ${moved.field} has a typo, correct it`
      : `if ${moved.field} has a typo, correct it: it was ${moved.was}`;
  const next = `${typo}. Else declare it under another key, and ${c.job.key} as it was with desired: stopped`;
  const { file, line } = positionOf(c.job, moved.field);
  return refuse({ run: null, revision: null }, 'drift', 'job-elsewhere', message, next, { file, line });
}

function movedBy(found: Of<'elsewhere'>, { job, place, record }: Context): Moved {
  if (found.engine !== job.engine) return { field: 'engine', was: found.engine };
  const before = record?.good?.target ?? record?.plan?.target ?? {};
  const { name: _, ...fields } = { ...job.target, ...before };
  for (const field of Object.keys(fields)) {
    const [now, then] = [job.target[field], before[field]];
    if (now !== then && (isPart(place, now) || isPart(found.place, then)))
      return { field: `target.${field}`, was: typeof then === 'string' ? then : null };
  }
  return { field: 'target', was: null };
}

/** A value stands in a place as it is written, but for the slash at its end. */
function isPart(place: string | null, value: unknown): boolean {
  const text = typeof value === 'string' ? value.replace(/\/+$/, '') : '';
  return place !== null && text !== '' && place.includes(text);
}
