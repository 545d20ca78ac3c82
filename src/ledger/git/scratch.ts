import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerOptions } from '../options.js';
import { failure } from './failures.js';
import type { Remote } from './remote.js';
import { type GitResult, run } from './run.js';

/** The remote's name inside the scratch repository. */
export const remoteName = 'ledger';

/** Settings of every command: no hook, no signature, no upkeep and no push option of the user's gets between us and the remote. */
const fixed: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['push.gpgSign', 'false'],
  ['push.followTags', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['push.pushOption', ''],
  ['push.negotiate', 'false'],
  ['fetch.recurseSubmodules', 'no'],
  ['fetch.writeCommitGraph', 'false'],
  // What is fetched is small; telling the host all that is here would cost more.
  ['fetch.negotiationAlgorithm', 'noop'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // A connection that stands still for a minute is given up, also by a git that outlives this process.
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '60'],
];

/** Pauses between tries of a read, in seconds of the real clock. */
const pauses = [0.5, 2];

/** Variables that would point git at the checkout's own files. */
const pointers =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|COMMON_DIR|SHALLOW_FILE|CONFIG|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+|CONFIG_PARAMETERS|PREFIX|TRACE.*)$/;

/** The environment of all git commands: no prompt, no translation. */
export function hardened(env: LedgerOptions['env']): { [name: string]: string } {
  const given = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return {
    ...Object.fromEntries(given),
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    LC_ALL: 'C',
    LANGUAGE: 'C',
    GIT_OPTIONAL_LOCKS: '0',
  };
}

/** Runs git in the scratch repository; throws the classed failure unless the exit code is 0. */
export interface Scratch {
  readonly folder: string;
  /** Throws if the exit code is not 0. */
  git(what: string, args: readonly string[], input?: string | Buffer): Promise<GitResult>;
  /** As `git`, for commands that only read from the remote: tried again after a failure that can pass. */
  ask(what: string, args: readonly string[], input?: string | Buffer): Promise<GitResult>;
  /** For commands whose exit code says little. */
  attempt(args: readonly string[], input?: string | Buffer): Promise<GitResult>;
  /** Runs work that fetches: two fetches into one repository at a time get in each other's way. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

/**
 * A bare repository of our own in the temporary folder. The checkout is left as it is: fetching at depth 1 into it would
 * make it shallow. Credentials go along in the environment of the commands, never on the disk or in arguments.
 */
export async function openScratch(remote: Remote, options: LedgerOptions): Promise<Scratch> {
  const folder = await mkdtemp(join(options.env['RUNNER_TEMP'] ?? tmpdir(), 'stream-rollout-ledger-'));
  const inherited = Object.entries(hardened(options.env)).filter(([name]) => !pointers.test(name));
  const env = { ...Object.fromEntries(inherited), ...asVariables([...remote.config, ...fixed]) };
  const base = { cwd: folder, env, signal: options.signal, timeoutSeconds: options.timeoutSeconds ?? 60 };

  const attempt: Scratch['attempt'] = (args, input) => run(args, base, input);
  const git: Scratch['git'] = async (what, args, input) => {
    const result = await attempt(args, input);
    if (result.code !== 0) throw failure(what, result);
    return result;
  };
  const ask: Scratch['ask'] = async (what, args, input) => {
    for (let tried = 0; ; tried += 1) {
      const result = await attempt(args, input);
      if (result.code === 0) return result;
      const error = failure(what, result);
      const pause = pauses[tried];
      if (pause === undefined || error.class !== 'transient' || result.ended !== null) throw error;
      await delay(pause * 1000);
    }
  };
  const forget = removeAtExit(folder);
  const remove = async () => {
    forget();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await git('Preparing the ledger', [
      'init',
      '--quiet',
      '--bare',
      '--template=',
      `--object-format=${remote.objectFormat}`,
      '.',
    ]);
  } catch (error) {
    await remove();
    throw error;
  }
  let queue: Promise<unknown> = Promise.resolve();
  const alone: Scratch['alone'] = (work) => {
    const next = queue.then(work);
    queue = next.catch(() => undefined);
    return next;
  };
  return { folder, git, ask, attempt, alone, remove };
}

const folders = new Set<string>();

/** A process that exits without closing its ledger leaves no folder behind. Answers with how to forget the folder. */
function removeAtExit(folder: string): () => void {
  if (folders.size === 0) process.on('exit', removeFolders);
  folders.add(folder);
  return () => {
    folders.delete(folder);
    if (folders.size === 0) process.off('exit', removeFolders);
  };
}

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

function asVariables(config: readonly (readonly [string, string])[]): { [name: string]: string } {
  const pairs = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(config.length) };
}
