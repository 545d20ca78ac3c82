import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { RolloutError } from '../model/error.js';
import { readEvent } from './event.js';
import { type FieldName, fieldNames } from './fields.js';
import type { Inputs } from './inputs.js';
import { parseInputs, type RawInputs } from './parse.js';

/** Commander's options (camelCase) as raw inputs. */
export function cliRawInputs(options: { readonly [name: string]: unknown }): RawInputs {
  const raw: Partial<Record<FieldName, string>> = {};
  for (const name of fieldNames) {
    const value = options[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined && value !== false) raw[name] = String(value);
  }
  return raw;
}

/** Reads the CLI's flags. Inside a GitHub workflow the run's own facts (run id, repository) are taken from its environment. */
export function readCliInputs(
  raw: RawInputs,
  options: { readonly [name: string]: unknown },
  env: Inputs['env'],
): Inputs {
  const workspace = topOf(folderAt(resolve(String(options['directory'] ?? '.'))));
  // No event starts a command, but a pull request of strangers is one inside a workflow, too.
  const facts = readEvent(env);
  const event = { ...facts, name: null, actor: facts.actor ?? personAt(workspace) };
  const plan = raw['plan-file'];
  const token = raw['github-token'] ?? env['GITHUB_TOKEN'];
  return parseInputs(
    {
      ...raw,
      ...(token === undefined ? {} : { 'github-token': token }),
      ...(plan === undefined ? {} : { 'plan-file': resolve(plan) }),
    },
    {
      event,
      workspace,
      outputDirectory: typeof options['out'] === 'string' ? resolve(options['out']) : '',
      env,
      wait: options['wait'] === true,
    },
  );
}

/** Who asks, for the audit log: as git knows the person here, else the account of this machine; null where neither is known. */
function personAt(directory: string): string | null {
  try {
    const name = execFileSync('git', ['config', 'user.name'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
    if (name !== '') return name;
  } catch {
    // No git, or no name in it.
  }
  try {
    return userInfo().username;
  } catch {
    // The account has no entry on this machine, as in some containers.
    return null;
  }
}

function folderAt(path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new RolloutError('input-invalid', `\`--directory\`: there is no folder ${path}.`, {
    class: 'input',
    next: 'Give the root of the checkout.',
  });
}

/** The top of the checkout around a folder; the folder itself where there is none (`validate` needs no git). */
function topOf(directory: string): string {
  try {
    return execFileSync('git', ['rev-parse', '--show-toplevel'], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }).trim();
  } catch {
    return directory;
  }
}
