import { spawn } from 'node:child_process';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '@actions/exec';
import { RolloutError } from '../model/error.js';
import type { GitAnswer, StreamOptions } from './git.js';

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

/** A short command, by @actions/exec. */
export async function runShort(
  cwd: string,
  env: { [name: string]: string },
  args: readonly string[],
): Promise<GitAnswer> {
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
export function runStream(
  cwd: string,
  env: { [name: string]: string },
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

/** By way of a file. */
export async function runSpooled(
  cwd: string,
  env: { [name: string]: string },
  args: readonly string[],
): Promise<GitAnswer> {
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
