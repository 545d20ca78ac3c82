import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { until } from '../support/until.js';
import { type Cluster, startCluster } from './cluster.js';
import { type Broker, type Client, clientOf, startBroker } from './kafka.js';
import { flowOf } from './lines.js';
import { openStory, type Story } from './story.js';

/** Upgrades in a row; `STREAM_ROLLOUT_FLINK_UPGRADES` asks for more or fewer. */
const upgrades = Number(process.env['STREAM_ROLLOUT_FLINK_UPGRADES'] ?? 20);
const perSecond = 400;

let cluster: Cluster;
let broker: Broker;
let story: Story;
beforeAll(async () => {
  broker = await startBroker();
  cluster = await startCluster({ version: '2.3.0', connector: true });
  const target = { arguments: [broker.address, 'in', 'out', 'relay'], name: 'relay' };
  // One upgrade after the other: what a bake would find is found by the count in the end.
  const soon = { mode: 'converge', for: '0s', interval: '1s', deadline: '1m' };
  const gates = [
    { signal: 'checkpoints', ...soon, min: 1 },
    { signal: 'restarts', mode: 'budget', 'max-delta': 1, interval: '1s', advisory: true },
    { signal: 'lost-state-names', ...soon, max: 0 },
    { signal: 'new-state-names', ...soon, max: 0, advisory: true },
    { signal: 'throughput', ...soon, min: 0.001, deadline: '1s', advisory: true },
  ];
  const job = { sink: 'transactional', verify: { 'running-within': '1m', bake: '1s', gates } };
  story = await openStory('relay', cluster.url, { target, job });
});
afterAll(async () => {
  await story?.close();
  await cluster?.stop();
  await broker?.stop();
});

it(
  `every number is exactly once in the output, after ${upgrades} upgrades under load`,
  async () => {
    const client = clientOf(broker);
    await topics(client);
    const output = await listen(client);
    await story.commit('relay-v1');
    expect(await story.run('apply')).toMatchObject({ outcome: 'succeeded', strategy: 'create' });
    const input = await feed(client);
    const gaps: number[] = [];
    for (let n = 1; n <= upgrades; n += 1) {
      await story.commit(n % 2 === 0 ? 'relay-v1' : 'relay-v2', { target: { parallelism: 1 + (n % 2) } });
      const done = await story.run('apply');
      expect([n, done.outcome, done.strategy, done.code]).toEqual([n, 'succeeded', 'savepoint-upgrade', null]);
      gaps.push(done.gapSeconds ?? Number.NaN);
    }
    const sent = await input.stop();
    await until(
      'all numbers are committed',
      async () => output.numbers.size,
      (count) => count >= sent,
      60,
    );
    const records = await output.stop();
    const { missing, repeated, wrongTallies } = flowOf(records, 0);
    console.log(
      `${upgrades} upgrades: ${sent} numbers in, ${records.length} out by read_committed, ${missing} missing, ` +
        `${repeated} repeated, ${wrongTallies} wrong tallies; gaps ${gaps.join(', ')} s`,
    );
    expect([records.length, missing, repeated, wrongTallies]).toEqual([sent, 0, 0, 0]);
  },
  60_000 + upgrades * 40_000,
);

async function topics(client: Client): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  // The order of a key's numbers is kept where there is one partition on the way.
  await admin.createTopics({ topics: ['in', 'out'].map((topic) => ({ topic, numPartitions: 1 })) });
  await admin.disconnect();
}

/** Sends numbers in their order until it is stopped; then it tells how many. */
async function feed(client: Client): Promise<{ stop(): Promise<number> }> {
  const producer = client.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const started = Date.now();
  let sent = 0;
  let stopped = false;
  const done = (async () => {
    while (!stopped) {
      const due = Math.floor(((Date.now() - started) / 1000) * perSecond);
      const messages = Array.from({ length: due - sent }, (_, index) => ({ value: String(sent + index) }));
      if (messages.length > 0) await producer.send({ topic: 'in', acks: -1, messages });
      sent = due;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await done;
      await producer.disconnect();
      return sent;
    },
  };
}

/** Collects what readers of committed records get. */
async function listen(client: Client) {
  const consumer = client.consumer({ groupId: 'check', readUncommitted: false });
  const numbers = new Set<number>();
  const records: { readonly number: number; readonly key: number; readonly tally: number }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: ['out'], fromBeginning: true });
  await consumer.run({
    async eachMessage({ message: { value } }) {
      const [number = Number.NaN, key = Number.NaN, tally = Number.NaN] = String(value).split(' ').map(Number);
      numbers.add(number);
      records.push({ number, key, tally });
    },
  });
  return {
    numbers,
    async stop() {
      // What comes too often would come now.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await consumer.disconnect();
      return records;
    },
  };
}
