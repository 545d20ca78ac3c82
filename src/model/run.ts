import type { JsonObject } from './json.js';
import type { Stamp } from './stamp.js';

/**
 * State of a run, the same words for every engine.
 * `replaced`: ended because an in-place update took over. `finished`: ended by itself without an error.
 */
export type RunState =
  | 'starting'
  | 'running'
  | 'draining'
  | 'stopping'
  | 'stopped'
  | 'drained'
  | 'replaced'
  | 'failed'
  | 'finished';

/** One execution of a job on its engine, as observed. */
export interface Run {
  /** The engine's id of the run. */
  readonly id: string;
  /** Exact name of the job on the engine that this run belongs to. */
  readonly name: string;
  readonly state: RunState;
  /** The state in the engine's own words, for reports. */
  readonly engineState: string;
  /** False for a batch job; null where the engine does not tell. */
  readonly streaming: boolean | null;
  /** ISO 8601 times by the engine's clock; null while unknown. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly stamp: Stamp | null;
  /** Id of the run that this one continues after a restart by the engine itself (Glue `_restart_N`). */
  readonly continues: string | null;
  /** Run id of the successor, where the engine names it. */
  readonly replacedBy: string | null;
  /** The target's fields of impact `scale` as the run has them now, in the manifest's shape; null where not readable. */
  readonly scale: JsonObject | null;
  /** Other target fields that the engine shows of the run, in the manifest's shape; null where it shows none. */
  readonly shows: JsonObject | null;
  /** Link to the engine's console, or null. */
  readonly url: string | null;
  /** The engine's own text about the end or the state, or null. */
  readonly detail: string | null;
  /** The stamp comes from the ledger, by the run's id, and not all else was read: enough to leave the run alone, never to act on it. */
  readonly remembered?: true;
}

/**
 * What the ledger keeps of a run that a look has seen: what never changes of it, the scale that it had then, and whether it had ended.
 * It is bound to the run's id, never to a name.
 */
export interface SeenRun {
  readonly run: string;
  readonly stamp: Stamp | null;
  readonly scale: JsonObject | null;
  readonly ended: boolean;
}

/** Holds its name and may process input. */
export function isActive(run: Pick<Run, 'state'>): boolean {
  return run.state === 'starting' || run.state === 'running' || isEnding(run);
}

/** On its way out: stopping or draining (S in the protocol). */
export function isEnding(run: Pick<Run, 'state'>): boolean {
  return run.state === 'draining' || run.state === 'stopping';
}

/** A message that the engine gives about a run. `at` is ISO 8601. */
export interface RunMessage {
  readonly at: string | null;
  readonly level: 'error' | 'warning';
  readonly text: string;
}
