import { readFileSync } from 'node:fs';
import { manifestSchema } from '../../src/manifest/index.js';
import { actionYml } from './action.js';
import { allEngines, enginesPage } from './engines.js';
import { readme } from './readme.js';
import { documentKinds, documentSchema } from './schemas.js';
import { troubleshooting } from './troubleshooting.js';
import { verification } from './verification.js';

/** Files that are made from the sources: path from the root of the repository to the function that gives the text. */
export const generated: { readonly [path: string]: () => Promise<string> } = {
  'action.yml': async () => actionYml(),
  'README.md': async () => readme(readFileSync('README.md', 'utf8')),
  'docs/troubleshooting.md': async () => troubleshooting(),
  'docs/verification.md': async () => verification(readFileSync('docs/verification.md', 'utf8'), await allEngines()),
  'docs/engines/README.md': async () => enginesPage(await allEngines()),
  'schemas/streaming-jobs.schema.json': async () => json(manifestSchema(await allEngines())),
  ...Object.fromEntries(
    documentKinds.map((kind) => [`schemas/${kind}.schema.json`, async () => json(documentSchema(kind))]),
  ),
};

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
