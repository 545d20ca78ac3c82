import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { addFile, unusable } from './entries.js';

/** Proves that entries can be added to the folder: writes one beside them and takes it away again. */
export async function proveFolder(root: string): Promise<void> {
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    throw unusable(root, 'written', error);
  }
  const probe = join(root, `.probe-${randomUUID()}`);
  await addFile(root, probe, '');
  await rm(probe, { force: true });
}
