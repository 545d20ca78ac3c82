import type { JsonObject } from '../../src/model/json.js';
import { type Call, ok } from './call.js';
import { defaultBranchOf } from './git.js';
import { nodeId, time, user } from './shapes.js';

/** Links of a repository: member to the rest of its template. */
const templates = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** The members that every mention of a repository has. */
export function minimalRepository(call: Call, name = call.repository.name): JsonObject {
  const [owner = '', repo = ''] = name.split('/');
  const api = `${call.request.origin}/repos/${name}`;
  return {
    id: call.repository.id,
    node_id: nodeId('Repository', name),
    name: repo,
    full_name: name,
    private: true,
    owner: user(call.request.origin, owner, 1000, 'Organization'),
    html_url: `https://github.com/${name}`,
    description: null,
    fork: name !== call.repository.name,
    url: api,
    ...Object.fromEntries(Object.entries(templates).map(([member, template]) => [member, `${api}${template}`])),
  };
}

/** The members of a repository that stands for itself. */
export function wholeRepository(call: Call, defaultBranch: string, name = call.repository.name): JsonObject {
  return {
    ...minimalRepository(call, name),
    clone_url: `https://github.com/${name}.git`,
    git_url: `git://github.com/${name}.git`,
    ssh_url: `git@github.com:${name}.git`,
    svn_url: `https://github.com/${name}`,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: defaultBranch,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    open_issues: 0,
    open_issues_count: 0,
    size: 0,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    archived: false,
    disabled: false,
    created_at: '2024-01-01T00:00:00Z',
    updated_at: time(call.now),
    pushed_at: time(call.now),
  };
}

export async function getRepository(call: Call) {
  const branch = await defaultBranchOf(call.repository);
  return ok({ ...wholeRepository(call, branch), has_discussions: false, network_count: 0, subscribers_count: 0 });
}
