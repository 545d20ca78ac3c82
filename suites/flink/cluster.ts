import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cached } from '../support/paths.js';
import { until } from '../support/until.js';
import { freePorts, type Jvm, startJvm } from './jvm.js';

export interface ClusterOptions {
  readonly version: '1.20.5' | '2.3.0';
  readonly taskManagers?: number;
  /** Slots of each TaskManager; default 4. */
  readonly slots?: number;
  /** Keys of Flink's configuration that differ from those below. */
  readonly configuration?: { readonly [key: string]: string };
  /** The Kafka connector on the class path. */
  readonly connector?: boolean;
}

/** A session cluster on this machine, in a folder of its own. */
export interface Cluster {
  readonly version: ClusterOptions['version'];
  readonly url: string;
  readonly folder: string;
  /** Kills the JobManager (SIGKILL); the TaskManagers go on until their heartbeat fails. */
  killJobManager(): Promise<void>;
  /** Starts it again, with the same ports and folders, and waits until it has so many free slots. */
  startJobManager(slots: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts JobManager and TaskManagers and waits until all slots are free. Throws with what they printed. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { version, taskManagers = 1, slots = 4 } = options;
  const folder = mkdtempSync(join(tmpdir(), `flink-${version}-`));
  const [rest = 0, rpc = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${rest}`;
  const settings = { ...configuration(folder, rest, rpc, slots), ...options.configuration };
  const libraries = [`flink-${version}`, ...(options.connector ? ['connector'] : [])];
  const path = libraries.map((library) => join(cached('flink', library), '*')).join(':');
  const conf = join(folder, 'conf');
  mkdirSync(conf);
  // It must be there; all settings are given on the command line.
  writeFileSync(join(conf, 'config.yaml'), 'env: {}\n');

  const start = (name: string, main: string, flags: readonly string[]) =>
    startJvm(folder, name, [
      ...flags,
      '-cp',
      path,
      main,
      '--configDir',
      conf,
      ...Object.entries(settings).map(([key, value]) => `-D${key}=${value}`),
    ]);
  const jobManager = () =>
    start('jobmanager', 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint', ['-Xmx256m']);
  const taskManager = (index: number) =>
    start(`taskmanager-${index}`, 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner', [
      '-Xmx384m',
      '-XX:MaxDirectMemorySize=192m',
    ]);

  let first = jobManager();
  const others = Array.from({ length: taskManagers }, (_, index) => taskManager(index + 1));
  const ready = (wanted: number) => untilFree(url, wanted, () => [first, ...others]);
  try {
    await ready(taskManagers * slots);
  } catch (error) {
    for (const jvm of [first, ...others]) await jvm.end('SIGKILL');
    throw error;
  }
  return {
    version,
    url,
    folder,
    killJobManager: () => first.end('SIGKILL'),
    async startJobManager(wanted) {
      first = jobManager();
      await ready(wanted);
    },
    async stop() {
      await Promise.all([first, ...others].map((jvm) => jvm.end()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilFree(url: string, slots: number, jvms: () => readonly Jvm[]): Promise<void> {
  const free = async () => {
    for (const jvm of jvms())
      if (jvm.ended() !== null) throw new Error(`${jvm.name} ended with ${jvm.ended()}:\n${jvm.said()}`);
    const answer = await fetch(`${url}/overview`).catch(() => null);
    if (!answer?.ok) return 0;
    return ((await answer.json()) as { 'slots-available': number })['slots-available'];
  };
  await until(`${slots} free slots at ${url}`, free, (count) => count >= slots);
}

/** All that a cluster without Flink's start scripts must be told, small, and with short times. */
function configuration(
  folder: string,
  rest: number,
  rpc: number,
  slots: number,
): { readonly [key: string]: string | number } {
  const inside = (name: string) => pathToFileURL(join(folder, name)).href;
  const memory = (name: string) => `taskmanager.memory.${name}`;
  return {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.bind-host': '127.0.0.1',
    'jobmanager.rpc.port': rpc,
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': rest,
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.host': '127.0.0.1',
    'taskmanager.numberOfTaskSlots': slots,
    // What the start scripts compute elsewhere.
    'taskmanager.cpu.cores': slots,
    [memory('framework.heap.size')]: '64m',
    [memory('framework.off-heap.size')]: '64m',
    [memory('task.heap.size')]: '256m',
    [memory('task.off-heap.size')]: '0m',
    [memory('network.min')]: '32m',
    [memory('network.max')]: '32m',
    [memory('managed.size')]: '32m',
    [memory('jvm-metaspace.size')]: '192m',
    [memory('jvm-overhead.min')]: '64m',
    [memory('jvm-overhead.max')]: '64m',
    'io.tmp.dirs': join(folder, 'tmp'),
    'web.upload.dir': join(folder, 'jars'),
    'execution.checkpointing.dir': inside('checkpoints'),
    'execution.checkpointing.savepoint-dir': inside('savepoints'),
    'execution.checkpointing.interval': '1s',
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'metrics.fetcher.update-interval': '1000',
    'web.refresh-interval': '100',
    // What a TaskManager waits that came up before its JobManager; 10 s by default.
    'cluster.registration.error-delay': '200',
    'heartbeat.interval': '1000',
    'heartbeat.timeout': '8000',
  };
}
