import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../../src/model/json.js';
import { freePorts, type Jvm, startJvm } from '../flink/jvm.js';
import { restOf } from '../flink/rest.js';
import { cached } from '../support/paths.js';
import { until } from '../support/until.js';
import type { ControlPlane } from './control-plane.js';

/** What a FlinkDeployment runs on: a real JobManager and a real TaskManager. */
interface Pod {
  readonly uid: string;
  readonly jvms: readonly Jvm[];
}

/** Plays the containers that kwok only pretends to run. */
export interface Pods {
  /** URL of the REST API of a FlinkDeployment. */
  url(name: string): string;
  /** Where its checkpoints and savepoints go, and the port that its spec must name. */
  configuration(name: string): { readonly [key: string]: string };
  stop(): Promise<void>;
}

/** Starts and ends a Flink with each Deployment that the operator makes and deletes; its ConfigMap says which job, from which savepoint. */
export async function playPods({ folder, url }: ControlPlane, names: readonly string[]): Promise<Pods> {
  const ports = new Map<string, readonly number[]>();
  for (const name of names) ports.set(name, await freePorts(4));
  const pods = new Map<string, Pod>();
  const failures: unknown[] = [];
  let stopped = false;
  const inside = (kind: string) => pathToFileURL(join(folder, kind)).href;
  const portOf = (name: string) => ports.get(name)?.[0] ?? 0;

  async function read(path: string): Promise<JsonObject | null> {
    const answer = await fetch(`${url}${path}`);
    if (answer.status === 404) return null;
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as JsonObject;
  }

  async function look(name: string): Promise<void> {
    // biome-ignore lint/suspicious/noExplicitAny: the server's objects are read as they are
    const deployment = (await read(`/apis/apps/v1/namespaces/default/deployments/${name}`)) as any;
    const uid: string | undefined = deployment?.metadata.deletionTimestamp ? undefined : deployment?.metadata.uid;
    const pod = pods.get(name);
    if (pod !== undefined && pod.uid !== uid) {
      pods.delete(name);
      await Promise.all(pod.jvms.map((jvm) => jvm.end('SIGKILL')));
    }
    if (uid === undefined || pods.has(name)) return;
    // biome-ignore lint/suspicious/noExplicitAny: the server's objects are read as they are
    const map = (await read(`/api/v1/namespaces/default/configmaps/flink-config-${name}`)) as any;
    const image: string = deployment.spec.template.spec.containers[0].image;
    const text: string | undefined = map?.data?.['flink-conf.yaml'];
    if (text === undefined) return;
    const value = (key: string) =>
      text
        .split('\n')
        .find((line) => line.startsWith(`${key}: `))
        ?.slice(key.length + 2);
    const jvms = start(name, uid);
    pods.set(name, { uid, jvms });
    await submit(name, image, value('$internal.pipeline.job-id') ?? '', value('execution.savepoint.path'), jvms);
  }

  function start(name: string, uid: string): readonly Jvm[] {
    const at = join(folder, `flink-${name}-${uid.slice(0, 8)}`);
    const conf = join(at, 'conf');
    mkdirSync(conf, { recursive: true });
    const settings = Object.entries(flags(at, ports.get(name) ?? [])).map(([key, value]) => `${key}: ${value}`);
    const directories = [
      `state.checkpoints.dir: ${inside('checkpoints')}`,
      `state.savepoints.dir: ${inside('savepoints')}`,
    ];
    writeFileSync(join(conf, 'flink-conf.yaml'), [...settings, ...directories, ''].join('\n'));
    const jars = join(cached('kubernetes', 'operator'), '*');
    const one = (main: string, options: readonly string[]) =>
      startJvm(at, main.split('.').at(-1) ?? main, [
        ...options,
        '--add-exports=java.base/sun.net.util=ALL-UNNAMED',
        ...['-cp', jars, `org.apache.flink.runtime.${main}`, '--configDir', conf],
      ]);
    return [
      one('entrypoint.StandaloneSessionClusterEntrypoint', ['-Xmx256m']),
      one('taskexecutor.TaskManagerRunner', ['-Xmx300m', '-XX:MaxDirectMemorySize=192m']),
    ];
  }

  async function submit(
    name: string,
    image: string,
    jobId: string,
    savepointPath: string | undefined,
    jvms: readonly Jvm[],
  ) {
    const base = `http://127.0.0.1:${portOf(name)}`;
    const slots = async () => {
      for (const jvm of jvms) if (jvm.ended() !== null) throw new Error(`${jvm.name}: ${jvm.said()}`);
      const answer = await fetch(`${base}/overview`).catch(() => null);
      return answer?.ok ? ((await answer.json()) as { 'slots-available': number })['slots-available'] : 0;
    };
    await until(`slots of ${name}`, slots, (count) => count > 0, 120);
    const rest = restOf(base);
    const jar = await rest.upload(cached('kubernetes', 'jobs', `${image.split(':').at(-1)}.jar`));
    // An application that cannot start ends as a job that failed, which the operator sees.
    await rest.call('POST', `/jars/${jar}/run`, { jobId, ...(savepointPath !== undefined && { savepointPath }) });
  }

  async function play(): Promise<void> {
    while (!stopped) {
      for (const name of names) await look(name);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  const playing = play().catch((error: unknown) => failures.push(error));
  return {
    url: (name) => `http://127.0.0.1:${portOf(name)}`,
    configuration: (name) => ({
      'rest.port': String(portOf(name)),
      'state.checkpoints.dir': inside('checkpoints'),
      'state.savepoints.dir': inside('savepoints'),
    }),
    async stop() {
      stopped = true;
      await playing;
      await Promise.all([...pods.values()].flatMap(({ jvms }) => jvms.map((jvm) => jvm.end('SIGKILL'))));
      if (failures.length > 0) throw failures[0];
    },
  };
}

/** All that a Flink without its start scripts must be told. */
function flags(folder: string, [rest = 0, rpc = 0, blob = 0, task = 0]: readonly number[]) {
  const memory = (name: string) => `taskmanager.memory.${name}`;
  return {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': rpc,
    'jobmanager.bind-host': '127.0.0.1',
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': rest,
    'blob.server.port': blob,
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.rpc.port': task,
    'taskmanager.cpu.cores': 1,
    'taskmanager.numberOfTaskSlots': 2,
    [memory('framework.heap.size')]: '64m',
    [memory('framework.off-heap.size')]: '64m',
    [memory('task.heap.size')]: '100m',
    [memory('task.off-heap.size')]: '0m',
    [memory('network.min')]: '32m',
    [memory('network.max')]: '32m',
    [memory('managed.size')]: '20m',
    [memory('jvm-metaspace.size')]: '96m',
    [memory('jvm-overhead.min')]: '64m',
    [memory('jvm-overhead.max')]: '64m',
    'io.tmp.dirs': join(folder, 'tmp'),
    'web.upload.dir': join(folder, 'jars'),
    'web.refresh-interval': 100,
    'cluster.registration.error-delay': 200,
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
  };
}
