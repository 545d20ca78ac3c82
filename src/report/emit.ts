import * as core from '@actions/core';
import type { Annotation } from './annotations.js';
import { harmless } from './harmless.js';
import { cut } from './text.js';

/** The runner turns at most this many commands of each kind into annotations, and cuts messages. */
const mostOfAKind = 10;
const mostMessage = 4000;

/** Writes annotations as workflow commands: they need no token at all. The rest is told as a count. */
export function emitAnnotations(all: readonly Annotation[]): void {
  for (const level of ['failure', 'warning', 'notice'] as const) {
    const some = all.filter((one) => one.level === level);
    for (const one of some.slice(0, some.length > mostOfAKind ? mostOfAKind - 1 : mostOfAKind)) {
      const properties = { title: cut(harmless(one.title), 250), file: one.file, startLine: one.line };
      const message = cut(harmless(one.message), mostMessage);
      if (level === 'failure') core.error(message, properties);
      else if (level === 'warning') core.warning(message, properties);
      else core.notice(message, properties);
    }
    const left = some.length - (mostOfAKind - 1);
    if (some.length > mostOfAKind)
      core[level === 'failure' ? 'error' : level](`${left} more; see the summary and the report file.`);
  }
}
