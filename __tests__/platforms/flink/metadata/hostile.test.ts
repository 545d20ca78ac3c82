import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  operatorIdOf,
  readMetadata,
  type Snapshot,
  statesOf,
  UnreadableSnapshot,
} from '../../../../src/platforms/flink/metadata/index.js';
import { sample, samples } from './samples.js';

/** A value or a clear error; anything else (a RangeError, an endless loop, memory by a number in the file) fails the test. */
function read(bytes: Uint8Array): Snapshot | null {
  try {
    return readMetadata(bytes);
  } catch (error) {
    if (error instanceof UnreadableSnapshot && error.message !== '') return null;
    throw error;
  }
}

/** Nothing that was read is larger than what it was read from. */
function expectBounded(snapshot: Snapshot | null, bytes: Uint8Array): void {
  if (snapshot === null) return;
  const { operators } = snapshot;
  const parts = operators.flatMap(({ states, files }) => [...states, ...files]);
  expect(operators.length * 32 + parts.length * 2).toBeLessThanOrEqual(bytes.byteLength);
}

const all = samples.map((name) => sample(name));
const one = fc.constantFrom(...all);

describe('damaged files', () => {
  it('cut off anywhere in the state: a clear error', () => {
    // The properties at the end, which are not read, are shorter than 2 KB.
    const cut = fc.tuple(one, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }));
    fc.assert(
      fc.property(cut, ([bytes, part]) => {
        const end = Math.floor((bytes.byteLength - 2048) * part);
        if (end > 0) expect(read(bytes.subarray(0, end))).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('some bytes are others', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      to: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(one, fc.array(change, { minLength: 1, maxLength: 6 }), (bytes, changes) => {
        const damaged = Uint8Array.from(bytes);
        for (const { at, to } of changes) damaged[Math.floor(at * bytes.byteLength)] = to;
        expectBounded(read(damaged), damaged);
      }),
      { numRuns: 2000 },
    );
  });

  it('a number in it is huge, negative or zero', () => {
    const number = fc.constantFrom(0x7fffffff, -1, -2147483648, 0, 0x00ffffff);
    fc.assert(
      fc.property(one, fc.nat(), number, (bytes, at, value) => {
        const damaged = Buffer.from(bytes);
        damaged.writeInt32BE(value, at % (bytes.byteLength - 4));
        expectBounded(read(damaged), damaged);
      }),
      { numRuns: 3000 },
    );
  });

  it('anything after a good start', () => {
    const start = fc.constantFrom(3, 4, 5, 6).map((version) => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(0x4960672d, 0);
      bytes.writeInt32BE(version, 4);
      return bytes;
    });
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 400 }), (head, rest) => {
        const bytes = Buffer.concat([head, rest]);
        expectBounded(read(bytes), bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('handles inside handles inside handles', () => {
    const start = all[0]!.subarray(0, 8);
    const int = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(value);
      return bytes;
    };
    // One operator whose coordinator is a stream in a stream, thousands deep.
    const operator = Buffer.concat([Buffer.alloc(16), int(1), int(1)]);
    const nested = Buffer.concat(
      Array.from({ length: 20_000 }, () => Buffer.concat([Buffer.from([3]), int(0), int(0)])),
    );
    expect(read(Buffer.concat([start, Buffer.alloc(8), int(0), int(1), operator, nested]))).toBeNull();
  });
});

describe('names of keyed state', () => {
  it('any bytes: names or none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(statesOf(bytes)).toBeNull();
      }),
    );
  });

  it('are found whatever the serializers write around them', () => {
    const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 });
    const noise = fc.uint8Array({ maxLength: 60 });
    const state = fc.record({ name: word, kind: fc.constantFrom('VALUE', 'LIST', 'MAP'), timers: fc.boolean(), noise });
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 8 }), noise, noise, (states, before, after) => {
        const written = Buffer.concat([before, listOf(states), after]);
        expect(statesOf(written)?.map(({ name }) => name)).toEqual(states.map(({ name }) => name));
      }),
      { numRuns: 500 },
    );
  });
});

it('an id is 32 hexadecimal digits, for every uid', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (uid) => expect(operatorIdOf(uid)).toMatch(/^[0-9a-f]{32}$/)));
});

interface Written {
  readonly name: string;
  readonly kind: string;
  readonly timers: boolean;
  readonly noise: Uint8Array;
}

/** As Flink writes the list: its length, then for each state name, type, options, serializers. */
function listOf(states: readonly Written[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(states.length);
  const int = (value: number) => Buffer.from([0, 0, 0, value]);
  const one = ({ name, kind, timers, noise }: Written) =>
    timers
      ? [javaText(name), int(3), int(0), int(1), javaText('VALUE_SERIALIZER'), noise]
      : [javaText(name), int(0), int(1), javaText('KEYED_STATE_TYPE'), javaText(kind), int(2), noise];
  return Buffer.concat([count, ...states.flatMap(one)]);
}

/** Each UTF-16 unit by itself, and 0 in two bytes: what `DataOutputStream.writeUTF` does. */
function javaText(text: string): Buffer {
  const bytes = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).flatMap((unit) => {
    if (unit > 0 && unit < 0x80) return [unit];
    if (unit < 0x800) return [0xc0 | (unit >> 6), 0x80 | (unit & 0x3f)];
    return [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
  });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
}
