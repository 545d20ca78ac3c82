import type { Engine, Place } from '../engines/engine.js';
import { RolloutError } from '../model/error.js';
import type { Job } from '../model/job.js';
import { isObject, type Json, type JsonObject } from '../model/json.js';
import type { Position } from '../model/position.js';
import { fieldOf } from './needs.js';
import type { Problems } from './problems.js';

type Env = { readonly [name: string]: string | undefined };

/** Exact names, and values that belong to one job only, are unique on an engine and place. */
export function checkUnique(
  jobs: readonly Job[],
  engines: ReadonlyMap<string, Engine>,
  env: Env | null,
  problems: Problems,
): void {
  const names = new Map<string, Claim>();
  const values = new Map<string, Claim>();
  for (const job of jobs) {
    const engine = engines.get(job.engine);
    if (engine === undefined) continue;
    const layers = layersOf(job);
    // With slots a field that says where may stand in them only.
    const place = placeOf(job, engine, layers.at(-1)?.target ?? job.target, env, problems);
    for (const { target, path } of layers) {
      const name = typeof target['name'] === 'string' ? target['name'] : job.key;
      const named = claim(names, [engine.id, place?.key ?? '', name], { job, path: `${path}.name` });
      if (named) tell('manifest-duplicate-name', `the name \`${name}\` also belongs to`, named, problems);
      const value = engine.exclusive?.(target) ?? null;
      const shared = value === null ? null : claim(values, [engine.id, value], { job, path: pathOf(job, path, value) });
      if (shared) tell('manifest-shared-value', `\`${value}\` can not be shared with`, shared, problems);
    }
    if (place !== null) checkSlotPlaces(job, engine, place, layers, env, problems);
  }
}

/** The target alone and with each slot over it. The name beside the slots belongs to the job too, though no run may have it. */
function layersOf(job: Job): readonly { target: JsonObject; path: string }[] {
  const slots = job.parallel.slots.map((slot, index) => ({
    target: mergePlain(job.target, slot),
    path: `parallel.slots.${index}`,
  }));
  return [{ target: job.target, path: 'target' }, ...slots];
}

interface Claim {
  readonly job: Job;
  /** Path below the job of what makes the claim. */
  readonly path: string;
}

/** Both claims where another job was first; two slots of one job may claim the same. */
function claim(claims: Map<string, Claim>, key: readonly string[], own: Claim): { first: Claim; own: Claim } | null {
  const id = JSON.stringify(key);
  const first = claims.get(id);
  if (first === undefined) claims.set(id, own);
  return first === undefined || first.job === own.job ? null : { first, own };
}

function tell(
  code: 'manifest-duplicate-name' | 'manifest-shared-value',
  what: string,
  { first, own }: { first: Claim; own: Claim },
  problems: Problems,
): void {
  const { at, path } = written(own);
  const before = written(first).at;
  const message = `${what} job \`${first.job.key}\` (${before.file}:${before.line}:${before.column})`;
  problems.add({ code, at, field: fieldOf(own.job, path), message, job: own.job.key });
}

/** Where a claim is written: the slot's own field, else the same field of the target, else the job. */
function written({ job, path }: Claim): { at: Position; path: string } {
  const inTarget = path.replace(/^parallel\.slots\.\d+/, 'target');
  for (const place of [path, inTarget]) {
    const at = job.positions[place];
    if (at !== undefined) return { at, path: place };
  }
  return { at: job.at, path: inTarget };
}

/** Path of the text that holds an exclusive value, or of the whole where it can't be seen. Engines cut slashes off. */
function pathOf(job: Job, layer: string, value: string): string {
  const root = layer === 'target' ? job.target : (job.parallel.slots[Number(layer.split('.')[2])] ?? {});
  const found = find(root, value) ?? find(job.target, value);
  return found === null ? layer : `${layer}.${found}`;
}

function find(node: Json, value: string): string | null {
  if (typeof node !== 'object' || node === null) return null;
  for (const [key, inner] of Object.entries(node)) {
    if (typeof inner === 'string' && inner.replace(/\/+$/, '') === value.replace(/\/+$/, '')) return key;
    const below = find(inner as Json, value);
    if (below !== null) return `${key}.${below}`;
  }
  return null;
}

/** Null where the place is not known. Without an environment that is no error: it may name the region. */
function placeOf(job: Job, engine: Engine, target: JsonObject, env: Env | null, problems: Problems): Place | null {
  try {
    return engine.place(target, { env: env ?? {} });
  } catch (error) {
    if (!(error instanceof RolloutError) || error.class !== 'input') throw error;
    if (env !== null) {
      const at = error.at ?? job.positions['target'] ?? job.at;
      problems.add({ code: error.code, at, field: fieldOf(job, 'target'), message: error.message, job: job.key });
    }
    return null;
  }
}

function checkSlotPlaces(
  job: Job,
  engine: Engine,
  place: Place,
  layers: readonly { target: JsonObject; path: string }[],
  env: Env | null,
  problems: Problems,
): void {
  for (const { target, path } of layers.slice(1, -1)) {
    const other = placeOf(job, engine, target, env, problems);
    if (other === null || other.key === place.key) continue;
    const message = `both slots run in one place: ${place.key}, not ${other.key}`;
    const at = job.positions[path] ?? job.at;
    problems.add({ code: 'manifest-slots', at, field: fieldOf(job, path), message, job: job.key });
  }
}

function mergePlain(base: JsonObject, over: JsonObject): JsonObject {
  const merged: { [key: string]: Json } = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? mergePlain(below, value) : value;
  }
  return merged;
}
