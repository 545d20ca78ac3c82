import type { ApplicationDetail, ApplicationOperationInfo } from '@aws-sdk/client-kinesis-analytics-v2';
import { markOf } from './marks.js';

/** What an operation does to the run of an application. Operations that are not listed (snapshots, scaling by the service) do nothing. */
const effects: readonly (readonly [pattern: RegExp, effect: Effect])[] = [
  [/rollback/i, 'rollback'],
  [/^start/i, 'start'],
  [/stop/i, 'stop'],
  [/^update/i, 'update'],
];
type Effect = 'start' | 'stop' | 'update' | 'rollback';

/** An operation that matters here; times in milliseconds. */
export interface Event {
  readonly id: string;
  readonly effect: Effect;
  readonly from: number;
  readonly to: number | null;
  readonly status: 'running' | 'done' | 'failed' | 'cancelled';
}

/** Operations as events, oldest first. */
export function eventsOf(operations: readonly ApplicationOperationInfo[]): readonly Event[] {
  const events = operations.flatMap((operation): Event[] => {
    const effect = effects.find(([pattern]) => pattern.test(operation.Operation ?? ''))?.[1];
    const { OperationId: id, StartTime: from, EndTime: to, OperationStatus } = operation;
    if (effect === undefined || id === undefined || from === undefined) return [];
    const status = words[OperationStatus ?? ''] ?? 'running';
    return [{ id, effect, from: from.getTime(), to: to?.getTime() ?? null, status }];
  });
  return events.sort((a, b) => a.from - b.from);
}

const words: { readonly [status: string]: Event['status'] } = {
  IN_PROGRESS: 'running',
  SUCCESSFUL: 'done',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
};

/** How things stood before a moment. `event`: what brought it about. */
export interface Standing {
  readonly is: 'running' | 'stopped' | 'failed' | 'unknown';
  readonly event: Event | null;
}

/** What the operations that began before `until` (milliseconds) have led to. */
export function standingBefore(events: readonly Event[], until: number): Standing {
  let standing: Standing = { is: 'unknown', event: null };
  for (const event of events) {
    if (event.from >= until) break;
    const next = after(event, standing);
    if (next !== null) standing = { is: next, event };
  }
  return standing;
}

function after({ effect, status }: Event, before: Standing): Standing['is'] | null {
  if (status === 'cancelled') return null;
  const failed = status === 'failed';
  switch (effect) {
    case 'start':
    case 'rollback':
      return failed ? 'failed' : 'running';
    case 'stop':
      return failed ? null : 'stopped';
    case 'update':
      // Of an application that does not run, an update changes the settings only.
      return before.is === 'stopped' || before.is === 'failed' ? null : failed ? 'failed' : null;
  }
}

/** One stretch of versions that belong to one run. */
export interface Stretch {
  readonly run: string;
  readonly version: ApplicationDetail;
  /** When its first version was made, and when the next stretch's was; milliseconds. */
  readonly from: number;
  readonly to: number | null;
}

export function versionId(name: string, version: number): string {
  return `${name}/${version}`;
}

/** Name and version in a run id, or null. */
export function partsOf(id: string): { readonly name: string; readonly version: number } | null {
  const [, name, version] = id.match(/^(.+)\/(\d+)$/) ?? [];
  return name === undefined ? null : { name, version: Number(version) };
}

/**
 * The run that a version belongs to: the one that its mark names, else the version that it went back to, else a run of its own that
 * somebody else began.
 */
export function runOfVersion(name: string, detail: ApplicationDetail): string {
  const mark = markOf(detail);
  if (mark !== null) return mark.run;
  return versionId(name, detail.ApplicationVersionRolledBackTo ?? detail.ApplicationVersionId ?? 0);
}

export function madeAt(detail: ApplicationDetail): number {
  const at = detail.ApplicationVersionCreateTimestamp ?? detail.LastUpdateTimestamp ?? detail.CreateTimestamp;
  return at?.getTime() ?? 0;
}

/** Versions, in any order, as stretches of one run each, oldest first. */
export function stretchesOf(name: string, versions: readonly ApplicationDetail[]): readonly Stretch[] {
  const sorted = [...versions].sort((a, b) => madeAt(a) - madeAt(b) || idOf(a) - idOf(b));
  const found: { run: string; version: ApplicationDetail; from: number; to: number | null }[] = [];
  for (const version of sorted) {
    const run = runOfVersion(name, version);
    const last = found.at(-1);
    if (last?.run === run) {
      last.version = version;
      continue;
    }
    if (last !== undefined) last.to = madeAt(version);
    found.push({ run, version, from: madeAt(version), to: null });
  }
  return found;
}

function idOf(detail: ApplicationDetail): number {
  return detail.ApplicationVersionId ?? 0;
}

/** When the run of a stretch began, in milliseconds; null: it never ran, since the version was made and never started. */
export function beganAt(stretch: Stretch, events: readonly Event[]): number | null {
  const start = events.find(
    ({ effect, from, status }) =>
      effect === 'start' &&
      status !== 'cancelled' &&
      from >= stretch.from &&
      (stretch.to === null || from < stretch.to),
  );
  if (standingBefore(events, stretch.from).is === 'running') return stretch.from;
  return start?.from ?? null;
}
