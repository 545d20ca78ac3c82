import type { JsonObject } from '../../src/model/json.js';
import { type Call, ok } from './call.js';
import { changedFiles } from './diff.js';
import { notFound, Refusal } from './errors.js';
import { git, resolve } from './git.js';
import { pageNumber, pageOf } from './paging.js';
import { nodeId, time } from './shapes.js';

/** A commit as git has it. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committer: { readonly name: string; readonly email: string; readonly date: string };
  readonly message: string;
}

const format = '%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x01';
const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** Reads commits given by whole ids, in that order. */
export async function readCommits(call: Call, shas: readonly string[]): Promise<Commit[]> {
  if (shas.length === 0) return [];
  const text = await git(
    call.repository,
    'log',
    '--no-walk=unsorted',
    `--format=${format}`,
    '--end-of-options',
    ...shas,
  );
  return text.split('\x01\n').flatMap((record) => {
    const [sha, tree = '', parents = '', name = '', email = '', at, name2 = '', email2 = '', at2, message = ''] =
      record.split('\0');
    if (!sha) return [];
    return [
      {
        sha,
        tree,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author: { name, email, date: time(Number(at) * 1000) },
        committer: { name: name2, email: email2, date: time(Number(at2) * 1000) },
        message: message.replace(/\n$/, ''),
      },
    ];
  });
}

/** Throws 404, or 422 as GitHub does for something that looks like an id. */
export async function readCommit(call: Call, name: string): Promise<Commit> {
  const sha = await resolve(call.repository, name, 'commit');
  if (sha === null && /^[0-9a-f]{40}$/.test(name)) throw new Refusal(422, `No commit found for SHA: ${name}`);
  const [commit] = sha === null ? [] : await readCommits(call, [sha]);
  if (!commit) throw notFound();
  return commit;
}

/** A commit as the repository API shows it. Accounts are not known: authors stand as git has them. */
export function commitBody(call: Call, commit: Commit): JsonObject {
  const url = `${call.api}/commits/${commit.sha}`;
  return {
    url,
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    html_url: `${call.html}/commit/${commit.sha}`,
    comments_url: `${url}/comments`,
    commit: {
      url: `${call.api}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: `${call.api}/git/trees/${commit.tree}` },
      verification: unsigned,
    },
    author: null,
    committer: null,
    parents: parentsOf(call, commit, 'commits'),
  };
}

/** `GET /commits/{ref}`: up to 3,000 files, 300 a page. */
export async function getCommit(call: Call) {
  const commit = await readCommit(call, call.path['ref'] ?? '');
  const files = (await changedFiles(call, commit.parents[0] ?? null, commit.sha)).slice(0, 3000);
  const { items, headers } = pageOf(call.request, files, 300);
  const sum = (member: string) => files.reduce((total, file) => total + Number(file[member]), 0);
  const [additions, deletions] = [sum('additions'), sum('deletions')];
  const stats = { additions, deletions, total: additions + deletions };
  return ok(
    { ...commitBody(call, commit), ...(pageNumber(call.request) === 1 ? { stats } : {}), files: items },
    headers,
  );
}

/** `GET /git/commits/{sha}`. */
export async function getGitCommit(call: Call) {
  const sha = await resolve(call.repository, call.path['commit_sha'] ?? '', 'commit');
  const [commit] = sha === null ? [] : await readCommits(call, [sha]);
  if (!commit) throw notFound();
  return ok({
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${call.api}/git/commits/${commit.sha}`,
    html_url: `${call.html}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${call.api}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: parentsOf(call, commit, 'git/commits'),
    verification: unsigned,
  });
}

function parentsOf(call: Call, commit: Commit, kind: 'commits' | 'git/commits'): JsonObject[] {
  return commit.parents.map((sha) => ({
    sha,
    url: `${call.api}/${kind}/${sha}`,
    html_url: `${call.html}/commit/${sha}`,
  }));
}
