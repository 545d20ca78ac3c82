/** A request's place in the API. `location` null: the form of the path without one. */
export interface Route {
  readonly operation: string;
  readonly write: boolean;
  readonly project: string;
  readonly location: string | null;
  /** Job id or snapshot id; empty where the path has none. */
  readonly id: string;
}

const id = '(?<id>[^/:]+)';

// Paths below /v1b3/projects/PROJECT[/locations/LOCATION]. Names as in the API's method list.
const table: readonly (readonly [method: string, path: string, operation: string, write: boolean])[] = [
  ['POST', '/flexTemplates:launch', 'launchFlexTemplate', true],
  ['POST', '/templates:launch', 'launchTemplate', true],
  ['POST', '/templates', 'createJobFromTemplate', true],
  ['GET', '/templates:get', 'getTemplate', false],
  ['POST', '/jobs', 'createJob', true],
  ['GET', '/jobs', 'listJobs', false],
  ['GET', '/jobs:aggregated', 'aggregatedListJobs', false],
  ['GET', `/jobs/${id}`, 'getJob', false],
  ['PUT', `/jobs/${id}`, 'updateJob', true],
  ['GET', `/jobs/${id}/messages`, 'listJobMessages', false],
  ['GET', `/jobs/${id}/metrics`, 'getJobMetrics', false],
  ['GET', `/jobs/${id}/executionDetails`, 'getJobExecutionDetails', false],
  ['GET', `/jobs/${id}/stages/[^/]+/executionDetails`, 'getStageExecutionDetails', false],
  ['POST', `/jobs/${id}:snapshot`, 'snapshotJob', true],
  ['GET', `/jobs/${id}/snapshots`, 'listJobSnapshots', false],
  ['GET', '/snapshots', 'listSnapshots', false],
  ['GET', `/snapshots/${id}`, 'getSnapshot', false],
  ['DELETE', `/snapshots/${id}`, 'deleteSnapshot', true],
];

const rows = table.map(([method, path, operation, write]) => ({
  method,
  operation,
  write,
  pattern: new RegExp(`^/v1b3/projects/(?<project>[^/]+)(?:/locations/(?<location>[^/]+))?${path}$`),
}));

/** The operation that a request asks for; null if there is none. */
export function routeOf(method: string, path: string): Route | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path).replace(/^\/{2,}/, '/');
  } catch {
    return null; // a malformed escape names nothing
  }
  for (const row of rows) {
    const names = row.method === method ? row.pattern.exec(decoded)?.groups : undefined;
    if (!names) continue;
    const { operation, write } = row;
    return {
      operation,
      write,
      project: names['project'] ?? '',
      location: names['location'] ?? null,
      id: names['id'] ?? '',
    };
  }
  return null;
}
