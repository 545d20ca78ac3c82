import type { ChangedField, ChangedFile, Desired, Explanation } from '../model/change.js';
import type { Job } from '../model/job.js';
import type { Position } from '../model/position.js';
import type { TreeChange } from './diff.js';
import { changedFields, sameJson } from './settings.js';

/** A job at the base; null: the base's manifest has no such job. */
export type AtBase = { readonly job: Job; readonly desired: Desired } | null;

export const unexplained: Explanation = { touched: null, files: [], fields: [] };

/**
 * What the base diff says about a job. A job that the base does not declare is not touched: a commit that puts a running
 * fleet into a manifest must not restart it.
 */
export function explain(job: Job, desired: Desired, base: AtBase, files: readonly TreeChange[]): Explanation {
  const changed = files.map(fileOf);
  if (base === null) return { touched: false, added: true, files: changed, fields: [] };
  return { touched: isTouched(desired, base.desired), files: changed, fields: fieldsOf(job, desired, base) };
}

function isTouched(now: Desired, before: Desired): boolean {
  if (now.settingsDigest !== before.settingsDigest || !sameJson(now.scale, before.scale)) return true;
  return now.code?.kind !== before.code?.kind || now.codeDigest !== before.codeDigest;
}

function fieldsOf(job: Job, now: Desired, before: { readonly job: Job; readonly desired: Desired }): ChangedField[] {
  const fields = [
    ...changedFields(before.desired.settings, now.settings),
    ...changedFields(before.desired.scale, now.scale),
  ].sort();
  const found = fields.map((field): ChangedField => ({ field, at: positionOf(job, `target.${field}`) }));
  // Not below `target`, but the text is part of the code identity.
  const build = before.job.build === job.build ? [] : [{ field: 'build', at: positionOf(job, 'build') }];
  return [...build, ...found];
}

/** Where a field stands, or the nearest one above it: a field that was taken out has no line of its own. */
export function positionOf(job: Pick<Job, 'positions' | 'at'>, path: string): Position {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const position = job.positions[at];
    if (position !== undefined) return position;
  }
  return job.at;
}

export function fileOf({ path, before, after }: TreeChange): ChangedFile {
  return { path, before: before?.oid ?? null, after: after?.oid ?? null };
}
