import type * as z from 'zod';
import type { Engine } from '../engines/engine.js';
import type { Combined } from './combine.js';
import { type Declaration, engineNode } from './declarations.js';
import { nearest, suggestion } from './nearest.js';
import type { Problems } from './problems.js';
import { jobKeys } from './schema/job.js';

export interface EngineChoice {
  readonly engines: (id: string) => Promise<Engine | null>;
  readonly engineIds: readonly string[];
}

/**
 * Loads the engines that the jobs name; an unknown or missing one is told where it stands. Under a name with a typo stands the engine that it
 * most likely means, so that what else is wrong with the job is told in the same call.
 */
export async function loadEngines(
  declarations: readonly Declaration[],
  choice: EngineChoice,
  problems: Problems,
): Promise<ReadonlyMap<string, Engine>> {
  const loaded = new Map<string, Engine>();
  const meant = new Map<string, Engine>();
  for (const { map, at } of declarations) {
    const node = engineNode(map);
    if (node === undefined) {
      const message = `\`engine\` is missing: expected one of ${choice.engineIds.join(', ')}`;
      problems.add({ code: 'manifest-missing', at, field: `${map.field}.engine`, message });
      continue;
    }
    const id = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : null;
    if (id !== null && loaded.has(id)) continue;
    const engine = id !== null && choice.engineIds.includes(id) ? await choice.engines(id) : null;
    if (engine !== null && id !== null) loaded.set(id, engine);
    else {
      const message = unknownEngine(id, choice.engineIds);
      problems.add({ code: 'manifest-engine', at: node.at, field: node.field, message });
      const near = id === null ? null : nearest(id, choice.engineIds);
      const other = near === null ? null : await choice.engines(near);
      if (id !== null && other !== null) meant.set(id, other);
    }
  }
  return new Map([...meant, ...loaded]);
}

export function checkDefaultsNames(combined: Combined, choice: EngineChoice, problems: Problems): void {
  for (const [id, entry] of combined.defaults.entries) {
    if (choice.engineIds.includes(id)) continue;
    const message = unknownEngine(id, choice.engineIds);
    problems.add({ code: 'manifest-engine', at: entry.at, field: entry.node.field, message });
  }
}

function unknownEngine(id: string | null, known: readonly string[]): string {
  return id === null ? `expected one of ${known.join(', ')}` : `there is no engine \`${id}\`${suggestion(id, known)}`;
}

/** Where a key belongs that stands at a job but is a setting of its engine. */
export function belongsToTarget(engine: Engine | undefined): (key: string) => string | null {
  const keys = engine === undefined ? [] : keysOf(engine.target);
  return (key) => (keys.includes(key) ? `it belongs into \`target\`` : null);
}

/** Where a key belongs that stands in `target` but is a key of the job. */
export function belongsToJob(key: string, path: readonly PropertyKey[]): string | null {
  return path.length === 0 && (jobKeys as readonly string[]).includes(key)
    ? 'it belongs one level up, beside `target`'
    : null;
}

/** Keys of an object schema, also where checks, defaults or transformations are wrapped around it. */
export function keysOf(schema: z.core.$ZodType): string[] {
  const def = schema._zod.def as {
    shape?: object;
    innerType?: z.core.$ZodType;
    in?: z.core.$ZodType;
    options?: z.core.$ZodType[];
  };
  if (def.shape !== undefined) return Object.keys(def.shape);
  const inner = def.innerType ?? def.in;
  return inner === undefined ? (def.options ?? []).flatMap(keysOf) : keysOf(inner);
}
