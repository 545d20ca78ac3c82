import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A Java program in a process of its own, with its output in `FOLDER/NAME.log`. */
export interface Jvm {
  readonly name: string;
  /** Null while it runs. */
  ended(): number | string | null;
  /** What it wrote last, for errors. */
  said(): string;
  /** Ends it by a signal, and waits until it is gone. */
  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Client tools on the class path open packages of the JDK. */
const packages = ['lang', 'net', 'io', 'nio', 'lang.reflect', 'text', 'time', 'util', 'util.concurrent'];
const opened = [...packages, 'util.concurrent.atomic', 'util.concurrent.locks'].map(
  (name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`,
);

/** Flags of every program here: small, and quick to start on two processors. */
export const frugal = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...opened];

const logging = `status=error
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=OUT
appender.out.name=OUT
appender.out.type=Console
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{HH:mm:ss,SSS} %-5p %c{1} - %m%n
`;

/** Starts a main class, with `settings` in its environment. It ends with this process at the latest. */
export function startJvm(
  folder: string,
  name: string,
  args: readonly string[],
  settings: { readonly [name: string]: string } = {},
): Jvm {
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${name}.log`);
  const out = openSync(log, 'a');
  const child = spawn('java', [...frugal, ...loggingTo(folder), ...args], {
    cwd: folder,
    env: { ...process.env, ...settings },
    stdio: ['ignore', out, out],
  });
  closeSync(out);
  child.on('error', () => undefined);
  // A test that fails before it stops the program must neither wait for it nor leave it behind.
  child.unref();
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = () => child.exitCode ?? child.signalCode ?? (child.pid === undefined ? 'not started' : null);
  return {
    name,
    ended,
    said: () => readFileSync(log, 'utf8').slice(-3000),
    async end(signal = 'SIGTERM') {
      process.removeListener('exit', kill);
      if (ended() === null) await gone(child, signal);
    },
  };
}

/** The option for a log on the console. */
export function loggingTo(folder: string): readonly string[] {
  const file = join(folder, 'log4j.properties');
  writeFileSync(file, logging);
  return [`-Dlog4j.configurationFile=${pathToFileURL(file).href}`];
}

/** What does not end within ten seconds is killed. */
function gone(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    child.ref();
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill(signal);
  });
}

/** Ports of 127.0.0.1 that were free a moment ago, all different: these programs must be told each other's. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, '127.0.0.1', resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}
