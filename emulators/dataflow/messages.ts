import type { JsonObject } from '../../src/model/json.js';
import type { EmulatedRequest } from '../service.js';
import { enumFrom, type Importance, importances } from './enums.js';
import { DataflowError } from './error.js';
import { pageOf } from './list.js';
import type { DataflowRun } from './run.js';
import { time } from './view.js';
import { queryOf } from './wire.js';

/** From the least to the most severe; the enum's numbers are in another order. */
const severity: readonly Importance[] = [
  'JOB_MESSAGE_IMPORTANCE_UNKNOWN',
  'JOB_MESSAGE_DEBUG',
  'JOB_MESSAGE_DETAILED',
  'JOB_MESSAGE_BASIC',
  'JOB_MESSAGE_WARNING',
  'JOB_MESSAGE_ERROR',
];

/** `…/messages`, oldest first. Without `minimumImportance` all are given. */
export function listMessages(run: DataflowRun, request: EmulatedRequest): JsonObject {
  const least = enumFrom(importances, queryOf(request, 'minimumImportance'));
  if (least === undefined) throw new DataflowError(400, "Invalid value at 'minimum_importance'.");
  const from = timeOf(queryOf(request, 'startTime'), Number.NEGATIVE_INFINITY);
  const to = timeOf(queryOf(request, 'endTime'), Number.POSITIVE_INFINITY);
  const floor = severity.indexOf(least ?? 'JOB_MESSAGE_IMPORTANCE_UNKNOWN');
  const found = run.messages.filter(
    ({ at, importance }) => at >= from && at < to && severity.indexOf(importance) >= floor,
  );
  const page = pageOf(found, queryOf(request, 'pageSize'), queryOf(request, 'pageToken'));
  const jobMessages = page.items.map(({ id, at, text, importance }) => ({
    id,
    time: time(at),
    messageText: text,
    messageImportance: importance,
  }));
  return {
    ...(jobMessages.length > 0 ? { jobMessages } : {}),
    ...(page.next === null ? {} : { nextPageToken: page.next }),
  };
}

function timeOf(text: string | null, missing: number): number {
  if (text === null || text === '') return missing;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new DataflowError(400, `Invalid time: ${text}`);
  return at;
}
