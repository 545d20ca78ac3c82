import { startCloud } from './cloud.js';

export interface EmulateOptions {
  /** True: one JSON line (INTERFACE 5); false: `export` lines for a shell. */
  readonly json: boolean;
  readonly clockRate?: number;
  /** Names of the services to start; default: all. */
  readonly services?: readonly string[];
  readonly stdout: (text: string) => void;
  readonly stderr?: (text: string) => void;
  /** The cloud is served until this is aborted. */
  readonly signal: AbortSignal;
}

/** Starts a local cloud, prints how to reach it as soon as all services listen, and serves until the signal is aborted. */
export async function runEmulate(options: EmulateOptions): Promise<void> {
  const { json, clockRate, services, stdout, stderr, signal } = options;
  const cloud = await startCloud({
    ...(clockRate === undefined ? {} : { clockRate }),
    ...(services === undefined ? {} : { services }),
    ...(stderr === undefined ? {} : { log: (line: string) => stderr(`${line}\n`) }),
  });
  try {
    const { env, services: urls, control } = cloud;
    if (json) stdout(`${JSON.stringify({ version: 1, kind: 'emulate', env, services: urls, control })}\n`);
    else stdout(exportLines(cloud.env, cloud.control));
    await aborted(signal);
  } finally {
    await cloud.close();
  }
}

function exportLines(env: { readonly [name: string]: string }, control: string): string {
  const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
  return `${lines.join('\n')}\n# control endpoint: ${control}\n`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
