import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Root of the repository: Jest is started there. */
export const root = process.cwd();

/** Folder of the built action; another build can be tried by its path in STREAM_ROLLOUT_DIST. */
export const dist = process.env['STREAM_ROLLOUT_DIST'] ?? join(root, 'dist');

/** A built entry point. Throws where it has not been built. */
export function built(name: 'main.js' | 'post.js' | 'cli.js', folder = dist): string {
  const path = join(folder, name);
  if (!existsSync(path)) throw new Error(`${path} does not exist; run: npm run build`);
  return path;
}

/** Where Node keeps what it compiled: a runner has none, but hundreds of starts of the same files are most of what these tests cost. */
export const compiled = { NODE_COMPILE_CACHE: join(root, '.cache', 'compiled') };

/** The Node that the runner brings for `using: node24`. */
export const node24 = join(root, 'node_modules', 'node', 'bin', 'node');
