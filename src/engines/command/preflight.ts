import { access, constants } from 'node:fs/promises';
import type { Finding } from '../../model/finding.js';
import type { Intended } from '../engine.js';
import { commandOf, verbs } from './capabilities.js';
import { type Command, read } from './target.js';

/** A program given by its path has to be there and be executable; others are looked up by the system when they run. */
export async function preflight(intended: Intended): Promise<readonly Finding[]> {
  const json = intended.target ?? intended.subject.target;
  const target = read(json);
  const commands = verbs(json).map((verb) => ({ field: commandOf[verb], command: target[commandOf[verb]] }));
  const findings = await Promise.all(
    commands.map(({ field, command }) =>
      command === undefined ? null : runnable(intended.subject.job, field, command),
    ),
  );
  return findings.filter((finding) => finding !== null);
}

async function runnable(job: string, field: string, command: Command): Promise<Finding | null> {
  const program = programOf(command);
  if (program === null) return null;
  try {
    await access(program, constants.X_OK);
    return null;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'is not executable';
    return {
      code: 'command-not-runnable',
      level: 'error',
      message: `${job}: target.${field} runs ${program}, which ${reason}.`,
      next: 'Check the path, which starts at the checkout, and the executable bit in git.',
    };
  }
}

/** The path that a command starts with, or null where it is looked up or more than a plain word. */
function programOf(command: Command): string | null {
  const word = typeof command === 'string' ? /^\s*([A-Za-z0-9_./-]+)(?=\s|$)/.exec(command)?.[1] : command[0];
  return word?.includes('/') ? word : null;
}
