import { type Call, ok } from './call.js';
import { type Commit, commitBody, readCommits } from './commits.js';
import { changedFiles } from './diff.js';
import { notFound } from './errors.js';
import { git, resolve, tryGit } from './git.js';
import { pageNumber, perPage } from './paging.js';

/** `GET /compare/{base}...{head}`: from the merge base; at most 300 files, on page 1 only; 250 commits without paging. */
export async function compareCommits(call: Call) {
  const { repository, request, api, html } = call;
  const [, from = '', to = ''] = /^(.+?)\.\.\.(.+)$/.exec(call.path['basehead'] ?? '') ?? [];
  const [base, head] = [await resolve(repository, from, 'commit'), await resolve(repository, to, 'commit')];
  if (base === null || head === null) throw notFound();
  const mergeBase = (await tryGit(repository, 'merge-base', base, head))?.trim();
  if (!mergeBase) throw notFound();

  const ahead = await list(call, `${base}..${head}`);
  const behind = await list(call, `${head}..${base}`);
  const paged = request.query.has('page') || request.query.has('per_page');
  const size = paged ? perPage(request) : 250;
  const page = pageNumber(request);
  const shown = await readCommits(call, ahead.slice((page - 1) * size, page * size));
  const [baseCommit, mergeCommit] = await readCommits(call, [base, mergeBase]);
  if (!baseCommit) throw notFound();
  const url = `${api}/compare/${base}...${head}`;
  const label = `${html}/compare/${from}...${to}`;
  return ok({
    url,
    html_url: label,
    permalink_url: `${html}/compare/${base}...${head}`,
    diff_url: `${label}.diff`,
    patch_url: `${label}.patch`,
    base_commit: commitBody(call, baseCommit),
    merge_base_commit: commitBody(call, mergeCommit ?? baseCommit),
    status: statusOf(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: shown.map((commit: Commit) => commitBody(call, commit)),
    ...(page === 1 ? { files: (await changedFiles(call, mergeBase, head)).slice(0, 300) } : {}),
  });
}

/** Commits of a range, oldest first. */
async function list(call: Call, range: string): Promise<string[]> {
  const text = await git(call.repository, 'rev-list', '--reverse', '--topo-order', range);
  return text.split('\n').filter((sha) => sha !== '');
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}
