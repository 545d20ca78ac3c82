import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program that goes on beside the tests, with its output in `FOLDER/NAME.log`. */
export interface Child {
  /** Null while it runs. */
  ended(): number | string | null;
  /** What it wrote last, for errors. */
  said(): string;
  end(): Promise<void>;
}

/** What does not end by itself so soon is killed: the API server takes more than a minute to say goodbye. */
const patienceMs = 3000;

/** Starts a program. It ends with this process at the latest. */
export function startChild(folder: string, name: string, file: string, args: readonly string[]): Child {
  const log = join(folder, `${name}.log`);
  const out = openSync(log, 'a');
  const child = spawn(file, args, { cwd: folder, stdio: ['ignore', out, out] });
  closeSync(out);
  child.on('error', () => undefined);
  child.unref();
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = () => child.exitCode ?? child.signalCode ?? (child.pid === undefined ? 'not started' : null);
  return {
    ended,
    said: () => readFileSync(log, 'utf8').slice(-2000),
    end() {
      process.removeListener('exit', kill);
      if (ended() !== null) return Promise.resolve();
      return new Promise((resolve) => {
        child.ref();
        const timer = setTimeout(kill, patienceMs);
        child.once('exit', () => {
          clearTimeout(timer);
          resolve();
        });
        child.kill('SIGTERM');
      });
    },
  };
}
