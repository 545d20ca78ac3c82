import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generated } from './generated/index.js';

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
