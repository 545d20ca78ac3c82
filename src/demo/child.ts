import { spawn } from 'node:child_process';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly output: string;
}

export interface ChildOptions {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  readonly signal: AbortSignal;
  /** Each line as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Time between asking a child to end and ending it. */
const graceMs = 3000;

/**
 * Runs a program to its end. A cancelled demo asks its children to end, waits for them, and throws; so nothing is left
 * running when the folders are removed.
 */
export async function run(program: string, args: readonly string[], options: ChildOptions): Promise<Ran> {
  const { signal } = options;
  signal.throwIfAborted();
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const said = { stdout: '', stderr: '', output: '' };
  const lines = lineReader(options.onLine ?? (() => {}));
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      said.output += text;
      lines.push(name, text);
    });
  }
  let hard: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill('SIGTERM');
    hard = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 128));
    });
    lines.end();
    signal.throwIfAborted();
    return { exitCode, ...said };
  } finally {
    clearTimeout(hard);
    signal.removeEventListener('abort', end);
  }
}

/** Cuts two streams into whole lines without mixing them inside a line. */
function lineReader(onLine: (line: string) => void) {
  const rest = { stdout: '', stderr: '' };
  return {
    push(name: 'stdout' | 'stderr', text: string) {
      const parts = (rest[name] + text).split('\n');
      rest[name] = parts.pop() ?? '';
      for (const part of parts) onLine(part);
    },
    end() {
      for (const text of Object.values(rest)) if (text !== '') onLine(text);
    },
  };
}
