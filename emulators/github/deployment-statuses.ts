import type { JsonObject } from '../../src/model/json.js';
import { type Call, created, ok } from './call.js';
import { deploymentOf } from './deployments.js';
import { broken } from './errors.js';
import { pageOf } from './paging.js';
import { actor, nodeId, time } from './shapes.js';
import type { Deployment, DeploymentStatus, Repository } from './state.js';

const states = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];
const longestDescription = 140;

/** A success makes earlier deployments of the environment inactive, unless `auto_inactive` is false. */
export function createDeploymentStatus(call: Call) {
  const deployment = deploymentOf(call);
  const { body } = call;
  const state = String(body['state'] ?? '');
  const description = String(body['description'] ?? '');
  if (!states.includes(state)) throw broken('DeploymentStatus', 'state', `${state} is not a state.`);
  if (description.length > longestDescription)
    throw broken('DeploymentStatus', 'description', `is too long (maximum is ${longestDescription} characters).`);
  const status = (of: Deployment, value: string, more: Partial<DeploymentStatus> = {}): DeploymentStatus => ({
    id: call.nextId(),
    state: value,
    description: '',
    environment: of.environment,
    environment_url: '',
    log_url: '',
    at: call.now,
    ...more,
  });
  const latest = status(deployment, state, {
    description,
    environment: String(body['environment'] ?? deployment.environment),
    environment_url: String(body['environment_url'] ?? ''),
    log_url: String(body['log_url'] ?? body['target_url'] ?? ''),
  });
  deployment.statuses.push(latest);
  if (state === 'success' && body['auto_inactive'] !== false)
    for (const earlier of superseded(call.repository, deployment)) earlier.statuses.push(status(earlier, 'inactive'));
  return created(shownStatus(call, deployment, latest));
}

export function listDeploymentStatuses(call: Call) {
  const deployment = deploymentOf(call);
  const { items, headers } = pageOf(call.request, [...deployment.statuses].reverse());
  return ok(
    items.map((status) => shownStatus(call, deployment, status)),
    headers,
  );
}

/** Earlier deployments of the environment that were successful; those to production stay active, as the documentation says. */
function superseded(repository: Repository, deployment: Deployment): Deployment[] {
  return [...repository.deployments.values()].filter(
    (other) =>
      other.id < deployment.id &&
      other.environment === deployment.environment &&
      !other.transient &&
      !other.production &&
      other.statuses.at(-1)?.state === 'success',
  );
}

function shownStatus(call: Call, deployment: Deployment, status: DeploymentStatus): JsonObject {
  const url = `${call.api}/deployments/${deployment.id}`;
  return {
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    url: `${url}/statuses/${status.id}`,
    state: status.state,
    creator: actor(call),
    description: status.description,
    environment: status.environment,
    target_url: status.log_url,
    log_url: status.log_url,
    environment_url: status.environment_url,
    created_at: time(status.at),
    updated_at: time(status.at),
    deployment_url: url,
    repository_url: call.api,
  };
}
