// Times the phases of change detection inside one process; prints JSON. usage: phases.mjs CLONE MANIFEST BASE
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { describeChanges, openRepository } from '../src/changes/index.js';
import type { Engine } from '../src/engines/engine.js';
import { engineIds, engines } from '../src/engines/index.js';
import { readManifest } from '../src/manifest/index.js';

const [clone = '', path = '', base = ''] = process.argv.slice(2);
const loaded: ReadonlyMap<string, Engine> = new Map(
  await Promise.all(engineIds.map(async (id) => [id, await engines[id]()] as const)),
);

async function manifestOf(text: string) {
  const result = await readManifest(
    { files: [{ path, text }], readFile: async () => null },
    { environment: null, vars: {}, engines: async (id) => loaded.get(id) ?? null, engineIds },
  );
  if (!result.ok) throw new Error(JSON.stringify(result.errors.slice(0, 3)));
  return result.manifest;
}

const started = performance.now();
const manifest = await manifestOf(readFileSync(join(clone, path), 'utf8'));
const read = performance.now();
const repository = await openRepository({ directory: clone, env: process.env });
const changes = await describeChanges({
  manifest,
  engines: loaded,
  repository,
  head: repository.head,
  base: { candidates: [{ how: 'input', commit: base }], pullHead: null },
  // The base's manifest is the same file; reading it is timed as a phase of its own.
  manifestAt: async () => manifest,
  references: new Map(),
});
const described = performance.now();
const changed = [...changes.jobs.values()].filter((change) => change.explanation.touched === true).length;
console.log(JSON.stringify({ manifestMs: read - started, changesMs: described - read, changed }));
