import type { LocalCloud } from '../../../__tests__/e2e/harness/cloud.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Trap } from '../../support/push-trap.js';

export type EngineId = 'dataflow' | 'glue' | 'flink' | 'managed-flink' | 'command';

/** A run as its engine has it, whatever its lists show. */
export interface Seen {
  readonly id: string;
  readonly name: string;
  /** `leaving`: it takes no new input and is on its way out. */
  readonly state: 'up' | 'leaving' | 'ended';
  readonly stamp: { readonly revision: string; readonly rollout: string; readonly step: string } | null;
  /** The whole of it, for telling whether it was touched. Without what changes by itself. */
  readonly view: JsonObject;
  /** What it was started from; null: from nothing, or the engine has no snapshots. */
  readonly snapshot: string | null;
  /** Replicas, where the engine counts them. */
  readonly replicas: number | null;
}

/** The engine that a story plays on. */
export interface CrashEngine {
  readonly cloud: LocalCloud;
  readonly env: { readonly [name: string]: string };
  /** Holds calls that change something up. */
  readonly calls: Trap;
  /** Whatever must be there before the first rollout of these jobs. */
  setUp(jobs: readonly string[]): Promise<void>;
  /** A run of another job, started by hand. Its name begins like those of the jobs. */
  plantSibling(): Promise<void>;
  /** All that is known of it: it must stay as it is. */
  sibling(): Promise<JsonObject>;
  runs(): Promise<readonly Seen[]>;
  /** Calls so far that changed something. */
  writes(): Promise<number>;
  /** Milliseconds by the local cloud's clock. */
  now(): Promise<number>;
  /** Lists show nothing that came after `since` (milliseconds) until `seconds` after they are first asked; null: they are up to date. */
  standStill(late: { readonly since: number; readonly seconds: number } | null): Promise<void>;
  close(): Promise<void>;
}

export const siblingName = 'orders-returns';

/** T + L of the engines' pages, in seconds: for so long lists stand still after a kill. Their settle time is V = 15 s more. */
export const lateSeconds: { readonly [id in EngineId]: number } = {
  dataflow: 45 + 30,
  glue: 30 + 30,
  // Its list is never late: nothing stands still.
  flink: 60 + 3,
  'managed-flink': 30 + 30,
  command: 60 + 30,
};

export async function cloudTime(cloud: LocalCloud): Promise<number> {
  const answer = (await (await fetch(`${cloud.control}/clock`)).json()) as { now: string };
  return Date.parse(answer.now);
}
