import { spawn } from 'node:child_process';
import { forget, keepUntilExit, signalGroup } from '../../platforms/processes/group.js';

/** Longest output of one call; a namespace's list of resources with their status stays far below. */
const mostBytes = 64 * 1024 * 1024;
/** Time from being told to end to being ended. */
const graceMs = 2000;

/** How a call of kubectl ended. `missing`: it was never started. */
export type Ended =
  | { readonly how: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly how: 'timed-out' | 'cancelled' | 'too-large' }
  | { readonly how: 'missing'; readonly reason: string };

export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  readonly stdin: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Runs a program without a shell, in a process group of its own: what it starts (a plugin for credentials) ends with it. */
export function run({ program, args, env, stdin, seconds, signal }: Invocation): Promise<Ended> {
  if (signal.aborted) return Promise.resolve({ how: 'cancelled' });
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let bytes = 0;
    let ending: 'timed-out' | 'cancelled' | 'too-large' | null = null;
    let hard: NodeJS.Timeout | undefined;

    const end = (why: NonNullable<typeof ending>) => {
      if (ending !== null) return;
      ending = why;
      signalGroup(child, 'SIGTERM');
      hard = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
    };
    const cancelled = () => end('cancelled');
    const limit = setTimeout(() => end('timed-out'), seconds * 1000);
    signal.addEventListener('abort', cancelled, { once: true });
    const settle = (ended: Ended) => {
      clearTimeout(limit);
      clearTimeout(hard);
      signal.removeEventListener('abort', cancelled);
      forget(child);
      resolve(ended);
    };
    const keep = (parts: Buffer[]) => (data: Buffer) => {
      bytes += data.length;
      if (bytes > mostBytes) return end('too-large');
      parts.push(data);
    };

    child.once('error', (error) => settle({ how: 'missing', reason: error.message }));
    child.once('spawn', () => keepUntilExit(child));
    // A call that is refused early leaves its input unread.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.stdout.on('data', keep(out));
    child.stderr.on('data', keep(err));
    child.once('close', (code) => {
      if (ending !== null) return settle({ how: ending });
      const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('utf8');
      settle({ how: 'exited', code: code ?? 128, stdout: text(out), stderr: text(err) });
    });
  });
}
