import type { ApplicationDetail } from '@aws-sdk/client-kinesis-analytics-v2';
import type { FlinkCalls } from './client.js';
import { markOf } from './marks.js';
import { stateOf } from './states.js';
import { beganAt, type Event, eventsOf, madeAt, runOfVersion, standingBefore, stretchesOf } from './timeline.js';

/** An application as it stands: its present version, what happened to it, and the run that it is at. */
export interface Application {
  readonly name: string;
  readonly detail: ApplicationDetail;
  readonly events: readonly Event[];
  /** Id of the run of the present version. */
  readonly run: string;
  /** Nothing runs, and the present version was never started (yet). */
  readonly never: boolean;
}

/** Reads an application and its operations; null: there is none of this name. */
export async function applicationOf(flink: FlinkCalls, name: string): Promise<Application | null> {
  const [detail, operations] = await Promise.all([flink.application(name), flink.operations(name)]);
  if (detail === null) return null;
  const events = eventsOf(operations);
  const [stretch] = stretchesOf(name, [detail]);
  const mayRest = stateOf(detail.ApplicationStatus) === 'ended' || isEdited(detail, events);
  const never = mayRest && (stretch === undefined || beganAt(stretch, events) === null);
  return { name, detail, events, run: runOfVersion(name, detail), never };
}

/** UPDATING of an application that was stopped: it gets another version, and nothing runs. */
function isEdited(detail: ApplicationDetail, events: readonly Event[]): boolean {
  if (detail.ApplicationStatus !== 'UPDATING') return false;
  const { is } = standingBefore(events, madeAt(detail));
  return is === 'stopped' || is === 'failed' || markOf(detail)?.launch === 'start';
}

/** Text of the error with which an operation ended; null: it names none. */
export async function errorTextOf(flink: FlinkCalls, name: string, event: Event | null): Promise<string | null> {
  if (event?.status !== 'failed') return null;
  const details = await flink.operation(name, event.id);
  const error = details?.OperationFailureDetails?.ErrorInfo?.ErrorString;
  return error || `${details?.Operation ?? event.effect} failed`;
}
