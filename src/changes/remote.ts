import type { Tree } from './tree.js';
import { treeOf } from './tree-builder.js';

/** Entries of a commit as GitHub's trees API gives them with `recursive`. */
export interface RemoteTree {
  readonly entries: readonly {
    readonly path: string;
    readonly mode: string;
    readonly type: string;
    readonly sha: string;
  }[];
  /** The answer was cut (100,000 entries or 7 MB): it then says nothing about what is missing. */
  readonly truncated: boolean;
}

/** How GitHub's compare endpoint relates head to base. */
export type RemoteRelation = 'identical' | 'ahead' | 'behind' | 'diverged';

/** The git host's API, for commits that cannot be fetched. `null` means: not known there, or not allowed to read. */
export interface TreeSource {
  readTree(commit: string): Promise<RemoteTree | null>;
  readBlob?(oid: string): Promise<Uint8Array | null>;
  compare?(base: string, head: string): Promise<RemoteRelation | null>;
  /** What was not told, and why; for people. */
  readonly troubles?: readonly string[];
}

/** The tree of a commit by the API; null where the answer is not the whole truth. */
export async function remoteTree(source: TreeSource, commit: string): Promise<Tree | null> {
  const answer = await source.readTree(commit);
  if (!answer || answer.truncated) return null;
  const files = answer.entries.filter((entry) => entry.type !== 'tree');
  return treeOf(files.map(({ path, mode, sha }) => ({ path, mode, oid: sha })));
}
