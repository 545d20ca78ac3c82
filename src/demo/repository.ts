import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RolloutError } from '../model/error.js';
import { type ChildOptions, run } from './child.js';
import type { Files } from './fleet.js';

/** A clone with a bare repository as its remote, which also holds the ledger. */
export interface Repository {
  readonly clone: string;
  readonly origin: string;
  /** Writes files and commits them; answers with the commit's id. */
  commit(message: string, files: Files): Promise<string>;
  push(): Promise<void>;
  /** The refs of the ledger with their commits, as one text: it changes with every write. */
  ledger(): Promise<string>;
}

const author = ['-c', 'user.name=Data Engineer', '-c', 'user.email=engineer@localhost'];

export async function makeRepository(folder: string, options: Omit<ChildOptions, 'cwd'>): Promise<Repository> {
  const origin = join(folder, 'origin.git');
  const clone = join(folder, 'streams');
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const ran = await run('git', args, { ...options, cwd }).catch((cause: unknown) => {
      throw (cause as NodeJS.ErrnoException).code === 'ENOENT' ? gitMissing(cause) : cause;
    });
    if (ran.exitCode !== 0) {
      const said = ran.stderr.trim();
      throw new RolloutError('git-failed', `git ${args.join(' ')} ended with ${ran.exitCode}: ${said}`);
    }
    return ran.stdout.trim();
  };
  await mkdir(clone);
  await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', origin);
  await git(clone, 'init', '--quiet', '--initial-branch=main');
  await git(clone, 'remote', 'add', 'origin', '../origin.git');
  return {
    clone,
    origin,
    async commit(message, files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(clone, path)), { recursive: true });
        await writeFile(join(clone, path), text);
      }
      await git(clone, 'add', '--all');
      await git(clone, ...author, 'commit', '--quiet', '--message', message);
      return git(clone, 'rev-parse', 'HEAD');
    },
    async push() {
      await git(clone, 'push', '--quiet', 'origin', 'HEAD:main');
    },
    ledger: () => git(clone, 'ls-remote', 'origin', 'refs/stream-rollout/*'),
  };
}

function gitMissing(cause: unknown): RolloutError {
  return new RolloutError('git-missing', 'The demo makes a git repository, but git could not be started.', {
    class: 'input',
    next: 'Install git 2.31 or newer.',
    cause,
  });
}
