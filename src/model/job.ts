import type { JsonObject } from './json.js';
import type { Position } from './position.js';
import type { DeclaredSignal } from './signal.js';

export const strategyNames = [
  'create',
  'in-flight-update',
  'in-place-update',
  'rolling',
  'savepoint-upgrade',
  'parallel',
  'restart',
  'drain-and-resubmit',
  'stop',
] as const;
export type StrategyName = (typeof strategyNames)[number];

/** What the sink tolerates: `append` and `transactional` tolerate `replay`, `idempotent` also `overlap`. */
export type Sink = 'append' | 'transactional' | 'idempotent';

/** A condition on a measured signal; judged by `verify/`. Times in seconds. */
export interface Gate {
  readonly signal: string;
  readonly [key: string]: string | number | boolean;
}

/** A job as the manifest declares it for one environment: overlays, defaults, `for-each` and variables are applied. */
export interface Job {
  readonly key: string;
  readonly engine: string;
  /** Engine settings. `${build.x}`, `${digest}` and `${secret.X}` stand as written; nothing else is left to resolve. */
  readonly target: JsonObject;
  /** Globs; null: the files that the artifacts name. */
  readonly paths: readonly string[] | null;
  readonly ignore: readonly string[];
  readonly build: string | null;
  readonly sink: Sink;
  readonly stateful: boolean;
  readonly strategy: 'auto' | readonly StrategyName[];
  readonly maxGapSeconds: number | null;
  readonly parallel: { readonly overlapSeconds: number; readonly slots: readonly JsonObject[] };
  readonly drain: { readonly timeoutSeconds: number; readonly onTimeout: 'fail' | 'cancel' | 'leave' };
  readonly verify: {
    readonly runningWithinSeconds: number;
    readonly bakeSeconds: number;
    readonly gates: readonly Gate[];
    /** Signals with a source of their own, by name; absent in records of older versions. */
    readonly signals?: { readonly [name: string]: DeclaredSignal };
  };
  readonly onFailure: 'rollback' | 'pause';
  /** Keys of jobs that must be verified first (a `for-each` name is expanded to its instances). */
  readonly needs: readonly string[];
  readonly was: string | null;
  readonly desired: 'running' | 'stopped';
  /** The `for-each` that the job is an instance of. */
  readonly instance: { readonly of: string; readonly key: string; readonly first: boolean } | null;
  readonly at: Position;
  /** Position of each field of this job by its path below the job, for example `target.workers.max`. */
  readonly positions: { readonly [path: string]: Position };
}

/** A manifest, read for one environment. */
export interface Manifest {
  readonly file: string;
  /** Null where the manifest gives none; the ledger then keeps `owner/repository`. */
  readonly name: string | null;
  readonly environment: string;
  /** All environment names of the manifest, in its order. */
  readonly environments: readonly string[];
  /** Branches whose pushes apply to this environment; null: the default branch. */
  readonly refs: readonly string[] | null;
  readonly jobs: readonly Job[];
}
