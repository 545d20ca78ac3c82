import type { JsonObject } from '../../src/model/json.js';
import type { Call } from './call.js';

/** Time as GitHub writes it: whole seconds, UTC. */
export function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64');
}

/** A path inside a repository as part of a link. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** An account. Links lead to the API under which the client reached the emulator. */
export function user(origin: string, login: string, id: number, type: 'User' | 'Bot' | 'Organization'): JsonObject {
  const url = `${origin}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  };
}

/** Who acts for a workflow's token. */
export function actor({ request }: Call): JsonObject {
  return user(request.origin, 'github-actions[bot]', 41_898_282, 'Bot');
}

/** The app behind a workflow's token. */
export function actionsApp({ request }: Call): JsonObject {
  return {
    id: 15_368,
    slug: 'github-actions',
    node_id: nodeId('App', 15_368),
    owner: user(request.origin, 'github', 9919, 'Organization'),
    name: 'GitHub Actions',
    description: 'Automate your workflow from idea to production',
    external_url: 'https://help.github.com/en/actions',
    html_url: 'https://github.com/apps/github-actions',
    created_at: '2018-07-30T09:30:17Z',
    updated_at: '2024-04-10T20:33:16Z',
    permissions: {
      actions: 'write',
      checks: 'write',
      contents: 'write',
      deployments: 'write',
      issues: 'write',
      statuses: 'write',
    },
    events: ['check_run', 'push', 'workflow_dispatch'],
  };
}
