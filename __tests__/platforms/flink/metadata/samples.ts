import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'samples');

/** Names of the samples; `samples/README.md` says how they were made. */
export const samples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

export function sample(name: string, file = '_metadata'): Buffer {
  return readFileSync(join(folder, name, file));
}
