import type { JsonObject } from '../../src/model/json.js';
import { type Call, ok } from './call.js';
import { changedFiles } from './diff.js';
import { notFound } from './errors.js';
import { defaultBranchOf, git, tryGit } from './git.js';
import { pageOf } from './paging.js';
import { wholeRepository } from './repository.js';
import { nodeId, time, user } from './shapes.js';
import type { Pull } from './state.js';

/** `GET /pulls/{number}`. Without a git directory the numbers of files and commits are 0. */
export async function getPull(call: Call) {
  const pull = pullOf(call);
  const { api, html, repository, request } = call;
  const [owner = ''] = repository.name.split('/');
  const url = `${api}/pulls/${pull.number}`;
  const page = `${html}/pull/${pull.number}`;
  const files = repository.directory === null ? [] : await filesOf(call, pull);
  const sum = (member: string) => files.reduce((total, file) => total + Number(file[member]), 0);
  const branch = await defaultBranchOf(repository);
  const end = (name: string, at: Pull['head']): JsonObject => ({
    label: `${name.split('/')[0]}:${at.ref}`,
    ref: at.ref,
    sha: at.sha,
    user: user(request.origin, name.split('/')[0] ?? owner, 1000, 'Organization'),
    repo: wholeRepository(call, branch, name),
  });
  return ok({
    id: repository.id * 100_000 + pull.number,
    node_id: nodeId('PullRequest', pull.number),
    number: pull.number,
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${api}/issues/${pull.number}`,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${api}/issues/${pull.number}/comments`,
    statuses_url: `${api}/statuses/${pull.head.sha}`,
    state: pull.state,
    locked: false,
    title: pull.title,
    body: null,
    user: user(request.origin, 'canary-author', 2000, 'User'),
    labels: [],
    milestone: null,
    assignee: null,
    author_association: 'CONTRIBUTOR',
    auto_merge: null,
    created_at: time(pull.at),
    updated_at: time(pull.at),
    closed_at: null,
    merged_at: null,
    merge_commit_sha: null,
    merged: false,
    merged_by: null,
    mergeable: null,
    mergeable_state: 'unknown',
    maintainer_can_modify: false,
    draft: false,
    comments: [...repository.comments.values()].filter(({ issue }) => issue === pull.number).length,
    review_comments: 0,
    commits:
      repository.directory === null
        ? 0
        : Number(await git(repository, 'rev-list', '--count', `${pull.base.sha}..${pull.head.sha}`)),
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
    head: end(pull.fork ?? repository.name, pull.head),
    base: end(repository.name, pull.base),
    _links: linksOf(call, pull),
  });
}

/** Up to 3,000 files, from the merge base. */
export async function listPullFiles(call: Call) {
  const { items, headers } = pageOf(call.request, (await filesOf(call, pullOf(call))).slice(0, 3000));
  return ok(items, headers);
}

async function filesOf(call: Call, pull: Pull): Promise<JsonObject[]> {
  const base = (await tryGit(call.repository, 'merge-base', pull.base.sha, pull.head.sha))?.trim();
  return changedFiles(call, base || pull.base.sha, pull.head.sha);
}

function pullOf(call: Call): Pull {
  const pull = call.repository.pulls.get(Number(call.path['pull_number']));
  if (!pull) throw notFound();
  return pull;
}

function linksOf({ api, html }: Call, pull: Pull): JsonObject {
  const url = `${api}/pulls/${pull.number}`;
  return {
    self: { href: url },
    html: { href: `${html}/pull/${pull.number}` },
    issue: { href: `${api}/issues/${pull.number}` },
    comments: { href: `${api}/issues/${pull.number}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${api}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${api}/statuses/${pull.head.sha}` },
  };
}
