import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RolloutError } from '../model/error.js';
import { sha256 } from './digest.js';

/** What Git LFS commits in place of a large file. */
const pointer =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize (\d+)\n?$/;
const longestPointer = 1024;

/**
 * The content behind a blob: itself, or for a Git LFS pointer the file in the work tree, if it is the one that the pointer names.
 * So the bytes belong to the commit here, too. Throws `artifact-lfs-missing`.
 */
export async function contentOfBlob(blob: Uint8Array, root: string, path: string): Promise<Uint8Array> {
  if (blob.length > longestPointer) return blob;
  const [, oid] = pointer.exec(Buffer.from(blob).toString()) ?? [];
  if (oid === undefined) return blob;
  const file = await readFile(join(root, path)).catch(() => null);
  if (file !== null && sha256(file) === oid) return file;
  throw new RolloutError(
    'artifact-lfs-missing',
    `${path} is kept in Git LFS, and ${file === null ? 'it is not' : 'another content is'} in the work tree.`,
    { class: 'input', next: 'check out with `lfs: true`, or run `git lfs pull`' },
  );
}
