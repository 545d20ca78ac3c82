import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { built } from './paths.js';

/** A request as the local cloud logged it. */
export interface Logged {
  readonly service: string;
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly write: boolean;
}

/** A local cloud in a process of its own, started through the built CLI. */
export interface LocalCloud {
  readonly env: { readonly [name: string]: string };
  readonly services: { readonly [name: string]: string };
  /** Calls the control endpoint; throws for an answer that is not 200. */
  control<Answer>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer>;
  requests(service?: string): Promise<Logged[]>;
  forgetRequests(): Promise<void>;
  /** Moves the cloud's clock forward. */
  advance(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `emulate` and waits for its line. Its clock runs `rate` times as fast as the real one. */
export async function startLocalCloud(rate = 1): Promise<LocalCloud> {
  const child = spawn(process.execPath, [built('cli.js'), 'emulate', '--json', '--clock-rate', String(rate)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const line = await firstLine(child, () => said);
  // A test that fails before it stops the cloud must neither wait for it nor leave it behind.
  child.unref();
  for (const stream of [child.stdout, child.stderr]) (stream as Socket).unref();
  process.once('exit', () => child.kill());
  const {
    env,
    services,
    control: url,
  } = JSON.parse(line) as {
    env: Record<string, string>;
    services: Record<string, string>;
    control: string;
  };
  const control = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as Answer;
  };
  return {
    env,
    services,
    control,
    requests: (service) => control('GET', service === undefined ? '/requests' : `/requests?service=${service}`),
    forgetRequests: async () => void (await control('DELETE', '/requests')),
    advance: async (advanceSeconds) => void (await control('POST', '/clock', { advanceSeconds })),
    stop: () => stop(child),
  };
}

function firstLine(child: ChildProcess, said: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`emulate ended with ${code} before it listened:\n${said()}`)));
    child.once('error', reject);
    createInterface({ input: child.stdout! }).once('line', resolve);
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
