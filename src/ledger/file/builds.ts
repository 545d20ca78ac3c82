import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../artifacts/digest.js';
import type { BuildResult } from '../../model/artifact.js';
import { broken, decodeBuilds, encodeBuilds } from '../body.js';
import { addFile, listed } from './entries.js';

/** Build results of one job, oldest first. */
export async function builds(folder: string): Promise<readonly BuildResult[]> {
  const names = (await listed(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const all = await Promise.all(names.map((name) => readBuild(join(folder, name))));
  return all.sort((a, b) => a.builtAt.localeCompare(b.builtAt));
}

/** Keeps a result if there is none yet for its code; answers with the one that stands. */
export async function keepBuild(folder: string, result: BuildResult): Promise<BuildResult> {
  const path = join(folder, `${sha256(result.code)}.json`);
  const kept = await addFile(folder, path, encodeBuilds([result]));
  return kept ? result : readBuild(path);
}

async function readBuild(path: string): Promise<BuildResult> {
  const [build] = decodeBuilds(await readFile(path, 'utf8'), path);
  if (build) return build;
  throw broken(path, 'it holds no build');
}
