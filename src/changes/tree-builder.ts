import { modes, Tree, type TreeEntry } from './tree.js';

export interface TreeBuilder {
  /** A piece of the output of `git ls-tree -r -z`; it can end inside an entry. */
  push(chunk: Buffer): void;
  /** Whole entries with their starts in `bytes`, the last one being the end. */
  append(bytes: Buffer, entryStarts: Uint32Array): void;
  done(): Tree;
}

/** Builds a tree piece by piece. `expected`: bytes and entries, where they are known. */
export function treeBuilder(
  expected: { readonly bytes: number; readonly size: number } = { bytes: 1 << 20, size: 1 << 14 },
): TreeBuilder {
  let bytes = Buffer.allocUnsafe(expected.bytes);
  let starts = new Uint32Array(expected.size + 1);
  let length = 0;
  let size = 0;

  function reserve(moreBytes: number, moreEntries: number): void {
    if (length + moreBytes > bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(bytes.length * 2, length + moreBytes));
      bytes.copy(grown, 0, 0, length);
      bytes = grown;
    }
    if (size + moreEntries < starts.length) return;
    const grown = new Uint32Array(Math.max(starts.length * 2, size + moreEntries + 1));
    grown.set(starts);
    starts = grown;
  }

  return {
    push(chunk) {
      reserve(chunk.length, 0);
      chunk.copy(bytes, length);
      for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, at + 1)) {
        reserve(0, 1);
        starts[++size] = length + at + 1;
      }
      length += chunk.length;
    },
    append(from, entryStarts) {
      const [start, end] = [entryStarts[0] as number, entryStarts.at(-1) as number];
      reserve(end - start, entryStarts.length - 1);
      from.copy(bytes, length, start, end);
      for (let i = 1; i < entryStarts.length; i++) starts[++size] = (entryStarts[i] as number) - start + length;
      length += end - start;
    },
    done: () => new Tree(bytes, starts, size),
  };
}

/** A tree of entries in any order, for instance from GitHub's trees API. */
export function treeOf(entries: readonly TreeEntry[]): Tree {
  const builder = treeBuilder();
  const sorted = entries.map((entry) => ({ entry, key: Buffer.from(entry.path) })).sort((a, b) => a.key.compare(b.key));
  for (const { entry } of sorted) builder.push(lineOf(entry));
  return builder.done();
}

export function lineOf(entry: TreeEntry): Buffer {
  const type = entry.mode === modes.submodule ? 'commit' : 'blob';
  return Buffer.from(`${entry.mode} ${type} ${entry.oid}\t${entry.path}\0`);
}
