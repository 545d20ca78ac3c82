import type { JsonObject } from '../../model/json.js';
import { takeover } from './client-side.js';
import type { Conflict, Failure } from './errors.js';
import { ownManagers } from './fields.js';
import { isCancelled, type Kit } from './kit.js';
import { isFailure } from './kubectl.js';
import { runsAnnotation } from './marks.js';
import type { Standing } from './seen.js';
import type { Resource } from './shapes.js';

/** Fields that are the tool's alone: whether the job runs, from where it begins, and the stamp. */
const own = [
  /^\.spec(\.template\.spec)?\.job\.(state|initialSavepointPath|savepointRedeployNonce)$/,
  /^\.spec(\.template\.spec)?\.flinkConfiguration\.stream-rollout\./,
];

export function isFree({ manager, field }: Conflict): boolean {
  return ownManagers.has(manager) || own.some((path) => path.test(field)) || field.endsWith(runsAnnotation);
}

/**
 * Applies a resource over what was read of it (null: it is not there). A conflict over fields that are the operator's defaults or the tool's own is no decision of anybody's: only such ones are
 * taken over unasked. A conflict has no effect, so that one change is made all the same.
 */
export async function applied(
  kit: Kit,
  standing: Standing | null,
  resource: JsonObject,
  call: { readonly signal: AbortSignal; readonly isLate?: () => boolean },
  force: boolean,
): Promise<Resource | Failure> {
  const costly = takeover(standing?.resource ?? null, resource);
  if (costly !== null) return costly;
  const options = { signal: call.signal, isLate: () => isCancelled(kit, call) };
  const first = await kit.kubectl.apply(resource, { ...options, force });
  if (!isFailure(first) || first.kind !== 'owned' || first.conflicts.length === 0) return first;
  if (!first.conflicts.every(isFree)) return first;
  return kit.kubectl.apply(resource, { ...options, force: true });
}

/** The fields of a conflict and who has them, for people. */
export function conflictText({ conflicts, text }: Failure): string {
  const others = conflicts.filter((conflict) => !isFree(conflict));
  if (others.length === 0) return text;
  const managers = [...new Set(others.map(({ manager }) => manager))];
  const told = managers.map(
    (manager) =>
      `${manager} has ${others
        .filter((one) => one.manager === manager)
        .map(({ field }) => field)
        .join(', ')}`,
  );
  return told.join('; ');
}
