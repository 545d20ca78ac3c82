import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.js';

/** A server of a store's protocol on a free port of 127.0.0.1, with a folder of its own. */
export interface Server {
  readonly url: string;
  readonly folder: string;
  /** What SDKs and the tool need to reach it. */
  readonly env: { readonly [name: string]: string };
  /** Makes a bucket; throws where the server refuses. */
  bucket(name: string): Promise<void>;
  end(): Promise<void>;
}

interface Spec {
  readonly program: string;
  args(port: number, folder: string): readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** Any answer to this path means that it serves. */
  readonly ready: string;
  reach(url: string): Server['env'];
  bucket(url: string, name: string): Promise<void>;
}

/** Starts a server and waits until it answers. Throws with what it printed if it ends before. */
export async function startServer(spec: Spec): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'stores-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(spec.program, spec.args(port, folder), {
    cwd: folder,
    env: { ...process.env, ...spec.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4000);
    });
  let failed: Error | null = null;
  child.once('error', (error) => {
    failed = error;
  });
  const serves = () =>
    fetch(`${url}${spec.ready}`).then(
      () => true,
      () => false,
    );
  await until(
    `${spec.program} listens`,
    async () => {
      if (failed) throw failed;
      if (child.exitCode !== null) throw new Error(`${spec.program} ended with ${child.exitCode}:\n${said}`);
      return serves();
    },
    Boolean,
  );
  return {
    url,
    folder,
    env: spec.reach(url),
    bucket: (name) => spec.bucket(url, name),
    async end() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** A port that was free a moment ago: these servers can't say which one they took. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
