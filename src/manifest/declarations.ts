import type { Engine } from '../engines/engine.js';
import type { Position } from '../model/position.js';
import type { Combined } from './combine.js';
import { belongsToTarget } from './engines.js';
import { overlaysOf } from './environments.js';
import { isMap, knownPart } from './fragments.js';
import { child, entriesOf, type Located, type LocatedMap, merge } from './located.js';
import { nearest } from './nearest.js';
import type { Problems } from './problems.js';
import { defaultKeys, jobKeys } from './schema/job.js';

/** A job as written, with the overlay of its environment; a `for-each` is still one. */
export interface Declaration {
  readonly key: string;
  readonly at: Position;
  readonly map: LocatedMap;
}

/** The jobs with the environment's overlay merged over them. Keys are not checked yet: that takes the engine. */
export function declarationsOf(combined: Combined, environment: string): readonly Declaration[] {
  const overlays = overlaysOf(combined, environment);
  const declarations: Declaration[] = [];
  for (const [key, entry] of combined.jobs) {
    if (!isMap(entry.node)) continue;
    const overlay = overlays.get(key)?.node;
    const map = isMap(overlay) ? merge(entry.node, overlay, 'base') : entry.node;
    declarations.push({ key, at: entry.at, map });
  }
  return declarations;
}

export function engineIdOf(map: LocatedMap): string {
  const node = engineNode(map);
  return node?.kind === 'scalar' ? String(node.value) : '';
}

/** What stands at `engine`, or at a key that most likely means it: the typo is told, and the rest of the job is checked all the same. */
export function engineNode(map: LocatedMap): Located | undefined {
  const typo = () => [...map.entries].find(([key]) => !isJobKey(key) && nearest(key, jobKeys) === 'engine')?.[1].node;
  return child(map, 'engine') ?? typo();
}

function isJobKey(key: string): boolean {
  return (jobKeys as readonly string[]).includes(key);
}

/** The declaration with the defaults of its engine below it and without the keys that are not known. */
export function withDefaults(
  declaration: Declaration,
  combined: Combined,
  engine: Engine | undefined,
  problems: Problems,
): Declaration {
  const belongs = belongsToTarget(engine);
  const own = knownPart(declaration.map, { keys: jobKeys, belongs }, problems);
  const defaults = child(combined.defaults, engine?.id ?? engineIdOf(declaration.map));
  if (!isMap(defaults)) return { ...declaration, map: own };
  const known = knownPart(defaults, { keys: defaultKeys, belongs }, problems);
  return { ...declaration, map: merge(known, own, 'over') };
}

/** Checks the keys of overlays and defaults that no job of this environment shows. */
export function checkOtherFragments(
  combined: Combined,
  engines: ReadonlyMap<string, Engine>,
  problems: Problems,
): void {
  for (const [id, entry] of combined.defaults.entries) {
    if (isMap(entry.node))
      knownPart(entry.node, { keys: defaultKeys, belongs: belongsToTarget(engines.get(id)) }, problems);
  }
  for (const environment of combined.environments.entries.values()) {
    for (const [key, entry] of entriesOf(child(environment.node, 'jobs'))) {
      if (!isMap(entry.node)) continue;
      const job = combined.jobs.get(key)?.node;
      const engine = isMap(job) ? engines.get(engineIdOf(job)) : undefined;
      knownPart(entry.node, { keys: jobKeys, belongs: belongsToTarget(engine) }, problems);
    }
  }
}
