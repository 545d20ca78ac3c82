import { spawn } from 'node:child_process';

export interface Finished {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string | undefined };
  /** The command is killed after this; default 120. */
  readonly timeoutSeconds?: number;
}

/** Runs a program to its end, without a shell and without stdin. Throws if it can't be started or takes too long. */
export function command(file: string, args: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const { cwd, env = process.env, timeoutSeconds = 120 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let late = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutSeconds * 1000);
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(new Error(`${file} could not be started: ${cause.message}`, { cause }));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (late) reject(new Error(`${file} ${args.join(' ')}: killed after ${timeoutSeconds} s\n${stdout}${stderr}`));
      else resolve({ code, stdout, stderr });
    });
  });
}

/** Runs a program that must succeed; throws with what it printed otherwise. */
export async function succeed(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await command(file, args, options);
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}
