import { describe, expect, it } from '@jest/globals';
import {
  operatorIdOf,
  readMetadata,
  statesOf,
  UnreadableSnapshot,
} from '../../../../src/platforms/flink/metadata/index.js';
import { sample, samples } from './samples.js';

const operator = [
  { scope: 'operator', name: 'broadcast', kind: 'broadcast' },
  { scope: 'operator', name: 'split', kind: 'split' },
  { scope: 'operator', name: 'union', kind: 'union' },
];
const keyed = [
  { scope: 'keyed', name: '_timer_state/event_user-timers', kind: 'timers' },
  { scope: 'keyed', name: '_timer_state/processing_user-timers', kind: 'timers' },
  { scope: 'keyed', name: 'a value', kind: 'value' },
  { scope: 'keyed', name: 'aggregating', kind: 'aggregating' },
  { scope: 'keyed', name: 'liste-é', kind: 'list' },
  { scope: 'keyed', name: 'map', kind: 'map' },
  { scope: 'keyed', name: 'reducing', kind: 'reducing' },
];

const found = (name: string, uid: string) => {
  const one = readMetadata(sample(name)).operators.find(({ id }) => id === operatorIdOf(uid));
  if (one === undefined) throw new Error(`${name} has no operator ${uid}`);
  return one;
};

it('has samples of two lines, two backends and three kinds of snapshots', () => {
  expect(samples).toHaveLength(12);
});

describe.each(samples)('%s', (name) => {
  const isNew = name.startsWith('2.3.0');

  it('is read to its end', () => {
    const { version, checkpointId, operators } = readMetadata(sample(name));
    expect([version, operators.length]).toEqual([isNew ? 6 : 4, 4]);
    expect(checkpointId).toBeGreaterThan(0);
    // The operator that the job gives no uid has an id of its own, and no state.
    expect(operators.filter(({ hasState }) => !hasState).map(({ id }) => id)).toEqual([
      '60e59d261b9df77c81fe958436f0eed1',
    ]);
  });

  it('names operator state', () => {
    expect(found(name, 'operator')).toMatchObject({
      name: isNew ? 'operator' : null,
      uid: isNew ? 'operator' : null,
      parallelism: 2,
      maxParallelism: 4,
      hasState: true,
      states: operator,
      files: [],
      unnamed: false,
    });
    const source = { states: [{ scope: 'operator', name: 'SourceReaderState', kind: 'split' }], parallelism: 1 };
    expect(found(name, 'numbers')).toMatchObject(source);
  });

  it('names keyed state, in the file or in those that it refers to', () => {
    const { states, files, unnamed, size, hasState } = found(name, 'keyed');
    expect([unnamed, hasState]).toEqual([false, true]);
    expect(size).toBeGreaterThan(5000);
    // Only the newer line obeys the limit that puts all state into files.
    const apart = name.startsWith('2.3.0-rocksdb');
    expect(states).toEqual(apart ? [] : keyed);
    expect(files).toHaveLength(apart ? 2 : 0);
    for (const { path, relative, offset, length, head } of files) {
      expect([relative, offset]).toEqual([true, 0]);
      expect(head).toBeLessThanOrEqual(length);
      const bytes = sample(name, path);
      expect(bytes.byteLength).toBe(length);
      const names = statesOf(bytes.subarray(0, head));
      expect(names?.toSorted((one, other) => (one.name < other.name ? -1 : 1))).toEqual(keyed);
      // What comes after the names changes nothing; what ends before they do is no whole list.
      expect(statesOf(bytes)).toEqual(names);
      expect(statesOf(bytes.subarray(0, 400))).toBeNull();
    }
  });
});

describe('ids of operators', () => {
  // As real clusters gave them, and lengths around a block of 16 bytes.
  it.each([
    ['numbers', 'ca88eee0095684d687a1b6495617f957'],
    ['counter', '0da08f51eaa85fc298e176a139b3649a'],
    ['lines', 'eae5c6d2bc3e7d57a36526fbb842351e'],
    ['keyed', 'e7beec23fd9f6ed5e1b8395129d43728'],
    ['', '00000000000000000000000000000000'],
  ])('%j', (uid, id) => expect(operatorIdOf(uid)).toBe(id));
});

describe('what is no such file', () => {
  const of = (version: number) => {
    const bytes = Buffer.from(sample('2.3.0-hashmap-native'));
    bytes.writeInt32BE(version, 4);
    return bytes;
  };
  it.each([
    ['nothing', Buffer.alloc(0), 'this is no _metadata file'],
    ['a text', Buffer.from('<Error>AccessDenied</Error>'), 'this is no _metadata file'],
    ['a format of 2018', of(2), 'format 2 is of Flink 1.10 or earlier'],
    ['a format to come', of(7), 'format 7 is not known'],
    ['a file that is cut off', sample('2.3.0-hashmap-native').subarray(0, 2000), 'does not fit into'],
  ])('%s', (_, bytes, message) => {
    expect(() => readMetadata(bytes)).toThrow(UnreadableSnapshot);
    expect(() => readMetadata(bytes)).toThrow(message);
  });
});
