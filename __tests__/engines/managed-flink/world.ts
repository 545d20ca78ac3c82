import { DescribeApplicationCommand, KinesisAnalyticsV2Client } from '@aws-sdk/client-kinesis-analytics-v2';
import { cloudwatchService } from '../../../emulators/cloudwatch/index.js';
import { environmentOf } from '../../../emulators/env.js';
import { managedFlinkService } from '../../../emulators/managed-flink/index.js';
import { s3Service } from '../../../emulators/s3/index.js';
import { identities, stsService } from '../../../emulators/sts/index.js';
import type { LaunchCall, Progress, RunCall } from '../../../src/engines/engine.js';
import { managedFlink } from '../../../src/engines/managed-flink/index.js';
import type { JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import { connected } from '../../contract/grounds/ambient.js';
import { startLocal } from '../../emulators/local.js';

export const target: JsonObject = {
  name: 'fraud',
  region: 'eu-west-1',
  code: 's3://jars/fraud-2.jar',
  properties: { source: { stream: 'orders' } },
};

const subject = { job: 'fraud', names: ['fraud'], target, ids: [] };

/** An emulated application `fraud` that runs by somebody else's hand, and a session on it. */
export async function openWorld(
  settings: JsonObject = {},
  planted: JsonObject = {},
  jars: { readonly [name: string]: string } = {},
) {
  const local = await startLocal((clock) => {
    const known = identities();
    const s3 = s3Service(clock, { autoCreate: true, identities: known });
    s3.store.place('s3://jars/fraud-1.jar', Buffer.from('# 1'));
    s3.store.place('s3://jars/fraud-2.jar', Buffer.from('# 2'));
    s3.store.place('s3://jars/broken.jar', Buffer.from('# emulator: fail no operator for the state'));
    s3.store.place('s3://jars/endless.jar', Buffer.from('# emulator: slow-update 864000'));
    for (const [name, text] of Object.entries(jars)) s3.store.place(`s3://jars/${name}.jar`, Buffer.from(text));
    const managedFlink = managedFlinkService(clock, { s3: s3.store, identities: known, settings });
    const metrics = cloudwatchService(clock, { managedFlink }, { identities: known });
    return [managedFlink, s3, stsService(clock, known), metrics];
  });
  const [service, , , metrics] = local.parts;
  const before = { ...process.env };
  Object.assign(process.env, environmentOf(local.services, local.clock));
  const plant = (more: JsonObject) =>
    service?.plant?.({ applicationName: 'fraud', code: 's3://jars/fraud-1.jar', ...more });
  plant(planted);
  const { session, close } = await connected(managedFlink, target, local.clock, {});
  const client = new KinesisAnalyticsV2Client({ region: 'eu-west-1' });
  const look = (ids: readonly string[] = []) => session.look({ ...subject, ids });
  const states = async () => Object.fromEntries((await look()).map(({ id, state }) => [id, state]));

  async function drive<C>(verb: ((call: C) => Promise<Progress>) | undefined, call: C): Promise<Progress> {
    if (verb === undefined) throw new Error('the session has no such verb');
    for (let polls = 0; polls < 500; polls += 1) {
      const progress = await verb(call);
      if (progress.state !== 'running') return progress;
      local.advance(progress.retryAfterSeconds);
    }
    throw new Error('still running after 500 polls');
  }

  return {
    session,
    client,
    look,
    states,
    drive,
    plant,
    fate: (change: JsonObject) => service?.plant?.(change),
    wait: local.advance,
    configure: (change: JsonObject) => service?.configure?.(change),
    metrics: (change: JsonObject) => metrics?.configure?.(change),
    now: () => local.clock.now(),
    described: async () =>
      (await client.send(new DescribeApplicationCommand({ ApplicationName: 'fraud' }))).ApplicationDetail,
    async run(id: string): Promise<Run> {
      const found = (await look([id])).find((one) => one.id === id);
      if (found === undefined) throw new Error(`there is no run ${id}`);
      return found;
    },
    async end() {
      client.destroy();
      await close();
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
}

export type World = Awaited<ReturnType<typeof openWorld>>;

export function launch(predecessor: Run | null, more: Partial<LaunchCall> = {}, step = 'replace'): LaunchCall {
  const stamp = { revision: 'r1-1', rollout: 'roll', n: 1, step, commit: null, predecessor: null, slot: null };
  const signal = new AbortController().signal;
  return { subject, target, stamp, predecessor, snapshot: null, memo: null, signal, ...more };
}

export function onRun(run: Run): RunCall {
  return { subject, memo: null, signal: new AbortController().signal, run };
}
