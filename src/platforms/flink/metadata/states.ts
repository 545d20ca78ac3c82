import { textOf } from './bytes.js';
import type { NamedState, StateKind } from './snapshot.js';

/** Flink's word for the type of a keyed state. */
const kinds: { readonly [word: string]: StateKind } = {
  VALUE: 'value',
  LIST: 'list',
  MAP: 'map',
  REDUCING: 'reducing',
  AGGREGATING: 'aggregating',
};

/**
 * The keyed states named in front of a keyed state's bytes (the first `StateFile.head` of a file). Null: no whole list of names is there.
 *
 * The list comes after a description of the key's serializer, and each name is followed by descriptions of its serializers; these are written
 * by classes of the job and have no length, so they can't be skipped. But what stands right after a name is the same for all jobs: it is searched for,
 * and the number of names must be the one that is written in front of the first.
 */
export function statesOf(head: Uint8Array): readonly NamedState[] | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const found = [...keyed(bytes), ...timers(bytes)].sort((one, other) => one.start - other.start);
  const [first] = found;
  if (first === undefined || first.start < 2 || bytes.readUInt16BE(first.start - 2) !== found.length) return null;
  return found.map(({ name, kind }) => ({ scope: 'keyed', name, kind }));
}

interface Found {
  /** Where the length of the name stands. */
  readonly start: number;
  readonly name: string;
  readonly kind: StateKind;
}

/** Key-value state: name, type of state (0, or 4 of the newer state API), number of options, and the first option is the kind. */
function* keyed(bytes: Buffer): Generator<Found> {
  const mark = javaText('KEYED_STATE_TYPE');
  for (const at of places(bytes, mark)) {
    const type = at >= 8 ? bytes.readInt32BE(at - 8) : -1;
    if (type !== 0 && type !== 4) continue;
    const name = nameBefore(bytes, at - 8);
    if (name === null) continue;
    const word = textAt(bytes, at + mark.length);
    if (word !== null) yield { ...name, kind: kinds[word] ?? 'keyed' };
  }
}

/** A queue of timers: name, type of state 3, no option, one serializer. */
function* timers(bytes: Buffer): Generator<Found> {
  const mark = Buffer.concat([Buffer.from('000000030000000000000001', 'hex'), javaText('VALUE_SERIALIZER')]);
  for (const at of places(bytes, mark)) {
    const name = nameBefore(bytes, at);
    if (name !== null) yield { ...name, kind: 'timers' };
  }
}

function* places(bytes: Buffer, mark: Buffer): Generator<number> {
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) yield at;
}

/**
 * The name that ends before `end`. A text holds no byte 0, so that the last byte 0 before it is the upper half of its length; only a name of more than
 * 255 bytes has none there, and then the nearest length that fits counts.
 */
function nameBefore(bytes: Buffer, end: number): Omit<Found, 'kind'> | null {
  const zero = end > 0 ? bytes.lastIndexOf(0, end - 1) : -1;
  const short = named(bytes, zero, end);
  if (short !== null) return short;
  for (let start = end - 2 - 256; start >= 0 && start >= zero - 1; start--) {
    const long = bytes.readUInt16BE(start) >= 256 ? named(bytes, start, end) : null;
    if (long !== null) return long;
  }
  return null;
}

function named(bytes: Buffer, start: number, end: number): Omit<Found, 'kind'> | null {
  if (start < 0 || start + 2 > end || bytes.readUInt16BE(start) !== end - start - 2) return null;
  const name = textOf(bytes.subarray(start + 2, end));
  return name === null || name === '' ? null : { start, name };
}

function textAt(bytes: Buffer, at: number): string | null {
  if (at + 2 > bytes.length) return null;
  const end = at + 2 + bytes.readUInt16BE(at);
  return end > bytes.length ? null : textOf(bytes.subarray(at + 2, end));
}

function javaText(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text, 'latin1')]);
}
