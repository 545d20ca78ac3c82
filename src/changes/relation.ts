import type { Git } from './git.js';
import type { TreeSource } from './remote.js';

/** How one commit stands to another. `unknown`: the history that would tell is not here. */
export type Relation = 'same' | 'ancestor' | 'descendant' | 'diverged' | 'unknown';

/** Answer about a shallow history: "no" would only mean that the path between the two was cut off. */
export type Ternary = 'yes' | 'no' | 'unknown';

export async function isAncestor(git: Git, ancestor: string, descendant: string, shallow: boolean): Promise<Ternary> {
  const { code } = await git.run(['merge-base', '--is-ancestor', ancestor, descendant]);
  if (code === 0) return 'yes';
  return code === 1 && !shallow ? 'no' : 'unknown';
}

const fromApi = { identical: 'same', ahead: 'ancestor', behind: 'descendant', diverged: 'diverged' } as const;

/** What `a` is to `b`: by the local history where it is whole, else by the git host. */
export async function relationOf(
  git: Git,
  a: string,
  b: string,
  shallow: boolean,
  source: TreeSource | null,
): Promise<Relation> {
  if (a === b) return 'same';
  const forward = await isAncestor(git, a, b, shallow);
  if (forward === 'yes') return 'ancestor';
  const backward = await isAncestor(git, b, a, shallow);
  if (backward === 'yes') return 'descendant';
  if (forward === 'no' && backward === 'no') return 'diverged';
  const told = await source?.compare?.(a, b);
  return told ? fromApi[told] : 'unknown';
}
