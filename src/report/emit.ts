import * as core from '@actions/core';
import type { Annotation } from './annotations.js';
import { harmless } from './harmless.js';
import { cut } from './text.js';

/** The runner turns at most 10 commands of each kind of a step into annotations; some are left for what else the step says. */
const mostOfAKind: Readonly<Record<Annotation['level'], number>> = { failure: 9, warning: 8, notice: 7 };
/** The runner cuts a message at 4,096 characters. */
const mostMessage = 4000;
const mostTitle = 250;

const commands = { failure: core.error, warning: core.warning, notice: core.notice } as const;

/** Writes annotations as workflow commands: they need no token at all. What is over the limit is told as a count. */
export function emitAnnotations(all: readonly Annotation[]): void {
  for (const level of ['failure', 'warning', 'notice'] as const) {
    const some = all.filter((one) => one.level === level);
    const most = mostOfAKind[level];
    const shown = some.length > most ? some.slice(0, most - 1) : some;
    for (const one of shown) {
      const title = cut(harmless(one.title), mostTitle);
      const place = one.file === null ? {} : { file: one.file, startLine: one.line };
      commands[level](cut(harmless(one.message), mostMessage), { title, ...place });
    }
    if (shown.length < some.length)
      commands[level](`${some.length - shown.length} more; see the summary and the report file.`);
  }
}
