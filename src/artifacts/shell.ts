import { type ChildProcess, spawn } from 'node:child_process';

export interface ShellOptions {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  /** Ends the command and everything that it started. */
  readonly signal: AbortSignal;
  /** Each line of output and errors, as it comes. */
  onLine(line: string): void;
  /** Lines of errors, where they are to be told apart. */
  onErrorLine?(line: string): void;
}

/** How a command ended: by an exit code, by a signal, or because it was cancelled. */
export type ShellEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'cancelled' };

/** Time between the polite and the impolite end of a command, in milliseconds. A cancelled step has 10 s in all. */
const graceMilliseconds = 3_000;
/** Output without a line end is passed on at this length. */
const longestLine = 64 * 1024;

/** As a workflow's own `run` step has it; where there is no bash, the plain shell. */
const shells: readonly (readonly [program: string, ...options: string[]])[] = [
  ['bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', '-c'],
  ['sh', '-e', '-c'],
];

/** Runs a command in a process group of its own, so that cancelling leaves no orphan. */
export async function runShell(command: string, options: ShellOptions): Promise<ShellEnd> {
  for (const [program, ...args] of shells) {
    const end = await start(program, [...args, command], options);
    if (end !== null) return end;
  }
  throw new Error('neither bash nor sh was found');
}

/** Runs a program with its arguments, which no shell reads, in the same way. */
export async function runProgram([program = '', ...args]: readonly string[], options: ShellOptions): Promise<ShellEnd> {
  const end = await start(program, args, options);
  if (end === null) throw new Error(`the program ${program} was not found`);
  return end;
}

/** Null: there is no such program. */
function start(
  program: string,
  args: readonly string[],
  { cwd, env, signal, onLine, onErrorLine = onLine }: ShellOptions,
): Promise<ShellEnd | null> {
  if (signal.aborted) return Promise.resolve({ kind: 'cancelled' });
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const lines = [lineSplitter(onLine), lineSplitter(onErrorLine)] as const;
    let impolite: NodeJS.Timeout | undefined;
    const cancel = () => {
      endGroup(child, 'SIGTERM');
      impolite = setTimeout(() => endGroup(child, 'SIGKILL'), graceMilliseconds);
    };
    const finish = () => {
      clearTimeout(impolite);
      signal.removeEventListener('abort', cancel);
    };
    signal.addEventListener('abort', cancel, { once: true });
    child.stdout.on('data', lines[0].push);
    child.stderr.on('data', lines[1].push);
    child.on('error', (error: NodeJS.ErrnoException) => {
      finish();
      if (error.code === 'ENOENT') resolve(null);
      else reject(error);
    });
    // After the exit, not after the pipes' end: something that was left in the background may hold them open.
    child.on('exit', (code, by) => {
      finish();
      endGroup(child, signal.aborted ? 'SIGKILL' : 'SIGTERM');
      const end = () => {
        for (const line of lines) line.done();
        child.stdout.destroy();
        child.stderr.destroy();
        if (signal.aborted) resolve({ kind: 'cancelled' });
        else resolve(by === null ? { kind: 'exit', code: code ?? 1 } : { kind: 'signal', signal: by });
      };
      const closing = setTimeout(end, 1_000);
      child.once('close', () => {
        clearTimeout(closing);
        end();
      });
    });
  });
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Everything of the group has ended already; macOS says EPERM of a group that is ending.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

function lineSplitter(onLine: (line: string) => void): { push(chunk: Buffer): void; done(): void } {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    push(chunk) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
      rest = parts.pop() ?? '';
      for (const line of parts) onLine(line);
      if (rest.length < longestLine) return;
      onLine(rest);
      rest = '';
    },
    done() {
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
