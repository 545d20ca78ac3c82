import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files of a commit; null removes one. */
export type Files = { readonly [path: string]: string | null };

/** The repository on the git host, and a developer's clone that pushes to it. */
export interface Repo {
  /** The bare repository that `origin` is. */
  readonly origin: string;
  git(...args: readonly string[]): string;
  /** Commits on a branch (made from `from` where it is new) and pushes it; gives the commit. `amend` rewrites the last one. */
  commit(files: Files, options?: { branch?: string; from?: string; amend?: boolean }): string;
  /** The merge of a branch into main, as the host makes it for a pull request; gives the merge commit. */
  mergeOf(branch: string, number: number): string;
  head(branch?: string): string;
  /** A checkout as `actions/checkout` makes it; `depth` 0: all of the history. */
  checkout(folder: string, sha: string, depth: number): void;
  /** The ledger's refs with their commits. */
  ledger(): { readonly [ref: string]: string };
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

export function newRepo(folder: string): Repo {
  const origin = join(folder, 'origin.git');
  const clone = join(folder, 'clone');
  const run = (cwd: string, ...args: readonly string[]) =>
    execFileSync('git', args, { cwd, env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const git = (...args: readonly string[]) => run(clone, ...args);
  mkdirSync(folder, { recursive: true });
  run(folder, 'init', '-q', '--bare', '-b', 'main', origin);
  // As git hosts have it: any commit can be asked for by its id.
  run(origin, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  run(folder, 'init', '-q', '-b', 'main', clone);
  git('remote', 'add', 'origin', `file://${origin}`);
  git('commit', '-q', '--allow-empty', '-m', 'Begin');

  const repo: Repo = {
    origin,
    git,
    commit(files, { branch = 'main', from = 'main', amend = false } = {}) {
      const exists = run(clone, 'branch', '--list', branch) !== '';
      git('checkout', '-q', ...(exists ? [branch] : ['-b', branch, from]));
      for (const [path, text] of Object.entries(files)) {
        const file = join(clone, path);
        if (text === null) {
          rmSync(file);
          continue;
        }
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      git('add', '-A');
      git('commit', '-q', '--allow-empty', ...(amend ? ['--amend'] : []), '-m', 'Change the jobs');
      git('push', '-q', '--force', 'origin', branch);
      return git('rev-parse', 'HEAD');
    },
    mergeOf(branch, number) {
      git('checkout', '-q', '--detach', 'main');
      git('merge', '-q', '--no-ff', '-m', `Merge ${branch} into main`, branch);
      git('push', '-q', '--force', 'origin', `HEAD:refs/pull/${number}/merge`, `${branch}:refs/pull/${number}/head`);
      return git('rev-parse', 'HEAD');
    },
    head: (branch = 'main') => git('rev-parse', branch),
    checkout(target, sha, depth) {
      mkdirSync(target, { recursive: true });
      run(target, 'init', '-q', '-b', 'work');
      run(target, 'remote', 'add', 'origin', `file://${origin}`);
      run(target, 'fetch', '-q', '--no-tags', ...(depth === 0 ? [] : [`--depth=${depth}`]), 'origin', sha);
      run(target, 'checkout', '-q', '--detach', sha);
    },
    ledger() {
      const lines = run(origin, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/stream-rollout').split('\n');
      return Object.fromEntries(lines.filter(Boolean).map((line) => line.split(' ') as [string, string]));
    },
  };
  return repo;
}
