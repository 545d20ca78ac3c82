import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { metadataOf, type Saved } from './snapshot-file.js';

/** An object store of the local cloud that snapshots can be written to, by the scheme of their path. */
export type WriteObject = (uri: string, bytes: Buffer | null) => void;

/** Where snapshots lie: `_metadata` in real files or in an emulated store; what they hold is kept in memory. */
export class Disk {
  readonly #saved = new Map<string, Saved>();
  readonly #object: WriteObject | null;
  readonly #writes: (file: string) => boolean;
  #folder: string | null = null;

  /** `writes`: which files of this machine may be made; the others are kept in memory only, as what lies in a container. */
  constructor(object: WriteObject | null, writes: (file: string) => boolean = () => true) {
    this.#object = object;
    this.#writes = writes;
  }

  /** A folder of this service, made when it is first needed. */
  get folder(): string {
    if (this.#folder === null) {
      const made = mkdtempSync(join(tmpdir(), 'emulated-flink-'));
      this.#folder = made;
    }
    return this.#folder;
  }

  close(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }

  write(path: string, saved: Saved, version: 4 | 6): void {
    this.#saved.set(pathOf(path), saved);
    this.#put(path, metadataOf(saved, version));
  }

  remove(path: string): void {
    this.#saved.delete(pathOf(path));
    this.#put(path, null);
  }

  read(path: string): Saved | null {
    return this.#saved.get(pathOf(path)) ?? null;
  }

  #put(path: string, bytes: Buffer | null): void {
    const plain = pathOf(path);
    const file = `${plain.slice('file:'.length)}/_metadata`;
    if (!plain.startsWith('file:')) this.#object?.(`${plain}/_metadata`, bytes);
    else if (!this.#writes(file)) return;
    else if (bytes === null) rmSync(dirname(file), { recursive: true, force: true });
    else {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
  }
}

/** A path as Flink gives it back: `file:/p` for every way to write it, without `_metadata` and a slash at the end. */
export function pathOf(path: string): string {
  const plain = path.replace(/\/_metadata$/, '').replace(/\/+$/, '');
  return plain.startsWith('/') || plain.startsWith('file:') ? `file:/${plain.replace(/^(file:)?\/*/, '')}` : plain;
}
