import { spawn } from 'node:child_process';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '@actions/exec';
import { RolloutError } from '../model/error.js';

/** What a git process answered. `stdout` stays bytes: paths and blobs need not be UTF-8. */
export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type Environment = { readonly [name: string]: string | undefined };

/** Runs git in one directory, with an environment in which neither a user's settings nor a prompt changes an answer. */
export interface Git {
  readonly cwd: string;
  /** A short command; resolves with any exit code. Throws a RolloutError where git itself cannot work here. */
  run(args: readonly string[]): Promise<GitAnswer>;
  /** As `run`, for long output or input. */
  stream(args: readonly string[], more: StreamOptions): Promise<GitAnswer>;
  /** As `run`, for megabytes of output that come while this process is busy: by way of a file, so that git waits for no reader. */
  spool(args: readonly string[]): Promise<GitAnswer>;
}

export interface StreamOptions {
  readonly input?: string;
  /** The process is ended when this aborts; its exit code is then not 0. */
  readonly signal?: AbortSignal;
}

/** Settings that change output, start programs or write in the background, set to what plumbing expects. */
const settings = [
  'core.quotePath=false',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.commitGraph=true',
  'color.ui=false',
  'diff.renames=false',
  'diff.ignoreSubmodules=none',
  'submodule.recurse=false',
  'fetch.recurseSubmodules=false',
  'fetch.writeCommitGraph=false',
  'gc.auto=0',
  'maintenance.auto=false',
].flatMap((setting) => ['-c', setting]);

const before = ['--no-pager', '--no-replace-objects', '--literal-pathspecs', '--no-optional-locks', ...settings];

/** Variables that would point git at another repository or make it write traces; set by hooks and by debugging sessions. */
const dropped =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|QUARANTINE_PATH|GRAFT_FILE|SHALLOW_FILE|REPLACE_REF_BASE|EXTERNAL_DIFF|DIFF_OPTS|PAGER|LITERAL_PATHSPECS|GLOB_PATHSPECS|NOGLOB_PATHSPECS|ICASE_PATHSPECS|ATTR_SOURCE|TRACE.*)$/;

export function gitIn(cwd: string, env: Environment): Git {
  const environment = hardened(env);
  return {
    cwd,
    run: async (args) => checked(await runShort(cwd, environment, args), cwd),
    stream: async (args, more) => checked(await runStream(cwd, environment, args, more), cwd),
    spool: async (args) => checked(await runSpooled(cwd, environment, args), cwd),
  };
}

function hardened(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !dropped.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    LANGUAGE: '',
    GIT_TERMINAL_PROMPT: '0',
    GIT_PAGER: 'cat',
    SSH_ASKPASS_REQUIRE: 'never',
  };
}

async function runShort(cwd: string, env: Record<string, string>, args: readonly string[]): Promise<GitAnswer> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  try {
    const code = await exec('git', [...before, ...args], {
      cwd,
      env,
      // NUL-separated output in a step's log would swallow the workflow command after it.
      silent: true,
      ignoreReturnCode: true,
      listeners: { stdout: (data) => void out.push(data), stderr: (data) => void err.push(data) },
    });
    return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
  } catch (error) {
    throw notStarted(cwd, error);
  }
}

/** @actions/exec searches all of its output again for a line end at every chunk: seven times slower on NUL-separated megabytes. */
function runStream(
  cwd: string,
  env: Record<string, string>,
  args: readonly string[],
  more: StreamOptions,
): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...before, ...args], {
      cwd,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(more.signal ? { signal: more.signal } : {}),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let ended = false;
    child.stdout.on('data', (chunk: Buffer) => void out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => void err.push(chunk));
    child.on('error', (error) => {
      if (more.signal?.aborted) return;
      ended = true;
      reject(notStarted(cwd, error));
    });
    child.on('close', (code) => {
      if (!ended) resolve({ code: code ?? 128, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() });
    });
    // git may end before it has read everything; its exit code tells then.
    child.stdin.on('error', () => {});
    child.stdin.end(more.input ?? '');
  });
}

async function runSpooled(cwd: string, env: Record<string, string>, args: readonly string[]): Promise<GitAnswer> {
  const folder = await mkdtemp(join(env['RUNNER_TEMP'] ?? tmpdir(), 'stream-rollout-')).catch(() => null);
  // Nowhere to write: a pipe does it too, in twice the time.
  if (folder === null) return runStream(cwd, env, args, {});
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = await open(join(folder, 'output'), 'wx+', 0o600);
    try {
      const child = spawn('git', [...before, ...args], { cwd, env, stdio: ['ignore', file.fd, 'pipe'] });
      const err: Buffer[] = [];
      child.stderr?.on('data', (chunk: Buffer) => void err.push(chunk));
      const ended = new Promise<number | null>((resolve, reject) => {
        child.on('error', (error) => reject(notStarted(cwd, error)));
        child.on('close', resolve);
      });
      // The open file is enough for both sides; without its name nothing is left behind however this process ends. Not so on Windows.
      const [code] = await Promise.all([ended, remove().catch(() => undefined)]);
      const stdout = await contentOf(file);
      return { code: code ?? 128, stdout, stderr: Buffer.concat(err).toString() };
    } finally {
      await file.close();
    }
  } finally {
    await remove();
  }
}

/** From the beginning: the position is where git stopped writing. */
async function contentOf(file: FileHandle): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow((await file.stat()).size);
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes;
}

function notStarted(cwd: string, cause: unknown): RolloutError {
  return new RolloutError('git-missing', `git could not be started in ${cwd}: ${(cause as Error).message}`, {
    class: 'input',
    next: 'install git on this machine and make sure that it is on PATH',
    cause,
  });
}

/** Git's own refusals to work in a directory at all; every other exit code is an answer. */
function checked(answer: GitAnswer, cwd: string): GitAnswer {
  if (answer.code !== 128) return answer;
  if (answer.stderr.includes('dubious ownership')) {
    throw new RolloutError(
      'git-dubious-ownership',
      `git refuses to read ${cwd}: the directory belongs to another user.`,
      {
        class: 'input',
        next: `git config --global --add safe.directory '${cwd}'`,
      },
    );
  }
  if (answer.stderr.includes('not a git repository')) {
    throw new RolloutError('not-a-repository', `${cwd} is not inside a git repository.`, {
      class: 'input',
      next: 'check the repository out first (actions/checkout), or run in its directory',
    });
  }
  return answer;
}

/** The answer's text without the final line end; throws if git failed. `what` completes "git could not …". */
export function textOf(answer: GitAnswer, what: string): string {
  if (answer.code !== 0) throw gitFailed(answer, what);
  return answer.stdout.toString().replace(/\n$/, '');
}

export function gitFailed(answer: GitAnswer, what: string): RolloutError {
  return new RolloutError(
    'git-failed',
    `git could not ${what}: ${answer.stderr.trim() || `exit code ${answer.code}`}`,
    {
      class: 'input',
      next: 'run the same in this checkout with git fsck; check the repository out again if objects are missing',
    },
  );
}
