import { type Git, gitFailed } from './git.js';

/** Tracked paths that differ from the checked-out commit, in the index or in the work tree. Untracked files are not asked for. */
export async function changedInWorkTree(git: Git): Promise<string[]> {
  const answer = await git.stream(
    ['status', '--porcelain=v1', '-z', '--untracked-files=no', '--ignore-submodules=dirty', '--no-renames'],
    {},
  );
  if (answer.code !== 0) throw gitFailed(answer, 'compare the work tree with the commit');
  return answer.stdout
    .toString()
    .split('\0')
    .filter((record) => record.length > 3)
    .map((record) => record.slice(3));
}
