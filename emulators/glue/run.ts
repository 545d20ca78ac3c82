import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/model/json.js';
import { type Capacity, shownCapacity } from './capacity.js';
import { definedOnly } from './definition.js';
import type { Fate } from './fate.js';

export type JobRunState =
  | 'WAITING'
  | 'STARTING'
  | 'RUNNING'
  | 'STOPPING'
  | 'STOPPED'
  | 'SUCCEEDED'
  | 'FAILED'
  | 'TIMEOUT'
  | 'ERROR'
  | 'EXPIRED';

/** What a run is to do next, and when (milliseconds). */
export type RunEvent = 'dequeue' | 'run' | 'launch-error' | 'end' | 'time-out' | 'maintenance' | 'stopped';
export interface Due {
  readonly at: number;
  readonly event: RunEvent;
}

/** Arguments in the order of their precedence, as the definition and StartJobRun gave them. */
export interface ArgumentSets {
  readonly defaults: { readonly [name: string]: string };
  readonly run: { readonly [name: string]: string };
  readonly fixed: { readonly [name: string]: string };
}

/** What a run was launched with; frozen, whatever becomes of the definition. */
export interface Launch {
  readonly jobName: string;
  readonly streaming: boolean;
  readonly version: string;
  readonly capacity: Capacity;
  readonly arguments: ArgumentSets;
  readonly scriptLocation: string;
  /** Timeout as given, in minutes; and in force (null: none). */
  readonly timeout: number | undefined;
  readonly timeoutMinutes: number | null;
  readonly queuing: boolean;
  readonly maxRetries: number;
  readonly maintenanceWindow: string | undefined;
  readonly securityConfiguration: string | undefined;
}

/** A run. Times in milliseconds. */
export interface Run {
  readonly id: string;
  /** Id without the endings that attempts and maintenance restarts add. */
  readonly base: string;
  readonly attempt: number;
  readonly restart: number;
  readonly previousRunId: string | null;
  readonly launch: Launch;
  readonly startedOn: number;
  state: JobRunState;
  modifiedOn: number;
  runningSince: number | null;
  completedOn: number | null;
  errorMessage: string | null;
  stateDetail: string | null;
  dequeues: number;
  fate: Fate;
  due: readonly Due[];
  /** The run as it was shown from a time on, oldest first: lists may lag. */
  readonly shown: { readonly at: number; readonly run: JsonObject }[];
}

const active: ReadonlySet<JobRunState> = new Set<JobRunState>(['WAITING', 'STARTING', 'RUNNING', 'STOPPING']);
const holding: ReadonlySet<JobRunState> = new Set<JobRunState>(['STARTING', 'RUNNING', 'STOPPING']);

export function isActive(run: Run): boolean {
  return active.has(run.state);
}

/** Counts against MaxConcurrentRuns: a STOPPING run too, a WAITING one not. */
export function holdsSlot(run: Run): boolean {
  return holding.has(run.state);
}

/** `NonOverridableArguments` before the run's before `DefaultArguments`, key by key. */
export function merged(sets: ArgumentSets): { [name: string]: string } {
  return { ...sets.defaults, ...sets.run, ...sets.fixed };
}

/** `jr_…`, then `_attempt_N` for a retry, then `_restart_N` for a maintenance restart. */
export function idOf(base: string, attempt: number, restart: number): string {
  return `${base}${attempt > 0 ? `_attempt_${attempt}` : ''}${restart > 0 ? `_restart_${restart}` : ''}`;
}

export function baseId(...parts: readonly (string | number)[]): string {
  return `jr_${createHash('sha256').update(parts.join('\n')).digest('hex')}`;
}

/** A run as GetJobRun shows it, but for its execution time. */
export function shownRun(run: Run, argumentsShown: 'merged' | 'run'): JsonObject {
  const { launch } = run;
  return definedOnly({
    Id: run.id,
    Attempt: run.attempt,
    PreviousRunId: run.previousRunId ?? undefined,
    JobName: launch.jobName,
    JobMode: 'SCRIPT',
    JobRunQueuingEnabled: launch.queuing,
    StartedOn: run.startedOn / 1000,
    LastModifiedOn: run.modifiedOn / 1000,
    CompletedOn: run.completedOn === null ? undefined : run.completedOn / 1000,
    JobRunState: run.state,
    Arguments: argumentsShown === 'merged' ? merged(launch.arguments) : launch.arguments.run,
    ErrorMessage: run.errorMessage ?? undefined,
    StateDetail: run.stateDetail ?? undefined,
    PredecessorRuns: [],
    ...definedOnly(shownCapacity(launch.capacity, launch.version)),
    Timeout: launch.timeout ?? launch.timeoutMinutes ?? undefined,
    SecurityConfiguration: launch.securityConfiguration,
    LogGroupName: '/aws-glue/jobs',
    GlueVersion: launch.version,
    ExecutionClass: 'STANDARD',
    MaintenanceWindow: launch.maintenanceWindow,
  }) as JsonObject;
}

/** Seconds in which the run used resources, until `now`. */
export function executionSeconds(run: Run, now: number): number {
  return run.runningSince === null ? 0 : Math.floor(((run.completedOn ?? now) - run.runningSince) / 1000);
}
