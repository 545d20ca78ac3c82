import type { JsonObject } from '../../src/model/json.js';
import { listsAsOf } from '../kernel/stand-still.js';
import { enumFrom, isTerminal, listFilters } from './enums.js';
import { DataflowError } from './error.js';
import { type DataflowRun, stateAt } from './run.js';
import { jobView } from './view.js';
import type { World } from './world.js';

export interface ListRequest {
  readonly project: string;
  /** Null: all regions. */
  readonly location: string | null;
  /** Exact name; null where the call does not know the filter. */
  readonly name: string | null;
  readonly filter: string | null;
  readonly pageSize: string | null;
  readonly pageToken: string | null;
}

/** Longest page that the service gives. */
const longestPage = 1000;

/**
 * Jobs as summaries (proto: "ListJobs always returns summaries now"), active ones first, newest first. An empty list is `{}`.
 * The answer is as old as the list lag, states included.
 */
export function listJobs(world: World, request: ListRequest, now: number): JsonObject {
  const filter = enumFrom(listFilters, request.filter);
  if (filter === undefined) throw new DataflowError(400, `Invalid value at 'filter': ${request.filter}`);
  const { listLagSeconds, listsStandStill, failedLocations } = world.settings;
  const asOf = listsAsOf(now, listLagSeconds, listsStandStill);
  const ended = (run: DataflowRun) => isTerminal(stateAt(run, asOf)?.state ?? 'JOB_STATE_UNKNOWN');
  const failed = failedLocations.filter((location) => request.location === null || request.location === location);
  const found = [...world.runs.values()]
    .filter((run) => run.project === request.project && run.createdAt <= asOf)
    .filter((run) => (request.location === null || run.location === request.location) && !failed.includes(run.location))
    .filter((run) => request.name === null || run.name === request.name)
    .filter((run) => filter !== 'ACTIVE' || !ended(run))
    .filter((run) => filter !== 'TERMINATED' || ended(run))
    .sort((a, b) => Number(ended(a)) - Number(ended(b)) || b.sequence - a.sequence);
  const page = pageOf(found, request.pageSize, request.pageToken);
  return {
    ...(page.items.length > 0 ? { jobs: page.items.map((run) => jobView(run, 'JOB_VIEW_SUMMARY', asOf)) } : {}),
    ...(page.next === null ? {} : { nextPageToken: page.next }),
    ...(failed.length > 0 ? { failedLocation: failed.map((name) => ({ name })) } : {}),
  };
}

/** One page of a list. The token is an offset; throws 400 for a foreign one. */
export function pageOf<T>(
  items: readonly T[],
  size: string | null,
  token: string | null,
): { readonly items: readonly T[]; readonly next: string | null } {
  const decoded = token ? Buffer.from(token, 'base64url').toString() : '0';
  if (!/^\d{1,9}$/.test(decoded)) throw new DataflowError(400, 'Invalid page token.');
  const offset = Number(decoded);
  const asked = size === null || size === '' ? longestPage : Number(size);
  if (!Number.isInteger(asked) || asked < 0) throw new DataflowError(400, `Invalid page size: ${size}`);
  const end = offset + Math.min(asked === 0 ? longestPage : asked, longestPage);
  return {
    items: items.slice(offset, end),
    next: end < items.length ? Buffer.from(String(end)).toString('base64url') : null,
  };
}
