import type { Run } from '../../model/run.js';
import type { Event } from './timeline.js';

/**
 * Since when the metrics of an application are those of a run as it is now, in milliseconds: the end of the operation that brought it, or
 * scaled it last. CloudWatch knows applications only: until then it shows what the job before it sent. Null: the operation has not ended,
 * or it failed.
 */
export function begunAt(run: Run, events: readonly Event[]): number | null {
  const started = Date.parse(run.startedAt ?? '');
  if (Number.isNaN(started)) return null;
  const ended = run.endedAt === null ? Number.POSITIVE_INFINITY : Date.parse(run.endedAt);
  const own = events.filter(
    ({ effect, status, from, to }) =>
      effect !== 'stop' && status !== 'cancelled' && from < ended && (to === null || to > started),
  );
  const last = own.at(-1);
  // The operation of a run that began long ago may be forgotten.
  if (last === undefined) return started;
  return last.status === 'done' ? last.to : null;
}
