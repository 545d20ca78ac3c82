import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files of a commit; null removes one. */
export type Files = { readonly [path: string]: string | null };

/** The repository on the git host, and a developer's clone that pushes to it. */
export interface Repo {
  /** The bare repository that `origin` is. */
  readonly origin: string;
  /** Git in the developer's clone. */
  git(...args: readonly string[]): Promise<string>;
  /** Commits on a branch (made from main where it is new) and pushes it; gives the commit. `amend` rewrites the last one. */
  commit(files: Files, options?: { branch?: string; amend?: boolean }): Promise<string>;
  /** The merge of a branch into main, as the host makes it for a pull request; gives the merge commit. */
  mergeOf(branch: string, number: number): Promise<string>;
  /** Last commit of a branch; null where there is no such branch. */
  head(branch?: string): Promise<string | null>;
  /** A checkout as `actions/checkout` makes it; `depth` 0: all of the history. */
  checkout(folder: string, sha: string, depth: number): Promise<void>;
  /** Takes an unreachable commit away from the host, as its clean-up does in time. */
  forget(sha: string): Promise<void>;
  /** Everything that the history of a ref holds: messages and files. */
  contents(ref: string): Promise<string>;
  /** Loses the ledger. */
  dropLedger(): Promise<void>;
  /** The ledger's refs with their commits. */
  ledger(): Promise<{ readonly [ref: string]: string }>;
}

const person = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.test',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.test',
};
/** No settings of this machine. */
const environment = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  ...person,
};

export async function newRepo(folder: string): Promise<Repo> {
  const origin = join(folder, 'origin.git');
  const clone = join(folder, 'clone');
  const gitIn = async (cwd: string, ...args: readonly string[]) =>
    (await run('git', args, { cwd, env: environment, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  const git = (...args: readonly string[]) => gitIn(clone, ...args);
  mkdirSync(folder, { recursive: true });
  await gitIn(folder, 'init', '-q', '--bare', '-b', 'main', origin);
  // As git hosts have it: any commit can be asked for by its id.
  await gitIn(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  await gitIn(folder, 'init', '-q', '-b', 'main', clone);
  await git('remote', 'add', 'origin', `file://${origin}`);

  const ledger = async (): Promise<{ readonly [ref: string]: string }> => {
    const lines = await gitIn(origin, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/stream-rollout');
    const pairs = lines.split('\n').filter(Boolean);
    return Object.fromEntries(pairs.map((line) => line.split(' ') as [string, string]));
  };
  const head = async (branch = 'main') =>
    (await git('for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`)) || null;
  return {
    origin,
    git,
    head,
    async commit(files, { branch = 'main', amend = false } = {}) {
      const exists = (await head(branch)) !== null;
      if (exists || branch !== 'main') await git('checkout', '-q', ...(exists ? [branch] : ['-b', branch, 'main']));
      for (const [path, text] of Object.entries(files)) {
        const file = join(clone, path);
        if (text === null) {
          rmSync(file);
          continue;
        }
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', ...(amend ? ['--amend'] : []), '-m', 'Change the jobs');
      await git('push', '-q', '--force', 'origin', branch);
      return git('rev-parse', 'HEAD');
    },
    async mergeOf(branch, number) {
      await git('checkout', '-q', '--detach', 'main');
      await git('merge', '-q', '--no-ff', '-m', `Merge ${branch} into main`, branch);
      const pull = `refs/pull/${number}`;
      await git('push', '-q', '--force', 'origin', `HEAD:${pull}/merge`, `${branch}:${pull}/head`);
      return git('rev-parse', 'HEAD');
    },
    async checkout(target, sha, depth) {
      mkdirSync(target, { recursive: true });
      const there = (...args: readonly string[]) => gitIn(target, ...args);
      await there('init', '-q', '-b', 'work');
      await there('remote', 'add', 'origin', `file://${origin}`);
      await there('fetch', '-q', '--no-tags', ...(depth === 0 ? [] : [`--depth=${depth}`]), 'origin', sha);
      await there('checkout', '-q', '--detach', sha);
    },
    async forget(sha) {
      await gitIn(origin, 'gc', '-q', '--prune=now');
      const kept = await gitIn(origin, 'cat-file', '-e', sha).then(
        () => true,
        () => false,
      );
      if (kept) throw new Error(`${sha} is still reachable`);
    },
    ledger,
    contents: (ref) => gitIn(origin, 'log', '-p', '--format=fuller', ref),
    async dropLedger() {
      for (const ref of Object.keys(await ledger())) await gitIn(origin, 'update-ref', '-d', ref);
    },
  };
}
