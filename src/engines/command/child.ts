import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { forget, keepUntilExit, signalGroup } from '../../platforms/processes/group.js';
import { lineReader } from './lines.js';
import type { Command } from './target.js';
import { graceSeconds } from './times.js';

/** Longest stdout of a command; more is a mistake of the command and would fill the memory. */
const outputLimit = 8 * 1024 * 1024;
/** A streaming job that the command left behind may hold its pipes open: they are not waited for longer than this. */
const pipeGraceMs = 500;

/** How a command ended. `missing`: it was never started. */
export type Ended =
  | { readonly how: 'exited'; readonly code: number | null; readonly stdout: string }
  | { readonly how: 'timed-out' | 'cancelled' | 'too-large' }
  | { readonly how: 'missing'; readonly reason: string };

export interface Invocation {
  readonly command: Command;
  readonly env: { readonly [name: string]: string | undefined };
  readonly stdin: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Gets each line of stderr as it comes. */
  line(text: string): void;
}

/**
 * Runs a command in a process group of its own and ends the whole group on abort, on time-out and with this process.
 * What a command left behind in another session (`setsid`, a supervisor) is never touched: that is the streaming job.
 */
export async function run(invocation: Invocation): Promise<Ended> {
  if (invocation.signal.aborted) return { how: 'cancelled' };
  const { command } = invocation;
  if (typeof command !== 'string') return execute(command[0] ?? '', command.slice(1), invocation);
  const ended = await execute('bash', ['-e', '-o', 'pipefail', '-c', command], invocation);
  // Nothing ran yet, so the plain shell can take over where there is no bash.
  return ended.how === 'missing' ? execute('sh', ['-e', '-c', command], invocation) : ended;
}

function execute(program: string, args: readonly string[], invocation: Invocation): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...invocation.env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let ending: 'timed-out' | 'cancelled' | 'too-large' | null = null;
    let hardEnd: NodeJS.Timeout | undefined;
    const outDecoder = new StringDecoder('utf8');
    const stderr = lineReader((text) => invocation.line(text));

    const end = (why: NonNullable<typeof ending>) => {
      if (ending !== null) return;
      ending = why;
      signalGroup(child, 'SIGTERM');
      hardEnd = setTimeout(() => signalGroup(child, 'SIGKILL'), graceSeconds * 1000);
    };
    const cancelled = () => end('cancelled');
    const limit = setTimeout(() => end('timed-out'), invocation.timeoutSeconds * 1000);
    invocation.signal.addEventListener('abort', cancelled, { once: true });

    const unwatch = () => {
      clearTimeout(limit);
      clearTimeout(hardEnd);
      invocation.signal.removeEventListener('abort', cancelled);
    };
    const settle = (ended: Ended) => {
      unwatch();
      forget(child);
      resolve(ended);
    };

    child.once('error', (error) => settle({ how: 'missing', reason: error.message }));
    child.once('spawn', () => keepUntilExit(child));
    child.stdin.on('error', () => undefined); // A command may leave its request unread.
    child.stdin.end(invocation.stdin);
    child.stdout.on('data', (data: Buffer) => {
      if (stdout.length <= outputLimit) stdout += outDecoder.write(data);
      if (stdout.length > outputLimit) end('too-large');
    });
    child.stderr.on('data', stderr.push);

    child.once('exit', (code) => {
      unwatch();
      // The shell is gone; what it started and we told to end must go with it.
      if (ending !== null) signalGroup(child, 'SIGKILL');
      let answered = false;
      const answer = () => {
        if (answered) return;
        answered = true;
        clearTimeout(pipes);
        child.stdout.destroy();
        child.stderr.destroy();
        stderr.end();
        settle(ending === null ? { how: 'exited', code, stdout } : { how: ending });
      };
      const pipes = setTimeout(answer, pipeGraceMs);
      child.once('close', answer);
    });
  });
}
