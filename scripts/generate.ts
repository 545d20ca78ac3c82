import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { engineIds, engines } from '../src/engines/index.js';
import { manifestSchema } from '../src/manifest/index.js';

/** Files that are made from the sources: path from the root of the repository to the function that gives the text. */
const generated: { readonly [path: string]: () => Promise<string> } = {
  'schemas/streaming-jobs.schema.json': async () => json(manifestSchema(await allEngines())),
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function allEngines() {
  return Promise.all(engineIds.map((id) => engines[id]()));
}

function committed(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

// Run from the root of the repository; with --check nothing is written, and a file that differs fails the command.
const check = process.argv.includes('--check');
for (const [path, make] of Object.entries(generated)) {
  const text = await make();
  if (committed(path) === text) continue;
  if (check) {
    console.error(`${path} is not what its sources give: run \`npm run generate\``);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.error(`${path} written`);
}
