import { describe, expect, it } from '@jest/globals';
import { type Entry, entriesText } from '../../../src/engines/flink-operator/marks.js';

const entry = (n: number, size: number): Entry => ({
  run: `orders/${n}-replace-000000000000`,
  stamp: null,
  launchedAt: '2026-11-22T10:00:00.000Z',
  before: null,
  error: 'e'.repeat(8000),
  declared: { 'job.args': ['a'.repeat(size)] },
  end: null,
  endedAt: null,
  kept: null,
});
const kept = (size: number) => {
  const text = entriesText(Array.from({ length: 12 }, (_, n) => entry(n, size)));
  return { bytes: Buffer.byteLength(text), entries: JSON.parse(text) as Entry[] };
};

describe('the annotation', () => {
  it('keeps what was declared, and old errors, of the last two runs alone', () => {
    const { entries, bytes } = kept(1000);
    expect(entries).toHaveLength(10);
    expect(entries.map(({ declared }) => declared !== null)).toEqual([true, true, ...Array<boolean>(8).fill(false)]);
    expect(entries.map(({ error }) => error !== null)).toEqual([true, true, ...Array<boolean>(8).fill(false)]);
    expect(bytes).toBeLessThan(24_000);
  });

  it('never comes near the 256 KiB that a resource has for all annotations', () => {
    const { entries, bytes } = kept(200_000);
    expect(bytes).toBeLessThan(64 * 1024);
    expect(entries[0]?.run).toBe('orders/0-replace-000000000000');
  });
});
