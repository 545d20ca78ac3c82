import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { succeed } from './command.js';

export type Files = { readonly [path: string]: string };

/** A temporary git checkout on branch `main`. */
export interface Checkout {
  readonly path: string;
  git(...args: readonly string[]): Promise<string>;
  /** Writes files and commits everything; gives the commit. */
  commit(message: string, files: Files): Promise<string>;
  remove(): void;
}

/** Makes an empty repository in a temporary folder. */
export async function makeCheckout(): Promise<Checkout> {
  const path = mkdtempSync(join(tmpdir(), 'stream-rollout-'));
  const git = async (...args: readonly string[]) => (await succeed('git', args, { cwd: path })).trim();
  await git('init', '-q', '-b', 'main');
  await git('config', 'user.name', 'Data Engineer');
  await git('config', 'user.email', 'data@example.test');
  return {
    path,
    git,
    async commit(message, files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), text);
      }
      await git('add', '-A');
      await git('commit', '-q', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
