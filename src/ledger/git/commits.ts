import { randomUUID } from 'node:crypto';
import type { Scratch } from './scratch.js';

/** A commit to make: its files are the whole tree. */
export interface Draft {
  readonly parent: string | null;
  readonly message: string;
  readonly files: { readonly [name: string]: string };
}

/** Not a real host; nobody gets mail for a record. */
const identity = 'stream-rollout <stream-rollout@localhost>';

/** Makes commits in one process and answers with their ids. Every commit is unlike any other, also with the same content. */
export async function makeCommits(
  scratch: Scratch,
  drafts: readonly Draft[],
  atMs: number,
): Promise<readonly string[]> {
  // Two groups at a time must not get in each other's way: fast-import wants a ref for every commit.
  const group = randomUUID();
  const stream = drafts.map((draft, index) => command(draft, group, index + 1, Math.floor(atMs / 1000)));
  const { stdout } = await scratch.git(
    'Writing the ledger',
    ['fast-import', '--quiet', '--force', '--done', '--date-format=raw', '--cat-blob-fd=1'],
    Buffer.concat([...stream.flat(), Buffer.from('done\n')]),
  );
  return stdout.toString('utf8').trim().split('\n');
}

function command(draft: Draft, group: string, mark: number, seconds: number): Buffer[] {
  const parts = [
    Buffer.from(`commit refs/drafts/${group}/${mark}\nmark :${mark}\ncommitter ${identity} ${seconds} +0000\n`),
    // Two writers with the same content at the same second must not make the same commit: both would have won.
    data(`${oneLine(draft.message)}\n\nWrite: ${randomUUID()}\n`),
    Buffer.from(draft.parent === null ? 'deleteall\n' : `from ${draft.parent}\ndeleteall\n`),
  ];
  for (const [name, text] of Object.entries(draft.files))
    parts.push(Buffer.from(`M 100644 inline ${name}\n`), data(text));
  return [...parts, Buffer.from(`\nget-mark :${mark}\n`)];
}

function data(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim().slice(0, 200) || 'record';
}
