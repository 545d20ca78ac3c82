import type { Bytes } from './bytes.js';
import type { StateKind } from './snapshot.js';
import { deepest, keyGroups, readStream, type Stream, sizeOf } from './streams.js';

/** What a state handle says, while it is read. */
export interface Sink {
  /** Bytes of state. */
  size(bytes: number): void;
  /** Operator state: its names stand in the handle. */
  operator(name: string, kind: StateKind): void;
  /** A stream that begins with the names of keyed states, which end before `head` bytes; null: somewhere before its end. */
  keyed(stream: Stream, head: number | null): void;
  /** Keyed state whose names stand where they can't be read. */
  unnamed(): void;
}

/** Ordinal of the distribution mode of an operator state. */
const modes: readonly StateKind[] = ['split', 'union', 'broadcast'];

/** Reads a handle on operator state: type 4, or 17 of merged files. */
export function readOperatorHandle(bytes: Bytes, sink: Sink): void {
  const type = bytes.int8('type of an operator state handle');
  if (type === 0) return;
  if (type !== 4 && type !== 17) throw bytes.wrong(`an operator state handle of type ${type}`);
  const count = bytes.count('operator states', 7);
  for (let one = 0; one < count; one++) {
    const name = bytes.text('name of an operator state');
    const mode = bytes.int8('mode of an operator state');
    const kind = modes[mode];
    if (kind === undefined) throw bytes.wrong(`an operator state of mode ${mode}`);
    sink.operator(name, kind);
    bytes.skip(8 * bytes.count('positions of an operator state', 8), 'positions of an operator state');
  }
  if (type === 17) {
    bytes.text('folder of merged files');
    bytes.text('folder of merged files');
    bytes.int8('flag of merged files');
  }
  sink.size(sizeOf(readStream(bytes)));
}

/** How each handle on keyed state is written, by its type. */
const keyedReaders: { readonly [type: number]: (bytes: Bytes, sink: Sink, depth: number, type: number) => void } = {
  0: () => undefined,
  3: grouped,
  5: incremental,
  7: grouped,
  8: changelog,
  9(bytes, sink) {
    range(bytes);
    bytes.int64('first change');
    bytes.int64('last change');
    const count = bytes.count('changes', 8);
    for (let one = 0; one < count; one++) {
      bytes.int32('key group');
      const length = bytes.int32('length of a change');
      bytes.skip(length, 'change');
      sink.size(length);
    }
    bytes.text('id of a handle');
    sink.unnamed();
  },
  10: changes,
  11: incremental,
  12: grouped,
  13: changes,
  14: changelog,
};

/** Reads a handle on keyed state. */
export function readKeyedHandle(bytes: Bytes, sink: Sink, depth = 0): void {
  const type = bytes.int8('type of a keyed state handle');
  const reader = keyedReaders[type];
  if (reader === undefined || depth > deepest) throw bytes.wrong(`a keyed state handle of type ${type}`);
  reader(bytes, sink, depth, type);
}

/** Key groups one after another, with the names in front: heap state, and every canonical savepoint. */
function grouped(bytes: Bytes, sink: Sink, _depth: number, type: number): void {
  const head = keyGroups(bytes);
  const stream = readStream(bytes);
  if (type === 12) bytes.text('id of a handle');
  sink.size(sizeOf(stream));
  sink.keyed(stream, head);
}

/** Files of a store such as RocksDB, and one more with the names. */
function incremental(bytes: Bytes, sink: Sink, _depth: number, type: number): void {
  bytes.int64('checkpoint id');
  bytes.text('id of a backend');
  range(bytes);
  if (type === 11) bytes.int64('size of a checkpoint');
  const names = readStream(bytes);
  sink.size(sizeOf(names));
  sink.keyed(names, null);
  for (const what of ['shared files', 'private files']) {
    const count = bytes.count(what, 3);
    for (let one = 0; one < count; one++) {
      bytes.text('name of a file');
      sink.size(sizeOf(readStream(bytes)));
    }
  }
  if (type === 11) bytes.text('id of a handle');
}

/** A changelog: what was materialised, and the changes since. */
function changelog(bytes: Bytes, sink: Sink, depth: number, type: number): void {
  range(bytes);
  bytes.int64('size of a checkpoint');
  for (const what of ['materialised handles', 'handles on changes']) {
    const count = bytes.count(what, 1);
    for (let one = 0; one < count; one++) readKeyedHandle(bytes, sink, depth + 1);
  }
  bytes.int64('materialisation');
  if (type === 14) bytes.int64('checkpoint id');
  bytes.text('id of a handle');
}

/** Changes in files: a state that was registered after the last materialisation is named there only. */
function changes(bytes: Bytes, sink: Sink, _depth: number, type: number): void {
  range(bytes);
  const count = bytes.count('files of changes', 9);
  for (let one = 0; one < count; one++) {
    bytes.int64('position in a file');
    sink.size(sizeOf(readStream(bytes)));
  }
  bytes.int64('size of the changes');
  bytes.int64('size of a checkpoint');
  bytes.text('id of a handle');
  if (type === 13) bytes.text('kind of a store');
  sink.unnamed();
}

function range(bytes: Bytes): void {
  bytes.int32('first key group');
  bytes.int32('number of key groups');
}
