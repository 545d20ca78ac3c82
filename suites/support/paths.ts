import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Root of this repository: Jest's root directory and npm's working directory are the same. */
export const root = process.cwd();

/** Where the built action is; `STREAM_ROLLOUT_DIST` names another build than the committed one. */
export const dist = process.env['STREAM_ROLLOUT_DIST'] ?? join(root, 'dist');

/** A file of the built action. Throws where it has not been built. */
export function built(name: 'cli.js' | 'main.js' | 'post.js'): string {
  const path = join(dist, name);
  if (!existsSync(path)) throw new Error(`${path} does not exist; run: npm run build`);
  return path;
}

/** A file that a suite installed into its cache folder. */
export function cached(suite: string, ...path: readonly string[]): string {
  return join(root, '.cache', suite, ...path);
}
