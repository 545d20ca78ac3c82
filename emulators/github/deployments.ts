import { isObject, type JsonObject } from '../../src/model/json.js';
import { type Call, created, ok } from './call.js';
import { notFound, Refusal } from './errors.js';
import { commitOf, defaultBranchOf, resolve, tryGit } from './git.js';
import { pageOf } from './paging.js';
import { actor, nodeId, time } from './shapes.js';
import type { Deployment, Repository } from './state.js';
import { latestStatuses } from './statuses.js';

/** 409 where required commit statuses are not green; 202 where `auto_merge` (the default) first merges the default branch in. */
export async function createDeployment(call: Call) {
  const { repository, body } = call;
  const ref = String(body['ref'] ?? '');
  const sha = await commitOf(repository, ref);
  if (sha === null) throw new Refusal(422, `No ref found for: ${ref}`);
  requireContexts(repository, sha, body['required_contexts']);
  const branch = await mergedFirst(call, sha);
  if (branch !== null) return { status: 202, body: { message: `Auto-merged ${branch} into ${ref} on deployment.` } };

  const payload = body['payload'] ?? {};
  const environment = String(body['environment'] ?? 'production');
  const deployment: Deployment = {
    id: call.nextId(),
    sha,
    ref,
    task: String(body['task'] ?? 'deploy'),
    environment,
    payload: isObject(payload) ? payload : String(payload),
    description: String(body['description'] ?? ''),
    transient: body['transient_environment'] === true,
    production:
      body['production_environment'] === undefined
        ? environment === 'production'
        : body['production_environment'] === true,
    at: call.now,
    statuses: [],
  };
  repository.deployments.set(deployment.id, deployment);
  return created(shownDeployment(call, deployment));
}

/** Filters: sha, ref, task, environment; none by state. Newest first. */
export function listDeployments(call: Call) {
  const filters = ['sha', 'ref', 'task', 'environment'] as const;
  const listed = [...call.repository.deployments.values()]
    .filter((deployment) =>
      filters.every((name) => (call.request.query.get(name) ?? deployment[name]) === deployment[name]),
    )
    .reverse();
  const { items, headers } = pageOf(call.request, listed);
  return ok(
    items.map((deployment) => shownDeployment(call, deployment)),
    headers,
  );
}

export function getDeployment(call: Call) {
  return ok(shownDeployment(call, deploymentOf(call)));
}

/** The default branch, if it has commits that the ref lacks and `auto_merge` was not switched off. */
async function mergedFirst(call: Call, sha: string): Promise<string | null> {
  const { repository, body } = call;
  if (body['auto_merge'] === false || repository.directory === null) return null;
  const branch = await defaultBranchOf(repository);
  const tip = await resolve(repository, branch, 'commit');
  if (tip === null || (await tryGit(repository, 'merge-base', '--is-ancestor', tip, sha)) !== null) return null;
  return branch;
}

function requireContexts(repository: Repository, sha: string, required: unknown): void {
  const contexts = Array.isArray(required) ? required.map(String) : null;
  const latest = latestStatuses(repository, sha);
  const wanted =
    contexts === null ? latest : contexts.map((context) => latest.find((status) => status.context === context));
  if (wanted.every((status) => status?.state === 'success')) return;
  throw new Refusal(409, `Conflict: Commit status checks failed for ${sha}.`);
}

/** Throws 404. */
export function deploymentOf(call: Call): Deployment {
  const deployment = call.repository.deployments.get(Number(call.path['deployment_id']));
  if (!deployment) throw notFound();
  return deployment;
}

function shownDeployment(call: Call, deployment: Deployment): JsonObject {
  const url = `${call.api}/deployments/${deployment.id}`;
  return {
    id: deployment.id,
    node_id: nodeId('Deployment', deployment.id),
    url,
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: actor(call),
    created_at: time(deployment.at),
    updated_at: time(deployment.statuses.at(-1)?.at ?? deployment.at),
    statuses_url: `${url}/statuses`,
    repository_url: call.api,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
  };
}
