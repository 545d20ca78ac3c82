import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { conflict, storeError } from './errors.js';
import type { Address, ObjectStore } from './store.js';

/** Artifacts in a folder, for local tests. */
export function openFiles(): ObjectStore {
  async function put(address: Address, bytes: Uint8Array): Promise<'created' | 'present'> {
    const path = `/${address.key}`;
    const draft = `${path}.${process.pid}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, bytes);
      // Refused where the name exists: nobody sees half a file, and nothing is overwritten.
      await link(draft, path);
      return 'created';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw storeError({ kind: 'failed' }, `write ${address.uri}`, error);
      const there = await get(address);
      if (there === null || !Buffer.from(bytes).equals(there)) throw conflict(address.uri, 'another content');
      return 'present';
    } finally {
      await rm(draft, { force: true });
    }
  }

  async function get({ uri, key }: Address): Promise<Uint8Array | null> {
    try {
      return await readFile(`/${key}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw storeError({ kind: 'failed' }, `read ${uri}`, error);
    }
  }

  return { put, get, close: () => {} };
}
