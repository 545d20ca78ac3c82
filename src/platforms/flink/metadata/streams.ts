import type { Bytes } from './bytes.js';

/** Where the bytes of a piece of state are. */
export type Stream =
  | { readonly at: 'none' }
  | { readonly at: 'here'; readonly bytes: Uint8Array }
  | {
      readonly at: 'file';
      readonly path: string;
      readonly relative: boolean;
      readonly offset: number;
      readonly length: number;
    };

const none: Stream = { at: 'none' };

/** How each handle on a stream of bytes is written, by its type. */
const readers: { readonly [type: number]: (bytes: Bytes, depth: number) => Stream } = {
  0: () => none,
  1(bytes) {
    bytes.text('name of a stream');
    return { at: 'here', bytes: bytes.take(bytes.int32('length of a stream'), 'stream') };
  },
  2(bytes) {
    const length = bytes.length('size of a file');
    return { at: 'file', path: bytes.text('path of a file'), relative: false, offset: 0, length };
  },
  3(bytes, depth) {
    keyGroups(bytes);
    return readStream(bytes, depth + 1);
  },
  6(bytes) {
    const path = bytes.text('path of a file');
    return { at: 'file', path, relative: true, offset: 0, length: bytes.length('size of a file') };
  },
  15(bytes) {
    const offset = bytes.length('start of a segment');
    const length = bytes.length('size of a segment');
    bytes.int32('scope of a segment');
    const path = bytes.text('path of a segment');
    bytes.text('name of a segment');
    return { at: 'file', path, relative: false, offset, length };
  },
  16: () => none,
};

/** Deeper than Flink ever nests; only damage does. */
export const deepest = 8;

/** Reads a handle on a stream of bytes. */
export function readStream(bytes: Bytes, depth = 0): Stream {
  const type = bytes.int8('type of a stream handle');
  const reader = readers[type];
  if (reader === undefined || depth > deepest) throw bytes.wrong(`a stream handle of type ${type}`);
  return reader(bytes, depth);
}

/** Bytes of the state in a stream. */
export function sizeOf(stream: Stream): number {
  if (stream.at === 'none') return 0;
  return stream.at === 'here' ? stream.bytes.byteLength : stream.length;
}

/** Reads a range of key groups with a position for each; gives the first position, before which the names stand. Null: no key group has any state. */
export function keyGroups(bytes: Bytes): number | null {
  bytes.int32('first key group');
  const count = bytes.count('key groups', 8);
  let first: number | null = null;
  for (let one = 0; one < count; one++) {
    const position = bytes.int64('position of a key group');
    // An empty key group has no position of its own: 0, or less.
    if (position > 0 && (first === null || position < first)) first = position;
  }
  return first;
}
