// Runs a TypeScript file of this repository on any supported Node: bundles it beside node_modules, then imports it.
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [, , file, ...rest] = process.argv;
if (!file) throw new Error('usage: node scripts/run.mjs FILE.ts [ARGUMENT …]');
const outdir = join(import.meta.dirname ?? '.', '..', '.cache', 'run');
mkdirSync(outdir, { recursive: true });
const outfile = join(outdir, `${basename(file, '.ts')}-${process.pid}.mjs`);
await build({
  entryPoints: [file],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  outfile,
});
process.argv = [process.argv[0], file, ...rest];
await import(pathToFileURL(outfile).href);
