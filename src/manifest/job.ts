import type { Engine } from '../engines/engine.js';
import type { Job } from '../model/job.js';
import type { JsonObject } from '../model/json.js';
import type { Declaration } from './declarations.js';
import type { Instance } from './for-each.js';
import { type LocatedMap, plainMapOf, positionsOf } from './located.js';
import type { ParsedJob } from './schema/job.js';
import type { Targets } from './target.js';

/** The job as the rest of the program knows it. `needs` still holds the names as written. */
export function jobOf(
  parsed: ParsedJob,
  map: LocatedMap,
  targets: Targets,
  declaration: Declaration,
  instance: Instance,
  engine: Pick<Engine, 'impacts'>,
): Job {
  const { parallel, drain, verify, strategy } = parsed;
  return {
    key: instance.key,
    engine: parsed.engine,
    // As written, not as parsed: defaults of a schema must never enter a revision.
    target: withName(plainMapOf(targets.target), parsed.was ?? instance.key, engine),
    paths: parsed.paths ?? null,
    ignore: parsed.ignore,
    build: parsed.build ?? null,
    sink: parsed.sink,
    stateful: parsed.stateful,
    strategy: strategy === 'auto' || Array.isArray(strategy) ? strategy : [strategy],
    maxGapSeconds: parsed['max-gap'] ?? null,
    parallel: { overlapSeconds: parallel.overlap, slots: targets.slots.map(plainMapOf) as JsonObject[] },
    drain: { timeoutSeconds: drain.timeout, onTimeout: drain['on-timeout'] },
    verify: {
      runningWithinSeconds: verify['running-within'],
      bakeSeconds: verify.bake,
      gates: verify.gates,
      ...(verify.signals === undefined ? {} : { signals: verify.signals }),
    },
    onFailure: parsed['on-failure'],
    needs: parsed.needs,
    was: parsed.was ?? null,
    desired: parsed.desired,
    instance:
      instance.each === null
        ? null
        : { of: declaration.key, key: instance.key.slice(declaration.key.length + 1), first: instance.first },
    at: declaration.at,
    positions: positionsOf(map),
  };
}

/**
 * The exact name on the engine stands in every target: a run cannot be renamed, so another key means another name, which has to be seen.
 * A job that `was` another one keeps the name that its run has.
 */
function withName(target: JsonObject, fallback: string, { impacts }: Pick<Engine, 'impacts'>): JsonObject {
  return Object.hasOwn(impacts, 'name') && target['name'] === undefined ? { name: fallback, ...target } : target;
}
