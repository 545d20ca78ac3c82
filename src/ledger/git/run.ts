import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '@actions/exec';
import { descendants } from './processes.js';

/** Reads a command's input from a file and tells its process id: @actions/exec does neither end children nor survive one that leaves its input unread. */
const wrapper = 'echo "$$" >&2; exec git "$@" <"$STREAM_ROLLOUT_GIT_STDIN"';
const graceMs = 2000;

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** Null where git ended by itself. */
  readonly ended: 'cancelled' | 'timed-out' | null;
}

export interface GitOptions {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly signal: AbortSignal | undefined;
  readonly timeoutSeconds: number;
}

/**
 * Runs git once, quietly. Never throws for an exit code; a git that cannot be started has code 127.
 * `input` is only for commands in a folder of our own: it is kept there while the command runs.
 */
export async function run(args: readonly string[], options: GitOptions, input?: string | Buffer): Promise<GitResult> {
  if (options.signal?.aborted) return { code: 130, stdout: Buffer.alloc(0), stderr: '', ended: 'cancelled' };
  const file = input === undefined || process.platform === 'win32' ? null : join(options.cwd, `input-${randomUUID()}`);
  try {
    if (file !== null) await writeFile(file, input ?? '', { mode: 0o600 });
    return await start(args, options, file, input);
  } finally {
    if (file !== null) await rm(file, { force: true });
  }
}

async function start(
  args: readonly string[],
  options: GitOptions,
  file: string | null,
  input?: string | Buffer,
): Promise<GitResult> {
  const direct = process.platform === 'win32';
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const child = new Child(direct);
  const cancelled = () => child.end('cancelled');
  const limit = setTimeout(() => child.end('timed-out'), options.timeoutSeconds * 1000);
  options.signal?.addEventListener('abort', cancelled, { once: true });
  try {
    const code = await exec(direct ? 'git' : 'sh', direct ? [...args] : ['-c', wrapper, 'git', ...args], {
      cwd: options.cwd,
      env: { ...options.env, ...(direct ? {} : { STREAM_ROLLOUT_GIT_STDIN: file ?? '/dev/null' }) },
      silent: true,
      ignoreReturnCode: true,
      delay: graceMs,
      ...(direct ? { input: Buffer.from(input ?? '') } : {}),
      listeners: {
        stdout: (data) => out.push(data),
        stderr: (data) => {
          err.push(data);
          child.learn(err);
        },
      },
    });
    const stderr = Buffer.concat(err).toString('utf8');
    return {
      code,
      stdout: Buffer.concat(out),
      stderr: direct ? stderr : stderr.replace(/^\d+\n/, ''),
      ended: child.ended,
    };
  } catch (error) {
    // The program is missing, or its output stayed open after it had ended.
    return { code: 127, stdout: Buffer.concat(out), stderr: (error as Error).message, ended: child.ended };
  } finally {
    clearTimeout(limit);
    child.forget();
    options.signal?.removeEventListener('abort', cancelled);
  }
}

/** The running git, known by the process id that the wrapper prints first. */
class Child {
  ended: 'cancelled' | 'timed-out' | null = null;
  private pid: number | null = null;
  private hardEnd: NodeJS.Timeout | undefined;
  private readonly direct: boolean;

  constructor(direct: boolean) {
    this.direct = direct;
  }

  learn(stderr: readonly Buffer[]): void {
    if (this.direct || this.pid !== null) return;
    const line = /^(\d+)\n/.exec(Buffer.concat(stderr).toString('latin1'));
    if (!line) return;
    this.pid = Number(line[1]);
    if (this.ended !== null) this.signalAll();
  }

  end(why: 'cancelled' | 'timed-out'): void {
    if (this.ended !== null) return;
    this.ended = why;
    this.signalAll();
  }

  /** The process has ended: its id may belong to another one soon. */
  forget(): void {
    clearTimeout(this.hardEnd);
    this.pid = null;
  }

  /** git leaves its transport running when it is ended, so that is ended with it; gently first, for the sake of lock files. */
  private signalAll(): void {
    if (this.pid === null) return;
    const pids = [this.pid, ...descendants(this.pid)];
    signal(pids, 'SIGTERM');
    this.hardEnd = setTimeout(() => signal(pids, 'SIGKILL'), graceMs / 2);
  }
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended in the meantime.
    }
  }
}
