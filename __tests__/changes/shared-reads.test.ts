import { describe, expect, it } from '@jest/globals';
import { sharedReads } from '../../src/changes/shared-reads.js';

const bytes = (oid: string) => new TextEncoder().encode(`content of ${oid}`);

/** A reader that notes what it is asked for at once, and answers when it is told to. */
function reader(missing: readonly string[] = []) {
  const asked: string[][] = [];
  const answers: (() => void)[] = [];
  const read = sharedReads(async (oids) => {
    asked.push([...oids]);
    await new Promise<void>((resolve) => answers.push(resolve));
    const lost = oids.find((oid) => missing.includes(oid));
    if (lost) throw new Error(`${lost} is missing`);
    return new Map(oids.map((oid) => [oid, bytes(oid)]));
  });
  async function answerAll(): Promise<void> {
    for (let round = 0; round < 10; round += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const answer of answers.splice(0)) answer();
    }
  }
  return { read, asked, answerAll };
}

describe('reads of blobs', () => {
  it('that come while one is under way share the next', async () => {
    const { read, asked, answerAll } = reader();
    const first = read(['a']);
    await new Promise((resolve) => setImmediate(resolve));
    const others = [read(['b', 'c']), read(['c', 'd'])];
    await answerAll();
    expect((await first).get('a')).toEqual(bytes('a'));
    expect((await others[0])?.get('b')).toEqual(bytes('b'));
    expect((await others[1])?.get('d')).toEqual(bytes('d'));
    expect(asked).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('do not fail for what is missing elsewhere', async () => {
    const { read, answerAll } = reader(['lost']);
    const wanted = read(['a']);
    const lost = read(['lost']).then(
      () => 'found',
      (error: Error) => error.message,
    );
    await answerAll();
    expect((await wanted).get('a')).toEqual(bytes('a'));
    expect(await lost).toBe('lost is missing');
  });

  it('go on after a failure', async () => {
    const { read, answerAll } = reader(['lost']);
    const lost = read(['lost']).catch(() => 'failed');
    await answerAll();
    expect(await lost).toBe('failed');
    const next = read(['b']);
    await answerAll();
    expect((await next).get('b')).toEqual(bytes('b'));
  });
});
