import type { Scratch } from './scratch.js';

/** Texts of objects by name (`<commit>:rollout.json`), in one process; undefined where there is none. */
export async function readTexts(scratch: Scratch, names: readonly string[]): Promise<readonly (string | undefined)[]> {
  if (names.length === 0) return [];
  const { stdout } = await scratch.git(
    'Reading the ledger',
    ['cat-file', '--batch'],
    names.map((name) => `${name}\n`).join(''),
  );
  const texts: (string | undefined)[] = [];
  let at = 0;
  for (const _ of names) {
    const lineEnd = stdout.indexOf(0x0a, at);
    const header = stdout.subarray(at, lineEnd).toString('utf8');
    at = lineEnd + 1;
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(header)?.[1];
    if (size === undefined) {
      texts.push(undefined);
      continue;
    }
    texts.push(stdout.subarray(at, at + Number(size)).toString('utf8'));
    at += Number(size) + 1;
  }
  return texts;
}
