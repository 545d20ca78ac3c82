import { sameJson } from '../changes/settings.js';
import type { JobRecord, Quarantine } from '../model/record.js';
import type { Context } from './context.js';
import type { PlanOptions } from './input.js';

/** Why the desired revision must not be rolled out by itself, or null. */
export function quarantineOf(c: Context): Quarantine | null {
  const { desired } = c.change;
  if (c.record === null || desired.revision === null || triesAgain(c)) return null;
  const { record } = c;
  return (
    record.quarantined.find(
      (entry) => entry.scale === null && entry.revision === desired.revision && !provedSince(record, entry),
    ) ?? null
  );
}

/** Why the desired scale values must not be set by themselves, or null. */
export function scaleQuarantineOf(c: Context): Quarantine | null {
  if (c.record === null || triesAgain(c)) return null;
  const { scale } = c.change.desired;
  return c.record.quarantined.find((entry) => entry.scale !== null && sameJson(entry.scale, scale)) ?? null;
}

/** Forced, or a second attempt of the workflow run whose rollout failed. */
export function triesAgain(c: Context): boolean {
  return c.record === null ? c.input.options.force : againOf(c.record, c.input.options);
}

type Again = Pick<PlanOptions, 'force' | 'rerunOf'>;

function againOf(record: JobRecord, { force, rerunOf }: Again): boolean {
  return force || (rerunOf !== null && workflowRunOf(record) === rerunOf);
}

/**
 * Whether an open rollout goes on, or is closed first. Beside the one of the desired revision it is a rollback that a person asked for,
 * while the revision that it leaves is still the declared one: any other commit would turn it back otherwise.
 */
export function goesOn(record: JobRecord, desired: string | null, again: Again): boolean {
  if (record.revision === desired) return true;
  if (record.plan?.requestedRollback !== true || againOf(record, again)) return false;
  return record.quarantined.some((entry) => entry.scale === null && entry.revision === desired);
}

function provedSince(record: JobRecord, entry: Quarantine): boolean {
  return [record.good, ...record.goods].some((good) => good?.revision === entry.revision && good.at > entry.at);
}

/** The workflow run that carried the record's rollout out; the holder is gone once the rollout is closed. */
function workflowRunOf(record: JobRecord): string | null {
  return record.holder?.workflow?.runId ?? record.workflowUrl?.match(/\/actions\/runs\/(\d+)/)?.[1] ?? null;
}
