import * as core from '@actions/core';
import type { ManifestError } from '../manifest/index.js';
import { harmless } from './harmless.js';

/** Prints each manifest error on its line, then fails the step once. Gives the exit code: 4, or 0 where there are none. */
export function tellInputErrors(errors: readonly ManifestError[]): number {
  if (errors.length === 0) return 0;
  for (const error of errors.slice(0, 9)) {
    const title = error.field === '' ? error.code : `${error.code}: ${error.field}`;
    core.error(harmless(error.message), { title: harmless(title), file: error.file, startLine: error.line, startColumn: error.column });
  }
  const lines = errors.map((error) => `${error.file}:${error.line}:${error.column} ${error.field}: ${error.message}`);
  core.info(harmless(lines.join('\n')));
  core.setFailed(`The manifest has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; nothing was looked at or touched.`);
  return 4;
}
