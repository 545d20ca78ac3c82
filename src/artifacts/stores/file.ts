import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ByteRange } from '../../engines/engine.js';
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

  async function get({ uri, key }: Address, range?: ByteRange): Promise<Uint8Array | null> {
    try {
      return range === undefined ? await readFile(`/${key}`) : await part(`/${key}`, range);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw storeError({ kind: 'failed' }, `read ${uri}`, error);
    }
  }

  return { put, get, close: () => {} };
}

async function part(path: string, { offset, length }: ByteRange): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
