import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Refusal } from './errors.js';
import type { Repository } from './state.js';

const run = promisify(execFile);

/** Runs git in the directory of a repository, untouched by the caller's own settings. Rejects if git does. */
export async function git(repository: Repository, ...args: readonly string[]): Promise<string> {
  return (await gitBytes(repository, ...args)).toString();
}

/** As `git`, for content that need not be text. */
export async function gitBytes(repository: Repository, ...args: readonly string[]): Promise<Buffer> {
  if (repository.directory === null) throw new Refusal(409, 'Git Repository is empty.');
  const settings = ['-c', 'safe.directory=*', '-c', 'core.quotePath=off', '-c', 'diff.renames=true'];
  const { stdout } = await run('git', ['-C', repository.directory, ...settings, ...args], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_NO_LAZY_FETCH: '1',
      LC_ALL: 'C',
    },
    encoding: 'buffer',
    maxBuffer: 512 * 1024 * 1024,
    windowsHide: true,
  });
  return stdout;
}

/** As `git`, but null where git says no. */
export async function tryGit(repository: Repository, ...args: readonly string[]): Promise<string | null> {
  try {
    return await git(repository, ...args);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return null;
  }
}

/** The object behind a branch, tag, `heads/x` or id (also a short one), peeled to `type`; null if there is none. */
export async function resolve(
  repository: Repository,
  name: string,
  type: 'commit' | 'tree' | 'blob',
): Promise<string | null> {
  const plain = name.replace(/^refs\//, '');
  const candidates = /^[0-9a-f]{4,64}$/.test(name)
    ? [name, `refs/heads/${plain}`]
    : [`refs/heads/${plain}`, `refs/tags/${plain}`, `refs/${plain}`];
  for (const candidate of name === 'HEAD' ? ['HEAD'] : candidates) {
    const found = await tryGit(
      repository,
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${candidate}^{${type}}`,
    );
    if (found) return found.trim();
  }
  return null;
}

/** The commit behind a name. Without a git directory every whole id is taken as it is. Null: there is none. */
export async function commitOf(repository: Repository, name: string): Promise<string | null> {
  if (repository.directory !== null) return resolve(repository, name, 'commit');
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(name) ? name : null;
}

export async function defaultBranchOf(repository: Repository): Promise<string> {
  if (repository.defaultBranch !== null) return repository.defaultBranch;
  if (repository.directory === null) return 'main';
  return (await tryGit(repository, 'symbolic-ref', '--short', 'HEAD'))?.trim() || 'main';
}
