import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cached, root } from '../support/paths.js';

/** What a service refused, as the client raised it. */
export interface Raised {
  readonly type: string;
  readonly code: string | number | null;
  readonly message: string;
}

/** A Python client that carries out one call after the other. */
export interface Conversation {
  /** Makes a call; throws if the client raised. */
  ask<Answer>(request: object): Promise<Answer>;
  /** Makes a call that the client must raise on; throws if it didn't. */
  refused(request: object): Promise<Raised>;
  end(): Promise<void>;
}

/** Python of the suite's own environment. */
export const python = cached('clients', 'venv', 'bin', 'python');

/** Starts one of the clients beside this file. */
export function converse(script: string, env: { readonly [name: string]: string }): Conversation {
  const child = spawn(python, [`${root}/suites/clients/${script}`], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function exchange(request: object): Promise<{ answer?: unknown; error?: Raised }> {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} ended without an answer to ${JSON.stringify(request)}:\n${said}`);
    return JSON.parse(value as string) as { answer?: unknown; error?: Raised };
  }

  return {
    async ask<Answer>(request: object) {
      const { answer, error } = await exchange(request);
      if (error !== undefined)
        throw new Error(`${JSON.stringify(request)}: ${error.type} ${error.code} ${error.message}`);
      return answer as Answer;
    },
    async refused(request) {
      const { answer, error } = await exchange(request);
      if (error === undefined) throw new Error(`${JSON.stringify(request)} was not refused: ${JSON.stringify(answer)}`);
      return error;
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}
