import type { JsonObject } from '../../src/model/json.js';
import { type Call, created, ok } from './call.js';
import { broken, Refusal } from './errors.js';
import { commitOf } from './git.js';
import { pageOf } from './paging.js';
import { minimalRepository } from './repository.js';
import { actor, nodeId, time } from './shapes.js';
import type { CommitStatus, Repository } from './state.js';

const states = ['error', 'failure', 'pending', 'success'];
const longestDescription = 140;
/** Statuses of one commit and context. */
const most = 1000;

export async function createStatus(call: Call) {
  const { repository, body } = call;
  const sha = await commitOf(repository, call.path['sha'] ?? '');
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${call.path['sha']}`);
  const [state, context] = [String(body['state'] ?? ''), String(body['context'] ?? 'default')];
  const description =
    body['description'] === undefined || body['description'] === null ? null : String(body['description']);
  const target = body['target_url'] === undefined || body['target_url'] === null ? null : String(body['target_url']);
  if (!states.includes(state)) throw broken('Status', 'state', `${state} is not a state.`);
  if ((description ?? '').length > longestDescription)
    throw broken('Status', 'description', `is too long (maximum is ${longestDescription} characters).`);
  if (target !== null && !/^https?:\/\//.test(target)) throw broken('Status', 'target_url', 'must use http(s) scheme.');
  if (repository.statuses.filter((status) => status.sha === sha && status.context === context).length >= most)
    throw new Refusal(422, 'This SHA and context has reached the maximum number of statuses.');
  const status: CommitStatus = {
    id: call.nextId(),
    sha,
    state,
    context,
    description,
    target_url: target,
    at: call.now,
  };
  repository.statuses.push(status);
  return created({ ...shownStatus(call, status), creator: actor(call) });
}

/** Newest first. */
export async function listStatuses(call: Call) {
  const sha = await shaOf(call);
  const all = call.repository.statuses.filter((status) => status.sha === sha).reverse();
  const { items, headers } = pageOf(call.request, all);
  return ok(
    items.map((status) => ({ ...shownStatus(call, status), creator: actor(call) })),
    headers,
  );
}

/** One state over the newest status of each context; `pending` where there is none. */
export async function combinedStatus(call: Call) {
  const sha = await shaOf(call);
  const latest = latestStatuses(call.repository, sha);
  const { items, headers } = pageOf(call.request, latest);
  const body = {
    state: combined(latest),
    sha,
    total_count: latest.length,
    statuses: items.map((status) => shownStatus(call, status)),
    repository: minimalRepository(call),
    commit_url: `${call.api}/commits/${sha}`,
    url: `${call.api}/commits/${sha}/status`,
  };
  return ok(body, headers);
}

/** The newest status of each context. */
export function latestStatuses(repository: Repository, sha: string): CommitStatus[] {
  return [
    ...new Map(
      repository.statuses.filter((status) => status.sha === sha).map((status) => [status.context, status]),
    ).values(),
  ];
}

function combined(statuses: readonly CommitStatus[]): string {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success';
}

async function shaOf(call: Call): Promise<string> {
  const sha = await commitOf(call.repository, call.path['ref'] ?? '');
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${call.path['ref']}`);
  return sha;
}

function shownStatus(call: Call, status: CommitStatus): JsonObject {
  return {
    url: `${call.api}/statuses/${status.sha}`,
    avatar_url: 'https://avatars.githubusercontent.com/in/15368',
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.target_url,
    context: status.context,
    created_at: time(status.at),
    updated_at: time(status.at),
  };
}
