import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as core from '@actions/core';
import type { Inputs } from '../inputs/inputs.js';
import type { Written } from './files.js';
import type { GitHub } from './github.js';
import { harmless } from './harmless.js';
import { type Told, tellingOf } from './telling.js';
import { toGitHub } from './to-github.js';

/** Name of the runner's state under which the main step leaves the path for the post step. */
const state = 'untold';

/** Keeps a masked result that GitHub's API did not take, beside the report files. False where there is no place for it. */
export async function keepUntold(told: Omit<Told, 'mask'>, { evidence, plan }: Written): Promise<boolean> {
  const beside = evidence ?? plan;
  if (beside === null) return false;
  const path = join(dirname(beside), 'untold.json');
  try {
    await writeFile(path, JSON.stringify(told));
  } catch {
    return false;
  }
  core.saveState(state, path);
  return true;
}

/** Tells GitHub once more what its API did not take in the main step. What still can't be written is one notice. */
export async function tellUntold(inputs: Inputs, github: GitHub | null): Promise<void> {
  const told = JSON.parse(await readFile(core.getState(state), 'utf8')) as Omit<Told, 'mask'>;
  const telling = tellingOf({ ...told, mask: (text) => text }, inputs);
  if (telling === null || github === null) return;
  const problems = await toGitHub(telling, inputs, github);
  if (problems.length === 0) return core.info('What was left out of the report on GitHub is written now.');
  const said = problems.map(({ text }) => text).join('; ');
  core.notice(
    harmless(
      `Still left out of the report on GitHub: ${said}. The job summary and the ledger have it; a rerun of this workflow run writes its checks again.`,
    ),
  );
}
