import { RolloutError } from '../model/error.js';
import type { Base } from '../model/plan.js';
import { fetchableRevision } from './fetch.js';
import type { Repository } from './repository.js';

/** What the workflow event says about where a change began. Ids as the event gives them. */
export interface BaseEvent {
  readonly name: string | null;
  readonly before: string | null;
  /** Base of a pull request or of a merge group. */
  readonly baseSha: string | null;
  /** Head of the pull request's branch. */
  readonly headSha: string | null;
  /** From 1; a later attempt of a workflow run is a rerun. */
  readonly attempt: number;
}

/** Commits to explain a change against, best first. The first that can be read is the base; none means that everything is compared. */
export interface BaseRequest {
  readonly candidates: readonly { readonly how: Exclude<Base['how'], 'unknown'>; readonly commit: string }[];
  /** Head of the pull request: tells whether the checked-out commit is its merge with the target branch. */
  readonly pullHead: string | null;
}

export const unknownBase: Base = { how: 'unknown', commit: null };

const fromEvent: {
  readonly [event: string]: {
    readonly how: 'push' | 'pull-request' | 'merge-group';
    readonly commit: 'before' | 'baseSha';
  };
} = {
  push: { how: 'push', commit: 'before' },
  pull_request: { how: 'pull-request', commit: 'baseSha' },
  pull_request_target: { how: 'pull-request', commit: 'baseSha' },
  merge_group: { how: 'merge-group', commit: 'baseSha' },
};

/**
 * Where to look for the base. `given`: the input `base` (it stands alone, unless it is git's id for "no commit") and the ledger's last commit (what a dispatch, a schedule,
 * a rerun and the first push of a branch are explained against). `parent`: the head's first parent, where nothing better may be known.
 */
export function baseRequest(
  event: BaseEvent | null,
  given: { readonly input: string | null; readonly ledger: string | null; readonly parent?: string | null },
): BaseRequest {
  if (given.input !== null && given.input !== '' && !isNoCommit(given.input))
    return { candidates: [{ how: 'input', commit: given.input }], pullHead: null };
  const row = event === null ? undefined : fromEvent[event.name ?? ''];
  const commit = event !== null && row !== undefined ? event[row.commit] : null;
  const own = row !== undefined && commit !== null && !isZero(commit) ? [{ how: row.how, commit }] : [];
  const ledger =
    given.ledger === null || isZero(given.ledger) ? [] : [{ how: 'ledger', commit: given.ledger } as const];
  // A rerun of a push is explained against what is there by now, not against what its first attempt found.
  const rerun = event !== null && event.attempt > 1 && row?.how === 'push';
  const pullHead = row?.how === 'pull-request' ? (event?.headSha ?? null) : null;
  const parent = given.parent ? [{ how: 'parent', commit: given.parent } as const] : [];
  return { candidates: [...(rerun ? [...ledger, ...own] : [...own, ...ledger]), ...parent], pullHead };
}

/** Git's id for "no commit": the `before` of a branch's first push. */
function isZero(commit: string): boolean {
  return /^0*$/.test(commit);
}

/** The same, given by hand or by another CI system (GitLab's CI_COMMIT_BEFORE_SHA); `0` alone could be the name of a branch. */
function isNoCommit(revision: string): boolean {
  return /^(0{40}|0{64})$/.test(revision);
}

/** Finds the base. An unreadable one is never taken as "nothing changed": the answer is then `unknown`. Throws for an unknown input `base`. */
export async function resolveBase(repository: Repository, request: BaseRequest, head: string): Promise<Base> {
  for (const { how, commit } of request.candidates) {
    if (how === 'input') return { how, commit: await inputCommit(repository, commit) };
    const found = how === 'pull-request' ? await pullBase(repository, commit, head, request.pullHead) : commit;
    if (await readable(repository, found)) return { how, commit: (await repository.commit(found)) ?? found };
  }
  return unknownBase;
}

async function readable(repository: Repository, commit: string): Promise<boolean> {
  return (await repository.commit(commit)) !== null || (await repository.tree(commit)) !== null;
}

/**
 * The event's base can lag behind the target branch that the checked-out merge was made with; then the diff would show other people's
 * commits. Of a merge the first parent is exact; for a checked-out branch it is the merge base, where history shows it.
 */
async function pullBase(repository: Repository, base: string, head: string, pullHead: string | null): Promise<string> {
  const parents = await repository.parents(head);
  const [first, second] = parents;
  if (parents.length === 2 && first !== undefined && second === pullHead) return first;
  if (head !== pullHead || (await repository.commit(base)) === null) return base;
  return (await repository.mergeBase(base, head)) ?? base;
}

async function inputCommit(repository: Repository, revision: string): Promise<string> {
  const found = (await repository.commit(revision)) ?? (await repository.commit(`origin/${revision}`));
  if (found !== null) return found;
  const why = fetchableRevision(revision)
    ? 'it is neither in the checkout nor does the remote give it'
    : 'it is no name of a commit';
  throw new RolloutError('base-not-found', `The base ${JSON.stringify(revision)} was not found: ${why}.`, {
    class: 'input',
    next: 'give a full commit id, or leave `base` out',
  });
}
