import type { JsonObject } from '../../model/json.js';
import type { Run } from '../../model/run.js';
import { takesCheckpoints } from './checkpoints.js';
import type { Snapshot } from './metadata/index.js';
import { pause } from './pause.js';
import type { Checkpoints } from './shapes.js';
import type { Sight } from './sight.js';
import { type Difference, difference } from './snapshots/names.js';
import { isOwn, samePath } from './snapshots/path.js';

const nothingLost: Difference = { lost: [], added: [] };

/** Null: not known yet. Undefined: the run started from no snapshot, or snapshots can't be read. */
type Hydration = Difference | null | undefined;

/**
 * A checkpoint is removed as soon as a newer one is complete, and which one is the newest is told up to `web.refresh-interval` (3 s) late:
 * so often, and so far apart, it is looked for again.
 */
const tries = 12;
const apartMs = 300;

/** What was found once of a run never changes; until then, all who ask at one time are answered by one search. */
const known = new WeakMap<object, Map<string, Promise<Hydration>>>();

/**
 * The names of states in a checkpoint of the new run against those of the snapshot that it started from. Sizes prove nothing: a state that
 * was renamed is carried along beside the new one.
 */
export function hydrationOf(sight: Sight, run: Run): Promise<Hydration> {
  const cache = known.get(sight.memory) ?? new Map<string, Promise<Hydration>>();
  known.set(sight.memory, cache);
  const before = cache.get(run.id);
  if (before !== undefined) return before;
  const searched = search(sight, run.id);
  cache.set(run.id, searched);
  const forget = () => void cache.delete(run.id);
  searched.then((found) => found == null && forget(), forget);
  return searched;
}

async function search(sight: Sight, id: string): Promise<Hydration> {
  const takes = await takesCheckpoints(sight, id);
  if (takes === null) return null;
  if (!takes) return undefined;
  const checkpoints = await sight.api.checkpoints(id);
  if (checkpoints === null) return null;
  const restored = checkpoints.latest.restored?.external_path ?? null;
  const goesOn = restored !== null && isOwn(restored, id);
  const from = sight.memory.from.get(id) ?? (goesOn ? null : restored);
  // A checkpoint tells that the run came up: what it restored would show by now. Of nothing, nothing is lost.
  if (from === null && !goesOn) return checkpoints.latest.completed === null ? null : nothingLost;
  const before = from === null ? null : await sight.snapshots.read(from, target);
  // After a rescale or a failover it goes on from a checkpoint of its own, whose states the same program had registered.
  if (goesOn && sight.idIsRun === true && (before === null || before.state === 'missing'))
    return checkpoints.latest.completed === null ? null : nothingLost;
  if (from === null || before?.state !== 'read') return undefined;
  if (checkpoints.latest.completed === null) return null;
  if (!hasRestored(checkpoints, from, id)) return difference(before.snapshot, { ...before.snapshot, operators: [] });
  return compared(sight, id, before.snapshot);
}

async function compared(sight: Sight, id: string, before: Snapshot): Promise<Hydration> {
  for (let n = 0; n < tries; n += 1) {
    const path = (await sight.api.checkpoints(id))?.latest.completed?.external_path;
    if (path === undefined || path.startsWith('<')) return undefined;
    const after = await sight.snapshots.read(path, target);
    if (after.state === 'read') return difference(before, after.snapshot);
    if (after.state === 'unreadable') return undefined;
    await pause(apartMs, sight.ambient.signal);
  }
  return null;
}

function hasRestored({ latest: { restored } }: Checkpoints, from: string, id: string): boolean {
  const path = restored?.external_path;
  return path !== undefined && (samePath(path, from) || isOwn(path, id));
}

/** Snapshots are read with the process's own identity: a measurement knows no target. */
const target: JsonObject = {};
