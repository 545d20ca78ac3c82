import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Environment of the tests' own git calls and of the code under test: no settings of this machine. */
export const env = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
  GIT_ALLOW_PROTOCOL: 'file',
};

const folders: string[] = [];

export function temporary(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'changes-')));
  folders.push(folder);
  return folder;
}

export function removeTemporaries(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A repository for one test. */
export interface Repo {
  readonly path: string;
  git(...args: string[]): string;
  write(files: { readonly [path: string]: string | Uint8Array | null }): void;
  link(path: string, target: string): Repo;
  executable(path: string, is: boolean): Repo;
  /** Commits a submodule at a commit that nobody has: only its id counts. */
  submodule(path: string, commit: string): string;
  commit(files?: { readonly [path: string]: string | Uint8Array | null }): string;
}

export function repoAt(path: string): Repo {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: path, env, encoding: 'utf8', stdio: 'pipe' }).trim();
  const write: Repo['write'] = (files) => {
    for (const [name, content] of Object.entries(files)) {
      const full = join(path, name);
      if (content === null) {
        rmSync(full, { recursive: true });
        continue;
      }
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
    }
  };
  const repo: Repo = {
    path,
    git,
    write,
    link(name, target) {
      const full = join(path, name);
      mkdirSync(dirname(full), { recursive: true });
      rmSync(full, { force: true });
      symlinkSync(target, full);
      return repo;
    },
    executable(name, is) {
      chmodSync(join(path, name), is ? 0o755 : 0o644);
      return repo;
    },
    submodule(name, commit) {
      git('update-index', '--add', '--cacheinfo', `160000,${commit},${name}`);
      mkdirSync(join(path, name), { recursive: true });
      git('commit', '-q', '-m', 'submodule');
      return git('rev-parse', 'HEAD');
    },
    commit(files = {}) {
      write(files);
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', 'change');
      return git('rev-parse', 'HEAD');
    },
  };
  return repo;
}

export function newRepo(...options: string[]): Repo {
  const path = temporary();
  execFileSync('git', ['init', '-q', '-b', 'main', ...options, path], { env, stdio: 'pipe' });
  const repo = repoAt(path);
  // As git hosts have it: any commit can be asked for by its id.
  repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  return repo;
}

/** A clone as CI makes it; over file://, because a local path would share all objects. */
export function cloneOf(repo: Repo, ...options: string[]): Repo {
  const path = join(temporary(), 'clone');
  execFileSync('git', ['clone', '-q', ...options, `file://${repo.path}`, path], { env, stdio: 'pipe' });
  return repoAt(path);
}
