/** A snapshot's bytes are not what they should be: cut off, damaged, or of a format that is not known. The message says what and where. */
export class UnreadableSnapshot extends Error {
  override readonly name = 'UnreadableSnapshot';
}

/** Reads big-endian values as Java's `DataOutputStream` writes them, one after another. Whatever is wrong throws `UnreadableSnapshot`. */
export class Bytes {
  readonly #view: DataView;
  #at = 0;

  constructor(readonly all: Uint8Array) {
    this.#view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  }

  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.all.byteLength - this.#at;
  }

  /** Goes on over `length` bytes; gives where they start. */
  skip(length: number, what: string): number {
    if (length < 0 || length > this.left)
      throw this.wrong(`${what} of ${length} bytes does not fit into the ${this.left} bytes that are left`);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  take(length: number, what: string): Uint8Array {
    const start = this.skip(length, what);
    return this.all.subarray(start, start + length);
  }

  int8(what: string): number {
    return this.#view.getInt8(this.skip(1, what));
  }

  int32(what: string): number {
    return this.#view.getInt32(this.skip(4, what));
  }

  /** A 64-bit number. Those beyond 2^53 are damage: nothing here is as large. */
  int64(what: string): number {
    const value = Number(this.#view.getBigInt64(this.skip(8, what)));
    if (!Number.isSafeInteger(value)) throw this.wrong(`${what} is ${value}`);
    return value;
  }

  /** A number that is not negative, as sizes and positions are. */
  length(what: string): number {
    const value = this.int64(what);
    if (value < 0) throw this.wrong(`${what} is ${value}`);
    return value;
  }

  /** The length of a list whose elements take `least` bytes or more each: a damaged one never costs more than the file has bytes. */
  count(what: string, least: number): number {
    const value = this.int32(what);
    if (value < 0 || value * least > this.left) throw this.wrong(`there can't be ${value} ${what}`);
    return value;
  }

  text(what: string): string {
    const length = this.#view.getUint16(this.skip(2, what));
    const text = textOf(this.take(length, what));
    if (text === null) throw this.wrong(`${what} is no text`);
    return text;
  }

  wrong(what: string): UnreadableSnapshot {
    return new UnreadableSnapshot(`${what}, at byte ${this.#at}`);
  }
}

/** Java's modified UTF-8 (each UTF-16 unit by itself, no byte 0); null: it is none. */
export function textOf(bytes: Uint8Array): string | null {
  const units: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const isNext = (byte: number) => (byte & 0xc0) === 0x80;
    if (first < 0x80) {
      if (first === 0) return null;
      units.push(first);
      at += 1;
    } else if ((first & 0xe0) === 0xc0 && isNext(second)) {
      units.push(((first & 0x1f) << 6) | (second & 0x3f));
      at += 2;
    } else if ((first & 0xf0) === 0xe0 && isNext(second) && isNext(third)) {
      units.push(((first & 0x0f) << 12) | ((second & 0x3f) << 6) | (third & 0x3f));
      at += 3;
    } else return null;
  }
  // In pieces: a call takes only so many arguments.
  let text = '';
  for (let at = 0; at < units.length; at += 4096) text += String.fromCharCode(...units.slice(at, at + 4096));
  return text;
}
