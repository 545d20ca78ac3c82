import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type ArchiveFile, archiveOf } from './archive.js';

/** Bytes of a file, or of an archive of a folder, that a build left on this machine; null where it is not there. */
export async function localBytes(root: string, path: string, form: 'file' | 'zip'): Promise<Uint8Array | null> {
  const full = resolve(root, path);
  const found = await stat(full).catch(() => null);
  if (found === null) return null;
  if (form === 'file') return found.isFile() ? readFile(full) : null;
  if (found.isFile())
    return archiveOf([
      {
        name: path.slice(path.lastIndexOf('/') + 1),
        executable: isExecutable(found.mode),
        bytes: await readFile(full),
      },
    ]);
  return archiveOf(await filesBelow(full));
}

async function filesBelow(folder: string): Promise<ArchiveFile[]> {
  const entries = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    entries.sort().map(async (name): Promise<ArchiveFile[]> => {
      const found = await stat(join(folder, name));
      if (!found.isFile()) return [];
      return [{ name, executable: isExecutable(found.mode), bytes: await readFile(join(folder, name)) }];
    }),
  );
  return files.flat();
}

function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}
