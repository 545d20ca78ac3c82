import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Trap } from '../support/push-trap.js';

/** The n-th change that is asked for from now on (1 is the next), before or after it takes effect. */
export interface Point {
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** A way to a cluster that writes down what changes are asked for, and can hold one up. */
export interface Tap extends Trap {
  readonly url: string;
  /** Changes since `forget`, as `METHOD /path`, with ids left out. */
  readonly changes: readonly string[];
  forget(): void;
  close(): Promise<void>;
}

/** Calls that change nothing, though they are made by POST. */
const harmless = /\/plan(\?|$)/;

export async function tapOn(url: string): Promise<Tap> {
  const target = new URL(url);
  const changes: string[] = [];
  let trap: (Point & { held: ServerResponse | null }) | null = null;
  let count = 0;

  function pass(asked: IncomingMessage, answer: ServerResponse, isHeld: boolean): void {
    const { host, ...headers } = asked.headers;
    const options = { host: target.hostname, port: target.port, method: asked.method, path: asked.url, headers };
    const passed = request(options, (told) => {
      if (isHeld && trap !== null) {
        told.resume();
        told.on('end', () => {
          if (trap !== null) trap.held = answer;
        });
        return;
      }
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    // As if the cluster itself had refused or cut the connection.
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  }

  const server = createServer((asked, answer) => {
    const path = asked.url ?? '';
    if (asked.method === 'GET' || harmless.test(path)) return pass(asked, answer, false);
    const plain = path
      .replace(/[0-9a-f]{32}/g, 'ID')
      .replace(/\/jars\/[^/]+\.jar/, '/jars/JAR')
      .replace(/\?.*/, '');
    changes.push(`${asked.method} ${plain}`);
    count += 1;
    if (trap === null || trap.held !== null || trap.nth !== count) return pass(asked, answer, false);
    if (trap.when === 'after') return pass(asked, answer, true);
    asked.resume();
    trap.held = answer;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes,
    forget: () => void changes.splice(0),
    async set(point) {
      count = 0;
      trap = { ...point, held: null };
    },
    sprung: async () => trap !== null && trap.held !== null,
    // Without an answer.
    async release() {
      trap?.held?.destroy();
      trap = null;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
