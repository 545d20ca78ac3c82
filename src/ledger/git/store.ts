import { fetchRefs, heads } from './heads.js';
import { readTexts } from './objects.js';
import type { Scratch } from './scratch.js';

/** A ref with the commit that it points to and the texts of the wanted files there. */
export interface Found<T> {
  readonly oid: string;
  readonly value: T;
}

/** How a commit's files become a value. */
export interface Reading<T> {
  /** Names of the objects to read for a commit. */
  objects(oid: string): readonly string[];
  value(texts: readonly (string | undefined)[], where: string): T;
}

/** Refs of the remote with their newest values, read with one `ls-remote` and at most one fetch. */
export interface Store<T> {
  /** Newest values by ref. Values of commits that were seen before are not read again. */
  read(patterns: readonly string[]): Promise<ReadonlyMap<string, Found<T>>>;
  /** True if the commit's object is here, so that it can be a parent. */
  has(oid: string): boolean;
  /** Notes a value that this process wrote. */
  note(ref: string, found: Found<T>): void;
}

export function storeOf<T>(scratch: Scratch, reading: Reading<T>): Store<T> {
  const newest = new Map<string, Found<T>>();
  const present = new Set<string>();
  async function read(patterns: readonly string[]): Promise<ReadonlyMap<string, Found<T>>> {
    const now = await heads(scratch.ask, patterns);
    const unseen = () => [...now].filter(([ref, oid]) => newest.get(ref)?.oid !== oid).map(([ref]) => ref);
    if (unseen().length > 0) {
      await scratch.alone(async () => {
        const refs = unseen(); // Another read may have brought some of them while this one waited.
        if (refs.length > 0) await load(await fetchRefs(scratch, refs, 1));
      });
    }
    return new Map(
      [...now.keys()].flatMap((ref) => (newest.has(ref) ? [[ref, newest.get(ref) as Found<T>] as const] : [])),
    );
  }

  async function load(refs: ReadonlyMap<string, string>): Promise<void> {
    const names = [...refs.values()].map((oid) => reading.objects(oid));
    const texts = await readTexts(scratch, names.flat());
    let at = 0;
    for (const [index, [ref, oid]] of [...refs].entries()) {
      const count = names[index]?.length ?? 0;
      const value = reading.value(texts.slice(at, at + count), `${ref} at ${oid.slice(0, 12)}`);
      at += count;
      note(ref, { oid, value });
    }
  }

  function note(ref: string, found: Found<T>): void {
    present.add(found.oid);
    newest.set(ref, found);
  }

  return { read, has: (oid) => present.has(oid), note };
}
