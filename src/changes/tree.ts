import type { Ranges } from './ranges.js';
import type { TreeBuilder } from './tree-builder.js';

/** Modes of git's tree entries, as git prints them. */
export const modes = { file: '100644', executable: '100755', link: '120000', submodule: '160000' } as const;

/** An entry by its values, for trees that git did not list. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
}

/**
 * All files of a commit, as the bytes that `git ls-tree -r -z` prints: `<mode> <type> <oid>\t<path>\0`, sorted by path bytes.
 * Nothing is decoded until it is asked for, so that 100,000 entries cost one pass over the bytes.
 */
export class Tree {
  private found: readonly number[] | null = null;

  /** `starts[i]` is where entry i begins; `starts[size]` is the end. */
  constructor(
    private readonly bytes: Buffer,
    private readonly starts: Uint32Array,
    readonly size: number,
  ) {}

  path(i: number): string {
    return this.bytes.toString('utf8', this.pathStart(i), this.pathEnd(i));
  }

  pathBytes(i: number): Buffer {
    return this.bytes.subarray(this.pathStart(i), this.pathEnd(i));
  }

  mode(i: number): string {
    const start = this.starts[i] as number;
    return this.bytes.toString('latin1', start, start + 6);
  }

  /** Blob id; for a submodule the id of its commit. */
  oid(i: number): string {
    return this.bytes.toString('latin1', this.oidStart(i), this.pathStart(i) - 1);
  }

  entry(i: number): TreeEntry {
    return { path: this.path(i), mode: this.mode(i), oid: this.oid(i) };
  }

  /** Positions of all symbolic links. */
  links(): readonly number[] {
    if (this.found) return this.found;
    const found: number[] = [];
    for (let i = 0; i < this.size; i++) if (this.isLink(i)) found.push(i);
    this.found = found;
    return found;
  }

  isLink(i: number): boolean {
    const start = this.starts[i] as number;
    return this.bytes[start] === 0x31 && this.bytes[start + 1] === 0x32;
  }

  /** Entries as git printed them. */
  lines([from, to]: readonly [number, number]): Buffer {
    return this.bytes.subarray(this.starts[from], this.starts[to]);
  }

  /** Position of the entry with exactly this path, or -1. */
  find(path: string): number {
    const wanted = Buffer.from(path);
    const at = this.lowerBound(wanted);
    return at < this.size && this.pathBytes(at).equals(wanted) ? at : -1;
  }

  /** Entries below a directory; of the whole tree for the empty path. */
  below(directory: string): readonly [number, number] {
    if (directory === '') return [0, this.size];
    const from = this.lowerBound(Buffer.from(`${directory}/`));
    // '0' is the byte after '/'. Most directories are small: look near their start before the rest of the tree.
    const end = Buffer.from(`${directory}0`);
    let near = 64;
    while (from + near < this.size && this.compareAt(from + near, end) < 0) near *= 8;
    return [from, this.lowerBound(end, from, Math.min(this.size, from + near))];
  }

  /** The path itself and what is below it, taken literally. */
  at(path: string): Ranges {
    const below = this.below(path);
    if (below[0] < below[1]) return [below];
    const i = this.find(path);
    return i < 0 ? [] : [[i, i + 1]];
  }

  /** Entries in a range whose line contains the text; a path that contains it is always among them. */
  containing(text: string, [from, to]: readonly [number, number]): number[] {
    const found: number[] = [];
    const start = this.starts[from] as number;
    // A view of the range alone: a search past its end would cost the rest of the tree each time.
    const area = this.bytes.subarray(start, this.starts[to]);
    const wanted = Buffer.from(text);
    for (let at = area.indexOf(wanted); at >= 0; ) {
      const i = this.entryAt(start + at, from, to);
      found.push(i);
      at = area.indexOf(wanted, (this.starts[i + 1] as number) - start);
    }
    return found;
  }

  /**
   * What an archive of a directory's files is made of: per file its executable bit, blob id and path below the directory.
   * Null where an entry is a link or a submodule: those have to be followed first.
   */
  archiveLines(positions: Ranges, directoryLength: number): Buffer | null {
    let size = 0;
    for (const [from, to] of positions) size += (this.starts[to] as number) - (this.starts[from] as number);
    const lines = Buffer.allocUnsafe(size);
    let length = 0;
    for (const [from, to] of positions) {
      for (let i = from; i < to; i++) {
        const start = this.starts[i] as number;
        if (this.bytes[start + 1] !== 0x30) return null;
        // "100755": the last but one digit tells.
        lines[length++] = this.bytes[start + 4] === 0x35 ? 0x78 : 0x2d;
        const path = this.pathStart(i);
        // Byte by byte: a call for each of these short pieces costs more than the pieces.
        for (let at = this.oidStart(i); at < path; at++) lines[length++] = this.bytes[at] as number;
        const end = this.starts[i + 1] as number;
        for (let at = path + directoryLength; at < end; at++) lines[length++] = this.bytes[at] as number;
      }
    }
    return lines.subarray(0, length);
  }

  /** Appends entries to a tree that is being built. */
  copyTo(builder: Pick<TreeBuilder, 'append'>, [from, to]: readonly [number, number]): void {
    if (from < to) builder.append(this.bytes, this.starts.subarray(from, to + 1));
  }

  /** Bytes of all entries. */
  get length(): number {
    return this.starts[this.size] as number;
  }

  get all(): Ranges {
    return this.size === 0 ? [] : [[0, this.size]];
  }

  private entryAt(offset: number, from: number, to: number): number {
    let low = from;
    for (let high = to; low < high; ) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle + 1] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private lowerBound(path: Buffer, from = 0, to = this.size): number {
    let low = from;
    for (let high = to; low < high; ) {
      const middle = (low + high) >>> 1;
      if (this.compareAt(middle, path) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private compareAt(i: number, path: Buffer): number {
    return this.bytes.compare(path, 0, path.length, this.pathStart(i), this.pathEnd(i));
  }

  /** Types are `blob` and, for a submodule, `commit`. */
  private oidStart(i: number): number {
    const start = this.starts[i] as number;
    return start + (this.bytes[start + 7] === 0x63 ? 14 : 12);
  }

  private pathStart(i: number): number {
    // SHA-1 ids have 40 digits, SHA-256 ids 64.
    const oid = this.oidStart(i);
    return oid + (this.bytes[oid + 40] === 0x09 ? 41 : 65);
  }

  private pathEnd(i: number): number {
    return (this.starts[i + 1] as number) - 1;
  }
}
