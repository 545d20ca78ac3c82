import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RolloutError } from '../../model/error.js';

/** A numbered entry of a folder: `00000007.json` is number 7. */
export interface Entry {
  readonly number: number;
  readonly text: string;
}

/** Numbers of a folder's entries, oldest first; empty where the folder does not exist. */
export async function numbers(folder: string): Promise<readonly number[]> {
  const names = await listed(folder);
  return names
    .flatMap((name) => /^(\d{8,})\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Names in a folder; empty where it does not exist. */
export async function listed(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw unusable(folder, 'read', error);
  }
}

export async function readEntry(folder: string, number: number): Promise<Entry> {
  return { number, text: await readFile(pathOf(folder, number), 'utf8') };
}

/**
 * Adds an entry if nobody else has: false if the number is taken. The text is on the disk before its name appears, and
 * the name appears at once or not at all (`link`), so there is no lock that a dead process could leave behind.
 */
export async function addEntry(folder: string, number: number, text: string): Promise<boolean> {
  return addFile(folder, pathOf(folder, number), text);
}

/** Creates a file with its whole content, or leaves the one that exists and answers false. */
export async function addFile(folder: string, path: string, text: string): Promise<boolean> {
  const draft = join(folder, `.${randomUUID()}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await writeDurably(draft, text);
    await link(draft, path);
    await syncFolder(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw unusable(folder, 'written', error);
  } finally {
    await rm(draft, { force: true });
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its file system writes names through by itself.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function pathOf(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(8, '0')}.json`);
}

export function unusable(folder: string, what: 'read' | 'written', cause: unknown): RolloutError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new RolloutError(
    what === 'written' ? 'ledger-not-writable' : 'ledger-unreachable',
    `The ledger folder ${folder} cannot be ${what} (${code ?? message}).`,
    {
      cause,
      next: 'Check that the folder exists on this machine, is writable, and that its file system has hard links.',
    },
  );
}
