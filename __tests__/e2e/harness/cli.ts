import { spawn } from 'node:child_process';
import { built, compiled, node24 } from './dist.js';
import { documentIn } from './documents.js';

/** What one command of the CLI came to. */
export interface Told<Document> {
  readonly code: number | null;
  readonly document: Document;
  readonly stderr: string;
}

/** Runs the built CLI with `--json`, outside any workflow. stdout must be exactly one document of the machine contract. */
export async function cli<Document>(
  directory: string,
  env: { readonly [name: string]: string },
  ...args: readonly string[]
): Promise<Told<Document>> {
  const child = spawn(node24, [built('cli.js'), ...args, '--json'], {
    cwd: directory,
    env: { ...compiled, PATH: process.env['PATH'] ?? '', HOME: directory, LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  try {
    return { code, document: documentIn<Document>(stdout), stderr };
  } catch (cause) {
    throw new Error(`${args.join(' ')}: ${(cause as Error).message}\n${stdout}\n${stderr}`, { cause });
  }
}
