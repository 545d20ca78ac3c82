import type { JsonObject } from '../../src/model/json.js';
import type { Importance, JobState, JobType } from './enums.js';
import type { Fate } from './fate.js';

/** What a new job does to another one. */
export type Replacement =
  | { readonly mode: 'none' }
  | { readonly mode: 'in-place'; readonly old: string }
  | { readonly mode: 'validate-only'; readonly old: string }
  | {
      readonly mode: 'parallel';
      readonly old: string;
      readonly minSeconds: number;
      /** Null: the drain may take for ever. */
      readonly maxStopSeconds: number | null;
      readonly cancelOnTimeout: boolean;
    }
  | {
      readonly mode: 'stop-and-replace';
      readonly old: string;
      readonly maxStopSeconds: number;
      readonly cancelOnTimeout: boolean;
    };

export interface JobMessage {
  readonly id: string;
  /** Milliseconds by the emulated clock. */
  readonly at: number;
  readonly importance: Importance;
  readonly text: string;
}

/** What is fixed when a job is created. */
export interface Launched {
  readonly name: string;
  readonly project: string;
  readonly location: string;
  readonly type: JobType;
  readonly carrier: 'flex' | 'classic' | 'create';
  readonly labels: { readonly [key: string]: string };
  readonly environment: JsonObject;
  readonly streamingEngine: boolean;
  readonly transformNameMapping: { readonly [old: string]: string };
  readonly clientRequestId: string | null;
  readonly createdFromSnapshotId: string | null;
  readonly maxWorkers: number | null;
  readonly fate: Fate;
}

/** A Dataflow job: one execution. */
export interface DataflowRun extends Omit<Launched, 'fate'> {
  readonly id: string;
  /** Order of creation. */
  readonly sequence: number;
  readonly createdAt: number;
  fate: Fate;
  replacement: Replacement;
  /** Text with which the service refuses the job after the launch call has succeeded. */
  lateRefusal: string | null;
  /** States with the times of entering them, oldest first; never empty. */
  readonly history: { readonly at: number; readonly state: JobState }[];
  requestedState: JobState | null;
  cancelAskedAt: number | null;
  replaceJobId: string | null;
  replacedByJobId: string | null;
  updatable: { [field: string]: number | string };
  readonly messages: JobMessage[];
}

export function stateOf(run: DataflowRun): JobState {
  return (run.history[run.history.length - 1] as { state: JobState }).state;
}

/** State and its time as they were at a moment; null before the job existed. */
export function stateAt(run: DataflowRun, at: number): { readonly at: number; readonly state: JobState } | null {
  return run.history.findLast((entry) => entry.at <= at) ?? null;
}
