import * as core from '@actions/core';
import type { ManifestError } from '../manifest/index.js';
import { harmless } from './harmless.js';
import { cut } from './text.js';

/** The runner makes annotations of 10 errors of a step; one is left for the sentence at the end. */
const mostErrors = 9;
const mostMessage = 4000;
const mostTitle = 250;

/** Prints each manifest error on its line, then fails the step once. Gives the exit code: 4, or 0 where there are none. */
export function tellInputErrors(errors: readonly ManifestError[]): number {
  if (errors.length === 0) return 0;
  for (const error of errors.slice(0, mostErrors)) {
    const title = error.field === '' ? error.code : `${error.code}: ${error.field}`;
    core.error(cut(harmless(error.message), mostMessage), {
      title: cut(harmless(title), mostTitle),
      ...placeOf(error),
    });
  }
  const lines = errors.map(
    ({ file, line, column, field, message }) =>
      `${file}:${line}:${column}: ${field === '' ? '' : `${field}: `}${message}`,
  );
  core.info(harmless(lines.join('\n')));
  const count = errors.length === 1 ? '1 error' : `${errors.length} errors`;
  core.setFailed(`The manifest has ${count}; nothing was looked at or touched.`);
  return 4;
}

/** A manifest given as text is no file that could be annotated. */
function placeOf({ file, line, column }: ManifestError): core.AnnotationProperties {
  return file.startsWith('(') ? {} : { file, startLine: line, startColumn: column };
}
