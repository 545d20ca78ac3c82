import { sameJson } from '../changes/settings.js';
import type { JobRecord, Quarantine } from '../model/record.js';
import type { Context } from './context.js';

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
  const { force, rerunOf } = c.input.options;
  return force || (rerunOf !== null && c.record !== null && workflowRunOf(c.record) === rerunOf);
}

function provedSince(record: JobRecord, entry: Quarantine): boolean {
  return [record.good, ...record.goods].some((good) => good?.revision === entry.revision && good.at > entry.at);
}

/** The workflow run that carried the record's rollout out; the holder is gone once the rollout is closed. */
function workflowRunOf(record: JobRecord): string | null {
  return record.holder?.workflow?.runId ?? record.workflowUrl?.match(/\/actions\/runs\/(\d+)/)?.[1] ?? null;
}
