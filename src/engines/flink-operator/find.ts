import type { JsonObject } from '../../model/json.js';
import type { Run } from '../../model/run.js';
import type { Kit } from './kit.js';
import { standingIn } from './resources.js';
import { runsIn, type Seen } from './seen.js';
import { kindOf } from './target.js';

/** A run of this session as its resource shows it now, and the target that it was looked at with; null: it is not to be found. */
export async function seenRun(
  kit: Kit,
  run: Pick<Run, 'id' | 'name'>,
): Promise<{ readonly seen: Seen; readonly target: JsonObject } | null> {
  const target = kit.targets.get(run.id);
  if (target === undefined) return null;
  const standing = await standingIn(kit, kindOf(target), run.name);
  const seen = standing === null ? undefined : runsIn(standing).find(({ id }) => id === run.id);
  return seen === undefined ? null : { seen, target };
}
