import type { Git } from './git.js';

/** Longest wait for one fetch. An explanation is not worth more: an unknown base only means that everything is compared. */
const fetchSeconds = 120;

/** Id of an object as git prints it, SHA-1 or SHA-256. */
export const fullId = /^([0-9a-f]{40}|[0-9a-f]{64})$/;
/** What a person may write as a base: an id, a branch, a tag; nothing that git would take for an option or a range. */
const revisionText = /^[A-Za-z0-9_][A-Za-z0-9_./@{}~^-]*$/;

/** The commit that a revision names in this repository, or null. `head`: an id of it; one of SHA-1's length is a cut one under SHA-256. */
export async function localCommit(git: Git, revision: string, head: string): Promise<string | null> {
  if (!revisionText.test(revision)) return null;
  const isFull = fullId.test(revision) && revision.length === head.length;
  // Peeling a name reads the commit, so nothing has to be asked again.
  if (!isFull) return named(git, revision);
  return (await git.run(['cat-file', '-e', `${revision}^{commit}`])).code === 0 ? revision : null;
}

async function named(git: Git, revision: string): Promise<string | null> {
  const answer = await git.run(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`]);
  const id = answer.stdout.toString().trim();
  return answer.code === 0 && fullId.test(id) ? id : null;
}

/**
 * Fetches one commit, by id or by the name of a branch or tag, without tags and without moving a ref.
 * A shallow repository gets this commit alone; a full one is not made shallow. Null where the host does not give it.
 */
export async function fetchCommit(git: Git, revision: string, head: string, shallow: boolean): Promise<string | null> {
  if (!revisionText.test(revision)) return null;
  const remote = await remoteOf(git);
  if (remote === null) return null;
  const depth = shallow ? ['--depth=1'] : [];
  const answer = await git.stream(
    ['fetch', '--quiet', '--no-tags', '--no-prune', '--no-recurse-submodules', ...depth, remote, revision],
    { signal: AbortSignal.timeout(fetchSeconds * 1000) },
  );
  if (answer.code !== 0) return null;
  return localCommit(git, fullId.test(revision) ? revision : 'FETCH_HEAD', head);
}

async function remoteOf(git: Git): Promise<string | null> {
  const answer = await git.run(['remote']);
  const remotes = answer.stdout.toString().split('\n').filter(Boolean);
  return remotes.includes('origin') ? 'origin' : (remotes[0] ?? null);
}

/** False for text that is never handed to git as a revision. */
export function fetchableRevision(revision: string): boolean {
  return revisionText.test(revision);
}
