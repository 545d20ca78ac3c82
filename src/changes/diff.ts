import type { Tree } from './tree.js';
import { lineOf, treeBuilder } from './tree-builder.js';

/** One side of a changed path. */
export interface Side {
  readonly mode: string;
  readonly oid: string;
}

/** A path that differs between two trees; a rename is a deletion and an addition. */
export interface TreeChange {
  readonly path: string;
  /** The path as git knows it; differs from `path` where that is not UTF-8. */
  readonly bytes: Buffer;
  readonly before: Side | null;
  readonly after: Side | null;
}

/** Mode, type, SHA-256 id and separators of an entry. */
const longestMeta = 80;
const absentMode = '000000';

/** Reads the output of `git diff-tree -r --raw -z --no-renames --no-abbrev`, sorted by path bytes. */
export function readRawDiff(output: Buffer): TreeChange[] {
  const changes: TreeChange[] = [];
  for (let at = 0; at < output.length; ) {
    const endOfMeta = output.indexOf(0, at);
    const endOfPath = output.indexOf(0, endOfMeta + 1);
    if (endOfMeta < 0 || endOfPath < 0) throw new Error('diff-tree output ends inside a record');
    const [oldMode = '', newMode = '', oldOid = '', newOid = ''] = output
      .toString('latin1', at + 1, endOfMeta)
      .split(' ');
    const bytes = output.subarray(endOfMeta + 1, endOfPath);
    changes.push({ path: bytes.toString(), bytes, before: side(oldMode, oldOid), after: side(newMode, newOid) });
    at = endOfPath + 1;
  }
  return changes.sort((a, b) => a.bytes.compare(b.bytes));
}

function side(mode: string, oid: string): Side | null {
  return mode === absentMode ? null : { mode, oid };
}

/** What differs between two trees, by a walk over both. */
export function diffTrees(before: Tree, after: Tree): TreeChange[] {
  const changes: TreeChange[] = [];
  let i = 0;
  let j = 0;
  while (i < before.size || j < after.size) {
    const order = i === before.size ? 1 : j === after.size ? -1 : before.pathBytes(i).compare(after.pathBytes(j));
    if (order === 0) {
      const [a, b] = [i++, j++];
      if (before.oid(a) === after.oid(b) && before.mode(a) === after.mode(b)) continue;
      changes.push(change(before, a, { before: before.entry(a), after: after.entry(b) }));
    } else if (order < 0) {
      const a = i++;
      changes.push(change(before, a, { before: before.entry(a), after: null }));
    } else {
      const b = j++;
      changes.push(change(after, b, { before: null, after: after.entry(b) }));
    }
  }
  return changes;
}

function change(tree: Tree, i: number, sides: Pick<TreeChange, 'before' | 'after'>): TreeChange {
  return { path: tree.path(i), bytes: tree.pathBytes(i), ...sides };
}

/** The tree before the changes, from the tree after them: unchanged stretches are copied whole, so no second listing is needed. */
export function treeBefore(after: Tree, changes: readonly TreeChange[]): Tree {
  const lines = changes.reduce((length, { bytes }) => length + bytes.length + longestMeta, 0);
  const builder = treeBuilder({ bytes: after.length + lines, size: after.size + changes.length });
  let next = 0;
  for (const { bytes, before } of changes) {
    const at = lowerBound(after, bytes, next);
    after.copyTo(builder, [next, at]);
    if (before) builder.push(rawLine(before, bytes));
    next = at < after.size && after.pathBytes(at).equals(bytes) ? at + 1 : at;
  }
  after.copyTo(builder, [next, after.size]);
  return builder.done();
}

/** The changed paths alone, as a tree: globs pick a job's changed files from it. Ids are those after the change, else before. */
export function treeOfChanges(changes: readonly TreeChange[]): Tree {
  const builder = treeBuilder();
  for (const { bytes, before, after } of changes) builder.push(rawLine((after ?? before) as Side, bytes));
  return builder.done();
}

function rawLine({ mode, oid }: Side, path: Buffer): Buffer {
  const line = lineOf({ mode, oid, path: '' });
  return Buffer.concat([line.subarray(0, -1), path, line.subarray(-1)]);
}

function lowerBound(tree: Tree, path: Buffer, from: number): number {
  let low = from;
  for (let high = tree.size; low < high; ) {
    const middle = (low + high) >>> 1;
    if (tree.pathBytes(middle).compare(path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
