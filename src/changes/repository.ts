import { realpath } from 'node:fs/promises';
import { RolloutError } from '../model/error.js';
import { missing, readBlobs } from './blobs.js';
import { diffTrees, readRawDiff, type TreeChange } from './diff.js';
import { fetchCommit, fullId, localCommit } from './fetch.js';
import { type Environment, type Git, gitFailed, gitIn, textOf } from './git.js';
import { type Relation, relationOf } from './relation.js';
import { remoteTree, type TreeSource } from './remote.js';
import { sharedReads } from './shared-reads.js';
import type { Tree } from './tree.js';
import { treeBuilder } from './tree-builder.js';
import { changedInWorkTree } from './work-tree.js';

/** A git repository, read by plumbing. Answers about a commit are kept: commits never change. */
export interface Repository {
  /** Absolute path of the work tree's top. */
  readonly root: string;
  /** Commit that is checked out. */
  readonly head: string;
  /** True where history was cut off (`fetch-depth`). */
  readonly shallow: boolean;
  /** Full id of the commit that a revision names, here or after a fetch; null where nobody gives it. Also takes an id that was cut. */
  commit(revision: string): Promise<string | null>;
  /** All files of a commit; null where neither git nor the git host's API gives them. */
  tree(commit: string): Promise<Tree | null>;
  /** What differs between two commits, sorted by path bytes; null where one of them cannot be read. */
  diff(before: string, after: string): Promise<readonly TreeChange[] | null>;
  /** Bytes of a file at a commit; null where the commit has no such file or cannot be read. */
  file(commit: string, path: string): Promise<Uint8Array | null>;
  /** Blobs by id. Throws a RolloutError if one is missing. */
  blobs(oids: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Parents as the commit names them, also where history was cut off; empty if the commit is not here. */
  parents(commit: string): Promise<readonly string[]>;
  /** The best common ancestor, or null where the history here does not show one. */
  mergeBase(a: string, b: string): Promise<string | null>;
  /** What `a` is to `b`; `unknown` where history was cut off and the git host does not tell either. */
  relation(a: string, b: string): Promise<Relation>;
  /** Tracked paths whose work tree or index differs from the checked-out commit. */
  workTreeChanges(): Promise<readonly string[]>;
}

export interface RepositoryOptions {
  /** A directory inside the work tree. */
  readonly directory: string;
  readonly env: Environment;
  /** The git host's API, for commits that cannot be fetched. */
  readonly source?: TreeSource | null;
}

/** Opens the repository around a directory. Throws a RolloutError where there is none or git refuses to read it. */
export async function openRepository({ directory, env, source = null }: RepositoryOptions): Promise<Repository> {
  const here = gitIn(await realpath(directory), env);
  // The path comes last: it can hold line ends.
  const facts = await here.run(['rev-parse', '--is-shallow-repository', 'HEAD^{commit}', '--show-toplevel']);
  if (facts.stderr.includes('must be run in a work tree')) throw noWorkTree(here.cwd);
  if (facts.code !== 0) throw (await isUnborn(here)) ? noCommit(here.cwd) : gitFailed(facts, 'read HEAD');
  const [shallow, head = '', ...root] = textOf(facts, 'read HEAD').split('\n');
  return repositoryOf(gitIn(root.join('\n'), env), head, shallow === 'true', source);
}

function repositoryOf(git: Git, head: string, shallow: boolean, source: TreeSource | null): Repository {
  const commits = new Map<string, Promise<string | null>>();
  const trees = new Map<string, Promise<Tree | null>>();
  // Two fetches at once would fight over the list of shallow commits.
  let fetching: Promise<unknown> = Promise.resolve();

  const available = (revision: string) =>
    kept(commits, revision, async () => {
      const id = (await localCommit(git, revision, head)) ?? (await fetched(revision));
      if (id !== null) commits.set(id, Promise.resolve(id));
      return id;
    });
  const fetched = (revision: string) => {
    const fetch = fetching.then(() => fetchCommit(git, revision, head, shallow));
    fetching = fetch.catch(() => null);
    return fetch;
  };
  const tree = (commit: string) =>
    kept(trees, commit, async () => {
      const id = commit === head ? head : await available(commit);
      if (id !== null) return listTree(git, id);
      return source ? remoteTree(source, commit) : null;
    });

  return {
    root: git.cwd,
    head,
    shallow,
    commit: available,
    tree,
    async diff(before, after) {
      const ids = [
        before === head ? head : await available(before),
        after === head ? head : await available(after),
      ] as const;
      if (ids[0] !== null && ids[1] !== null) return rawDiff(git, ids[0], ids[1]);
      const [a, b] = await Promise.all([tree(before), tree(after)]);
      return a && b && diffTrees(a, b);
    },
    async file(commit, path) {
      const id = commit === head ? head : await available(commit);
      if (id !== null) {
        const answer = await git.stream(['cat-file', 'blob', `${id}:${path}`], {});
        return answer.code === 0 ? answer.stdout : null;
      }
      const listed = await tree(commit);
      const at = listed?.find(path) ?? -1;
      return listed && at >= 0 ? ((await source?.readBlob?.(listed.oid(at))) ?? null) : null;
    },
    blobs: sharedReads((oids) => blobsOf(git, source, oids)),
    async parents(commit) {
      const answer = await git.run(['cat-file', 'commit', commit]);
      if (answer.code !== 0) return [];
      const [headers = ''] = answer.stdout.toString().split('\n\n');
      return [...headers.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] as string);
    },
    async mergeBase(a, b) {
      const answer = await git.run(['merge-base', a, b]);
      const id = answer.stdout.toString().trim();
      return answer.code === 0 && fullId.test(id) ? id : null;
    },
    relation: (a, b) => relationOf(git, a, b, shallow, source),
    workTreeChanges: () => changedInWorkTree(git),
  };
}

function kept<T>(cache: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known) return known;
  const made = make();
  cache.set(key, made);
  made.catch(() => cache.delete(key));
  return made;
}

async function listTree(git: Git, commit: string): Promise<Tree> {
  const answer = await git.spool(['ls-tree', '-r', '-z', '--full-tree', commit]);
  if (answer.code !== 0) throw gitFailed(answer, `list the files of ${commit}`);
  const builder = treeBuilder({ bytes: answer.stdout.length, size: answer.stdout.length >> 6 });
  builder.push(answer.stdout);
  return builder.done();
}

async function rawDiff(git: Git, before: string, after: string): Promise<readonly TreeChange[]> {
  if (before === after) return [];
  const answer = await git.stream(['diff-tree', '-r', '--raw', '-z', '--no-renames', '--no-abbrev', before, after], {});
  if (answer.code !== 0) throw gitFailed(answer, `compare ${before} with ${after}`);
  return readRawDiff(answer.stdout);
}

async function blobsOf(
  git: Git,
  source: TreeSource | null,
  oids: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  try {
    return await readBlobs(git, oids);
  } catch (error) {
    if (!(error instanceof RolloutError) || error.code !== 'git-object-missing' || !source?.readBlob) throw error;
  }
  const read = await Promise.all(
    [...new Set(oids)].map(async (oid): Promise<[string, Uint8Array]> => {
      const bytes = await source.readBlob?.(oid);
      if (!bytes) throw missing(oid);
      return [oid, bytes];
    }),
  );
  return new Map(read);
}

/** A repository without commits: git answers this question with nothing instead of an explanation of its arguments. */
async function isUnborn(git: Git): Promise<boolean> {
  return (await git.run(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'])).code === 1;
}

function noCommit(directory: string): RolloutError {
  return new RolloutError('not-a-repository', `${directory} is a git repository without a commit.`, {
    class: 'input',
    next: 'commit the manifest and the code first: identities are read from commits, not from the work tree',
  });
}

function noWorkTree(directory: string): RolloutError {
  return new RolloutError('not-a-repository', `${directory} is a bare repository, without files checked out.`, {
    class: 'input',
    next: 'run in a checkout of the repository',
  });
}
