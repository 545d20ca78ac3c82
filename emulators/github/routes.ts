import type { Answer, Call } from './call.js';
import { createCheck, getCheck, listAnnotations, listChecksForRef, updateCheck } from './checks.js';
import { createComment, deleteComment, getComment, listComments, updateComment } from './comments.js';
import { getCommit, getGitCommit } from './commits.js';
import { compareCommits } from './compare.js';
import { createDeploymentStatus, listDeploymentStatuses } from './deployment-statuses.js';
import { createDeployment, getDeployment, listDeployments } from './deployments.js';
import { getPull, listPullFiles } from './pulls.js';
import { getRepository } from './repository.js';
import { combinedStatus, createStatus, listStatuses } from './statuses.js';
import type { Permission } from './tokens.js';
import { getBlob, getRef, getTree } from './trees.js';
import { getWorkflowRun, getWorkflowRunAttempt } from './workflow-runs.js';

export interface Route {
  /** Name as Octokit has it: `checks.create`. */
  readonly operation: string;
  readonly method: string;
  /** Template of the path, as in the description. */
  readonly template: string;
  readonly permission: Permission;
  readonly perform: (call: Call) => Answer;
}

const base = '/repos/{owner}/{repo}';

const table: readonly (readonly [
  operation: string,
  method: string,
  path: string,
  permission: Permission,
  perform: Route['perform'],
])[] = [
  ['repos.get', 'GET', '', 'metadata', getRepository],
  ['repos.getCommit', 'GET', '/commits/{ref}', 'contents', getCommit],
  ['repos.compareCommitsWithBasehead', 'GET', '/compare/{basehead}', 'contents', compareCommits],
  ['repos.createCommitStatus', 'POST', '/statuses/{sha}', 'statuses', createStatus],
  ['repos.getCombinedStatusForRef', 'GET', '/commits/{ref}/status', 'statuses', combinedStatus],
  ['repos.listCommitStatusesForRef', 'GET', '/commits/{ref}/statuses', 'statuses', listStatuses],
  ['repos.listDeployments', 'GET', '/deployments', 'deployments', listDeployments],
  ['repos.createDeployment', 'POST', '/deployments', 'deployments', createDeployment],
  ['repos.getDeployment', 'GET', '/deployments/{deployment_id}', 'deployments', getDeployment],
  [
    'repos.listDeploymentStatuses',
    'GET',
    '/deployments/{deployment_id}/statuses',
    'deployments',
    listDeploymentStatuses,
  ],
  [
    'repos.createDeploymentStatus',
    'POST',
    '/deployments/{deployment_id}/statuses',
    'deployments',
    createDeploymentStatus,
  ],
  ['git.getTree', 'GET', '/git/trees/{tree_sha}', 'contents', getTree],
  ['git.getCommit', 'GET', '/git/commits/{commit_sha}', 'contents', getGitCommit],
  ['git.getBlob', 'GET', '/git/blobs/{file_sha}', 'contents', getBlob],
  ['git.getRef', 'GET', '/git/ref/{ref}', 'contents', getRef],
  ['checks.create', 'POST', '/check-runs', 'checks', createCheck],
  ['checks.get', 'GET', '/check-runs/{check_run_id}', 'checks', getCheck],
  ['checks.update', 'PATCH', '/check-runs/{check_run_id}', 'checks', updateCheck],
  ['checks.listAnnotations', 'GET', '/check-runs/{check_run_id}/annotations', 'checks', listAnnotations],
  ['checks.listForRef', 'GET', '/commits/{ref}/check-runs', 'checks', listChecksForRef],
  ['issues.listComments', 'GET', '/issues/{issue_number}/comments', 'issues', listComments],
  ['issues.createComment', 'POST', '/issues/{issue_number}/comments', 'issues', createComment],
  ['issues.getComment', 'GET', '/issues/comments/{comment_id}', 'issues', getComment],
  ['issues.updateComment', 'PATCH', '/issues/comments/{comment_id}', 'issues', updateComment],
  ['issues.deleteComment', 'DELETE', '/issues/comments/{comment_id}', 'issues', deleteComment],
  ['pulls.get', 'GET', '/pulls/{pull_number}', 'pull-requests', getPull],
  ['pulls.listFiles', 'GET', '/pulls/{pull_number}/files', 'pull-requests', listPullFiles],
  ['actions.getWorkflowRun', 'GET', '/actions/runs/{run_id}', 'actions', getWorkflowRun],
  [
    'actions.getWorkflowRunAttempt',
    'GET',
    '/actions/runs/{run_id}/attempts/{attempt_number}',
    'actions',
    getWorkflowRunAttempt,
  ],
];

/** Most particular templates first, so that `/commits/x/status` is not a commit named `x/status`. */
export const routes: readonly Route[] = table
  .map(([operation, method, path, permission, perform]) => ({
    operation,
    method,
    template: `${base}${path}`,
    permission,
    perform,
  }))
  .sort((a, b) => b.template.split('/').length - a.template.split('/').length);

/** Parameters that may hold slashes (`x-multi-segment` in the description). */
const wide = new Set(['ref', 'tree_sha', 'commit_sha', 'basehead', 'sha']);

const patterns = new Map(
  routes.map((route) => {
    const source = route.template.replace(/\{(\w+)\}/g, (_, name: string) =>
      wide.has(name) ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
    );
    return [route, new RegExp(`^${source}$`)] as const;
  }),
);

/** The route of a request and the decoded values of its path; null: not served. */
export function routeOf(
  method: string,
  path: string,
): { readonly route: Route; readonly values: { readonly [name: string]: string } } | null {
  for (const route of routes) {
    const groups = route.method === method ? patterns.get(route)?.exec(path)?.groups : undefined;
    if (groups)
      return {
        route,
        values: Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decode(value)])),
      };
  }
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign stands for itself
  }
}
