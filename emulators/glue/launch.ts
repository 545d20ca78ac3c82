import { type Definition, isStreaming, type JobUpdate, timeoutOf } from './definition.js';
import { usual } from './fate.js';
import type { Place } from './place.js';
import { type ArgumentSets, idOf, type Launch, merged, type Run } from './run.js';
import type { GlueSettings } from './settings.js';

/** What the state machine works with besides the runs. */
export interface World {
  settings: GlueSettings;
  /** Text of an object by its `s3://` URI; null: there is none. */
  readScript(uri: string): string | null;
  writeScript(uri: string, text: string): void;
}

/** Values of a launch, from the definition and what StartJobRun lays over it. */
export function launchOf(
  definition: Definition,
  own: Partial<JobUpdate>,
  run: ArgumentSets['run'],
  world: World,
): Launch {
  const { name, update } = definition;
  const sets = { defaults: update.DefaultArguments ?? {}, run, fixed: update.NonOverridableArguments ?? {} };
  const byRun = own.WorkerType !== undefined || own.MaxCapacity !== undefined || own.AllocatedCapacity !== undefined;
  const timeout = own.Timeout ?? update.Timeout;
  const streaming = isStreaming(update);
  return {
    jobName: name,
    streaming,
    version: update.GlueVersion,
    capacity: byRun ? own : update,
    arguments: sets,
    scriptLocation: merged(sets)['--scriptLocation'] ?? update.Command?.ScriptLocation ?? '',
    timeout,
    timeoutMinutes: timeoutOf(timeout, update.GlueVersion, streaming, world.settings.blankStreamingTimeout),
    queuing: own.JobRunQueuingEnabled ?? update.JobRunQueuingEnabled ?? false,
    maxRetries: update.MaxRetries ?? 0,
    maintenanceWindow: update.MaintenanceWindow,
    securityConfiguration: own.SecurityConfiguration ?? update.SecurityConfiguration,
  };
}

/** A new run, not yet in any state: `enter` it into one. */
export function newRun(
  place: Place,
  launch: Launch,
  from: Pick<Run, 'base' | 'attempt' | 'restart' | 'previousRunId'>,
  at: number,
): Run {
  const run: Run = {
    ...from,
    id: idOf(from.base, from.attempt, from.restart),
    launch,
    startedOn: at,
    state: 'STARTING',
    modifiedOn: at,
    runningSince: null,
    completedOn: null,
    errorMessage: null,
    stateDetail: null,
    dequeues: 0,
    fate: usual,
    due: [],
    shown: [],
  };
  place.add(run);
  return run;
}
