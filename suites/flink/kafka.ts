import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../support/paths.js';
import { until } from '../support/until.js';
import { freePorts, loggingTo, startJvm } from './jvm.js';

/** A broker of one node on this machine. */
export interface Broker {
  readonly address: string;
  stop(): Promise<void>;
}

/** Formats a store and starts a broker on it. Throws with what it printed. */
export async function startBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-'));
  const [port = 0, controller = 0] = await freePorts(2);
  const file = join(folder, 'server.properties');
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(folder, 'data'),
    // Topics of its own ask for three brokers and fifty partitions.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
  };
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const path = ['-cp', join(cached('flink', 'kafka'), '*')];
  const id = randomBytes(16).toString('base64url');
  const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', file];
  const formatted = spawnSync('java', [...loggingTo(folder), ...path, ...format], { encoding: 'utf8' });
  if (formatted.status !== 0) throw new Error(`${formatted.stdout}${formatted.stderr}`);
  const jvm = startJvm(folder, 'kafka', ['-Xmx256m', ...path, 'kafka.Kafka', file]);
  const started = async () => {
    if (jvm.ended() !== null) throw new Error(`Kafka ended with ${jvm.ended()}:\n${jvm.said()}`);
    return jvm.said().includes('Kafka Server started');
  };
  await until('Kafka starts', started, Boolean);
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      await jvm.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Message {
  readonly value: string;
}

/** What the suite uses of kafkajs, which is no dependency of the project. */
export interface Client {
  admin(): {
    connect(): Promise<void>;
    createTopics(options: { topics: readonly { topic: string; numPartitions: number }[] }): Promise<boolean>;
    disconnect(): Promise<void>;
  };
  producer(options: { idempotent: boolean; maxInFlightRequests: number }): {
    connect(): Promise<void>;
    send(batch: { topic: string; acks: number; messages: readonly Message[] }): Promise<unknown>;
    disconnect(): Promise<void>;
  };
  consumer(options: { groupId: string; readUncommitted: boolean }): {
    connect(): Promise<void>;
    subscribe(options: { topics: readonly string[]; fromBeginning: boolean }): Promise<void>;
    run(options: { eachMessage(got: { message: { value: Buffer | null } }): Promise<void> }): Promise<void>;
    disconnect(): Promise<void>;
  };
}

export function clientOf(broker: Broker): Client {
  const { Kafka, logLevel } = createRequire(import.meta.url)(cached('flink', 'kafkajs', 'node_modules', 'kafkajs'));
  return new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
}
