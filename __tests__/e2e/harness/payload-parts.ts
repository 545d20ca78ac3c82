/** Parts of webhook payloads in GitHub's own shape; `payloads.test.ts` holds them against GitHub's schemas. */
export type Part = { readonly [name: string]: unknown };

const site = 'https://github.com';
const api = 'https://api.github.com';
const at = '2026-11-22T10:00:00Z';

export function account(login: string, type: 'User' | 'Bot' | 'Organization' = 'User'): Part {
  const url = `${api}/users/${encodeURIComponent(login)}`;
  const links = {
    followers_url: '/followers',
    following_url: '/following{/other_user}',
    gists_url: '/gists{/gist_id}',
    starred_url: '/starred{/owner}{/repo}',
    subscriptions_url: '/subscriptions',
    organizations_url: '/orgs',
    repos_url: '/repos',
    events_url: '/events{/privacy}',
    received_events_url: '/received_events',
  };
  return {
    login,
    id: 1000 + login.length,
    node_id: 'MDQ6VXNlcg==',
    avatar_url: 'https://avatars.githubusercontent.com/u/1000',
    gravatar_id: '',
    url,
    html_url: `${site}/${encodeURIComponent(login)}`,
    ...linked(url, links),
    type,
    site_admin: false,
  };
}

export function repositoryPart(fullName: string): Part {
  const [owner = '', name = ''] = fullName.split('/');
  const url = `${api}/repos/${fullName}`;
  const plain =
    'forks teams hooks events languages stargazers contributors subscribers subscription merges downloads deployments tags';
  const templated = {
    keys_url: '/keys{/key_id}',
    collaborators_url: '/collaborators{/collaborator}',
    issue_events_url: '/issues/events{/number}',
    assignees_url: '/assignees{/user}',
    branches_url: '/branches{/branch}',
    blobs_url: '/git/blobs{/sha}',
    git_tags_url: '/git/tags{/sha}',
    git_refs_url: '/git/refs{/sha}',
    trees_url: '/git/trees{/sha}',
    statuses_url: '/statuses/{sha}',
    commits_url: '/commits{/sha}',
    git_commits_url: '/git/commits{/sha}',
    comments_url: '/comments{/number}',
    issue_comment_url: '/issues/comments{/number}',
    contents_url: '/contents/{+path}',
    compare_url: '/compare/{base}...{head}',
    archive_url: '/{archive_format}{/ref}',
    issues_url: '/issues{/number}',
    pulls_url: '/pulls{/number}',
    milestones_url: '/milestones{/number}',
    notifications_url: '/notifications{?since,all,participating}',
    labels_url: '/labels{/name}',
    releases_url: '/releases{/id}',
  };
  const zero = 'size stargazers_count watchers_count forks_count open_issues_count forks open_issues watchers';
  const has = 'has_issues has_projects has_downloads has_wiki has_pages';
  const not = 'fork archived disabled is_template web_commit_signoff_required';
  return {
    id: 4242,
    node_id: 'R_kgDOG0',
    name,
    full_name: fullName,
    private: true,
    owner: account(owner, 'Organization'),
    html_url: `${site}/${fullName}`,
    description: null,
    url,
    ...Object.fromEntries(plain.split(' ').map((one) => [`${one}_url`, `${url}/${one}`])),
    ...linked(url, templated),
    created_at: at,
    updated_at: at,
    pushed_at: at,
    git_url: `git://github.com/${fullName}.git`,
    ssh_url: `git@github.com:${fullName}.git`,
    clone_url: `${site}/${fullName}.git`,
    svn_url: `${site}/${fullName}`,
    homepage: null,
    language: null,
    mirror_url: null,
    license: null,
    topics: [],
    visibility: 'private',
    default_branch: 'main',
    custom_properties: {},
    ...every(zero, 0),
    ...every(has, true),
    ...every(not, false),
  };
}

export function commitPart(fullName: string, sha: string): Part {
  const person = { name: 'Ada', email: 'ada@example.test', username: 'ada' };
  return {
    id: sha,
    tree_id: sha,
    distinct: true,
    message: 'Change the jobs',
    timestamp: at,
    url: `${site}/${fullName}/commit/${sha}`,
    author: person,
    committer: person,
    added: [],
    modified: [],
    removed: [],
  };
}

/** One end of a pull request. */
export interface PullEnd {
  readonly repository: string;
  readonly ref: string;
  readonly sha: string;
}

export function pullPart(number: number, head: PullEnd, base: PullEnd, mergeSha: string, author: Part): Part {
  const url = `${api}/repos/${base.repository}/pulls/${number}`;
  const issue = `${api}/repos/${base.repository}/issues/${number}`;
  const page = `${site}/${base.repository}/pull/${number}`;
  const links = {
    self: url,
    html: page,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/repos/${base.repository}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/repos/${base.repository}/statuses/${head.sha}`,
  };
  const { self: _self, html: _html, issue: _issue, ...urls } = links;
  return {
    url,
    id: 9000 + number,
    node_id: 'PR_kwDOG0',
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    number,
    state: 'open',
    locked: false,
    title: 'Change the jobs',
    user: author,
    body: null,
    created_at: at,
    updated_at: at,
    ...every('closed_at merged_at assignee milestone auto_merge active_lock_reason merged_by', null),
    merge_commit_sha: mergeSha,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    ...Object.fromEntries(Object.entries(urls).map(([name, link]) => [`${name}_url`, link])),
    head: end(head),
    base: end(base),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: 'CONTRIBUTOR',
    draft: false,
    merged: false,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    maintainer_can_modify: false,
    ...every('comments review_comments', 0),
    ...every('commits additions deletions changed_files', 1),
  };
}

function end({ repository, ref, sha }: PullEnd): Part {
  const owner = repository.split('/')[0] ?? '';
  return { label: `${owner}:${ref}`, ref, sha, user: account(owner, 'Organization'), repo: repositoryPart(repository) };
}

function linked(url: string, paths: { readonly [name: string]: string }): Part {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, `${url}${path}`]));
}

function every(names: string, value: unknown): Part {
  return Object.fromEntries(names.split(' ').map((name) => [name, value]));
}
