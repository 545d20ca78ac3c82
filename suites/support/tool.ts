import { command } from './command.js';
import { built } from './paths.js';

/** What a command of the CLI came to: its exit code and the document that it printed. */
export interface Told<Document> {
  readonly code: number | null;
  readonly document: Document;
  readonly stderr: string;
}

/** Runs the built CLI with `--json` in a checkout. Throws if it prints no JSON document. */
export async function tool<Document>(
  directory: string,
  env: { readonly [name: string]: string },
  ...args: readonly string[]
): Promise<Told<Document>> {
  const done = await command(process.execPath, [built('cli.js'), ...args, '--json'], {
    cwd: directory,
    env: { ...process.env, ...env },
    timeoutSeconds: 300,
  });
  try {
    return { code: done.code, document: JSON.parse(done.stdout) as Document, stderr: done.stderr };
  } catch (cause) {
    throw new Error(`${args.join(' ')} printed no document:\n${done.stdout}\n${done.stderr}`, { cause });
  }
}
