import { changedFields, impactOf, sameJson } from '../changes/settings.js';
import type { Desired, Explanation } from '../model/change.js';
import { highest, type Impact } from '../model/impact.js';
import type { Job } from '../model/job.js';
import { isObject, type JsonObject, valueAt } from '../model/json.js';
import type { JobRecord } from '../model/record.js';
import type { Run } from '../model/run.js';
import { contradictions, type Shown } from './difference.js';
import type { PlanEngine } from './input.js';
import { inSlot } from './slots.js';

/** Path of a field below `target`, however the diff spelled it. */
export function targetField(field: string): string {
  return field.startsWith('target.') ? field.slice('target.'.length) : field;
}

/** What differs between the running revision and the desired one. */
export interface Changed {
  /** Target fields of impact `upgrade` or `recreate`, as far as they are known. */
  readonly fields: readonly string[];
  /** Target fields that the commit's base has otherwise, but what runs has as declared: the base never came to run. */
  readonly same: readonly string[];
  /** Null where the running code is not known. */
  readonly code: boolean | null;
  readonly impact: Impact;
}

/** Call only where the revisions differ: at least an upgrade. Sources, best first: what was declared, what was launched, what shows. */
export function changedSince(
  job: Job,
  desired: Desired,
  explanation: Explanation,
  engine: Pick<PlanEngine, 'impacts'>,
  record: JobRecord | null,
  run: Run | null,
  revision: string | null,
): Changed {
  const good = [record?.good, ...(record?.goods ?? [])].find((entry) => entry != null && entry.revision === revision);
  const explained = explanation.touched === true ? explanation.fields.map((entry) => targetField(entry.field)) : [];
  const launched = launchedWith(job, record, revision, good?.target ?? run?.shows ?? null, good?.slot ?? null);
  const same = explained.filter((field) => isSame(field, launched));
  const fields = [...new Set([...launched.differs, ...explained.filter((field) => !same.includes(field))])]
    .filter((field) => weighs(impactOf(engine, field)))
    .sort();
  const known = good?.codeDigest ?? null;
  return {
    fields,
    same,
    code: known === null || desired.codeDigest === null ? null : known !== desired.codeDigest,
    impact: highest(['upgrade', ...fields.map((field) => impactOf(engine, field))]),
  };
}

/** Scale values that the run has otherwise than declared; a value that it does not show counts as another one. */
export function scaleChanges(desired: Desired, run: Run | null, record: JobRecord | null): readonly Shown[] {
  const has = run?.scale ?? recordedScale(record);
  return has === null ? [] : contradictions(fill(has, desired.scale), desired.scale);
}

/** True where scale values are declared and nothing tells what the run has. */
export function scaleUnknown(desired: Desired, run: Run | null, record: JobRecord | null): boolean {
  return Object.keys(desired.scale).length > 0 && run?.scale == null && recordedScale(record) === null;
}

function recordedScale(record: JobRecord | null): JsonObject | null {
  const plan = record?.closed?.outcome === 'succeeded' ? record.plan : null;
  // A mere verification set nothing, so it tells nothing.
  const verified = plan?.strategy === 'in-flight-update' && !plan.steps.some((step) => step.verb === 'scale');
  return plan === null || plan === undefined || verified ? null : plan.scale;
}

/** Declared fields that the run lacks count as null, so that a newly declared value is a difference. */
function fill(has: JsonObject, wanted: JsonObject): JsonObject {
  const filled = Object.entries(wanted).map(([key, value]) => {
    const there = has[key];
    if (isObject(value)) return [key, fill(isObject(there) ? there : {}, value)] as const;
    return [key, there ?? null] as const;
  });
  return Object.fromEntries(filled);
}

/** What the running revision was launched with, what is declared for it now, and where the two differ. */
interface Launched {
  readonly had: JsonObject | null;
  readonly wanted: JsonObject;
  readonly differs: readonly string[];
}

/** Only a value that is known of the run, and equal as written, counts as the same. */
function isSame(field: string, { had, wanted }: Launched): boolean {
  const [then, now] = [had === null ? undefined : valueAt(had, field), valueAt(wanted, field)];
  return then !== undefined && now !== undefined && sameJson(then, now);
}

function launchedWith(
  job: Job,
  record: JobRecord | null,
  revision: string | null,
  had: JsonObject | null,
  slot: number | null,
): Launched {
  const plan = record?.plan ?? null;
  const declared = plan !== null && record?.revision === revision && !plan.requestedRollback ? plan.job.target : null;
  if (declared !== null) return { had: declared, wanted: job.target, differs: changedFields(declared, job.target) };
  const wanted = inSlot(job, slot);
  return { had, wanted, differs: had === null ? [] : contradictions(had, wanted).map((entry) => entry.field) };
}

function weighs(impact: Impact): boolean {
  return impact === 'upgrade' || impact === 'recreate';
}
