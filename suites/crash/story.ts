import type { StrategyName } from '../../src/model/job.js';
import type { JsonObject } from '../../src/model/json.js';
import type { CrashEngine, EngineId } from './engine/engine.js';

/** A job as declared, and its files. */
export interface Declared {
  readonly job: JsonObject;
  readonly files: { readonly [path: string]: string };
}

/**
 * What the killed process carries out. `forward`: the new version comes up. `undo`: it does not, and the old one is put back.
 * `rollback`: a person asks for the version before.
 */
export type Kind = 'forward' | 'undo' | 'rollback';

/** One strategy on one engine. */
export interface Story {
  readonly engine: EngineId;
  readonly strategy: StrategyName;
  /** What tells it from another story of the same strategy and engine. */
  readonly as?: string;
  readonly kind: Kind;
  readonly flags: readonly string[];
  open(folder: string): Promise<CrashEngine>;
  /** The job in its i-th version; 0 is what everything begins with. */
  declare(job: string, i: number): Declared;
  /** What is rolled out undisturbed before the i-th version. */
  readonly before?: (job: string, i: number) => Declared;
  /** What must be up in the end; `running` if left out. */
  readonly ends?: 'running' | 'stopped';
  /** A scale is outside of the revision: the i-th version has the same one. */
  readonly sameRevision?: true;
}

export function nameOf({ engine, strategy, as, kind }: Story): string {
  return `${engine}: ${strategy}${as === undefined ? '' : ` ${as}`}${kind === 'forward' ? '' : `, ${kind}`}`;
}
