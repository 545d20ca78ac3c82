import { isAbsolute, resolve } from 'node:path';
import { RolloutError } from '../../model/error.js';
import type { LedgerOptions } from '../options.js';
import { failure } from './failures.js';
import { type GitResult, run } from './run.js';
import { hardened, remoteName } from './scratch.js';

/** Where the ledger lives and what git needs to get there. */
export interface Remote {
  /** Configuration for the scratch repository: addresses, credentials and transport settings of the checkout. */
  readonly config: readonly (readonly [string, string])[];
  readonly objectFormat: 'sha1' | 'sha256';
}

/** Settings of the checkout that are about reaching a host; a checkout action keeps its token in one of them. */
const transport = /^(http|credential|protocol|ssh)\.|^core\.(sshcommand|askpass|gitproxy)$/;

/** Settings that the user gave outside a file are passed on; those of files outside the checkout are read by git itself. */
const scopes = ['local', 'worktree', 'command'];

/** Looks the remote up from the checkout. `place` is a remote's name, an address or a path. */
export async function findRemote(place: string, options: LedgerOptions): Promise<Remote> {
  const git = (...args: string[]) =>
    run(args, {
      cwd: options.cwd,
      env: hardened(options.env),
      signal: options.signal,
      timeoutSeconds: options.timeoutSeconds ?? 60,
    });
  const [version, top, gitDir] = await Promise.all([
    git('version'),
    git('rev-parse', '--show-toplevel'),
    git('rev-parse', '--absolute-git-dir'),
  ]);
  await checkVersion(version);
  const inside = gitDir.code === 0;
  const base = top.code === 0 && text(top) !== '' ? text(top) : inside ? text(gitDir) : options.cwd;
  const [[fetchUrl, pushUrl], formats, config] = await Promise.all([
    addresses(place, inside, git),
    inside ? git('rev-parse', '--show-object-format') : null,
    inside ? git('config', '--list', '--show-scope', '-z') : null,
  ]);
  return {
    config: [
      ...(config === null ? [] : carried(config)),
      [`remote.${remoteName}.url`, absolute(fetchUrl, base)],
      [`remote.${remoteName}.pushurl`, absolute(pushUrl, base)],
    ],
    objectFormat: formats?.code === 0 && text(formats) === 'sha256' ? 'sha256' : 'sha1',
  };
}

async function addresses(
  place: string,
  inside: boolean,
  git: (...args: string[]) => Promise<GitResult>,
): Promise<[string, string]> {
  const isName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(place);
  if (!isName) return [place, place];
  const [fetchUrl, pushUrl] = inside
    ? await Promise.all([git('remote', 'get-url', place), git('remote', 'get-url', '--push', place)])
    : [null, null];
  if (fetchUrl?.code === 0 && pushUrl?.code === 0) return [text(fetchUrl), text(pushUrl)];
  const why = inside ? `there is no remote ${place} in the checkout` : 'this folder is not a git checkout';
  throw new RolloutError('ledger-remote-missing', `The ledger git:${place} was not found: ${why}.`, {
    class: 'input',
    next: 'Check out the repository before this step (actions/checkout), or set `ledger` to an address or a file: folder.',
  });
}

function carried(result: GitResult): (readonly [string, string])[] {
  const fields = result.stdout.toString('utf8').split('\0');
  const found: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [key, ...value] = (fields[index + 1] ?? '').split('\n');
    // A key without a value stands for true.
    if (key && scopes.includes(fields[index] ?? '') && transport.test(key))
      found.push([key, value.length === 0 ? 'true' : value.join('\n')]);
  }
  return found;
}

/** A path is relative to the checkout's top, as git takes it; an address stays. */
function absolute(place: string, base: string): string {
  const isAddress = /^[A-Za-z][A-Za-z0-9+.-]*:/.test(place) || /^[^/]+:/.test(place);
  return isAddress || isAbsolute(place) ? place : resolve(base, place);
}

async function checkVersion(result: GitResult): Promise<void> {
  if (result.code !== 0) throw failure('Opening the ledger', result);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text(result)) ?? [];
  if (Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 31)) return;
  throw new RolloutError('ledger-git-missing', `The ledger needs git 2.31 or newer; found ${text(result)}.`, {
    class: 'input',
    next: 'Install a newer git on the runner, or use a file: ledger.',
  });
}

function text(result: GitResult): string {
  return result.stdout.toString('utf8').trim();
}
