import { CreateJobCommand, GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Plan } from '../../src/model/plan.js';
import type { Report } from '../../src/model/report.js';
import { dataflowJob, glueJob, place, template } from '../clients/fleet.js';
import { makeCheckout } from '../support/checkout.js';
import { type LocalCloud, startLocalCloud } from '../support/cloud.js';
import { tool } from '../support/tool.js';
import type { Server } from './server.js';
import { fakeGcs, versitygw } from './servers.js';

interface Status {
  readonly jobs: readonly { readonly [name: string]: unknown }[];
}
interface Log {
  readonly entries: readonly { readonly message: string }[];
}

/** The ledger's store is the real server; the engine, and the store of its artifacts, are of the other cloud, emulated. */
const cases = {
  s3: {
    start: versitygw,
    job: () => dataflowJob('orders'),
    files: { 'dataflow/orders.json': template },
    prepare: async () => undefined,
  },
  gs: {
    start: fakeGcs,
    job: () => glueJob('orders'),
    files: { 'glue/clicks.py': 'print("clicks")\n' },
    prepare: defineGlueJob,
  },
};

let cloud: LocalCloud;
const servers: Server[] = [];
beforeAll(async () => {
  cloud = await startLocalCloud(500);
});
afterAll(async () => {
  await cloud.stop();
  for (const server of servers) await server.end();
});

describe.each(Object.entries(cases))('the CLI with a ledger in %s', (scheme, one) => {
  it('applies once of two at once, and tells what was done', async () => {
    const server = await one.start();
    servers.push(server);
    await server.bucket('acme-ledger');
    await one.prepare();
    const checkout = await makeCheckout();
    const manifest = { version: 1, name: 'acme', environments: { production: {} }, jobs: { orders: one.job() } };
    await checkout.commit('The fleet', { '.github/streaming-jobs.yml': JSON.stringify(manifest), ...one.files });
    const env = { ...cloud.env, ...server.env };
    const run = <Document>(mode: string, ...args: readonly string[]) =>
      tool<Document>(checkout.path, env, mode, '--ledger', `${scheme}://acme-ledger/streams`, ...args);

    const planned = await run<Plan>('plan');
    expect(planned.document.jobs).toMatchObject([{ job: 'orders', strategy: 'create' }]);
    // Two machines at the same moment: one holds the job, the other is refused, or comes when all is done.
    const both = await Promise.all([1, 2].map(() => run<Report>('apply', '--wait-for-minutes', '6000')));
    const outcomes = both.map(({ document }) => document.jobs?.[0]?.outcome);
    expect(outcomes).toContain('succeeded');
    expect(['refused', 'unchanged', 'succeeded']).toContain(
      outcomes.find((outcome) => outcome !== 'succeeded') ?? 'succeeded',
    );
    const runs = await cloud.control<readonly { state: string }[]>(
      'GET',
      `/runs?service=${scheme === 's3' ? 'dataflow' : 'glue'}`,
    );
    expect(runs).toHaveLength(1);

    const status = await run<Status>('status');
    expect(status.document.jobs).toMatchObject([
      { job: 'orders', state: 'running', lastOutcome: 'succeeded', open: null },
    ]);
    const log = await run<Log>('log', '--limit', '100');
    const messages = log.document.entries.map(({ message }) => message);
    expect(messages[0]).toContain('close rollout 1: succeeded');
    expect(messages.at(-1)).toContain('open rollout 1 (create)');
    const again = await run<Report>('apply');
    expect(again.document.jobs.map(({ outcome }) => outcome)).toEqual(['unchanged']);
    checkout.remove();
  });
});

async function defineGlueJob(): Promise<void> {
  const client = new GlueClient({
    region: place.glueRegion,
    endpoint: cloud.services['glue'] ?? '',
    credentials: { accessKeyId: 'CANARY', secretAccessKey: 'canary-secret' },
  });
  await client.send(
    new CreateJobCommand({
      Name: 'orders',
      Role: 'arn:aws:iam::123456789012:role/glue',
      Command: { Name: 'gluestreaming', ScriptLocation: 's3://planted/orders.py', PythonVersion: '3' },
      GlueVersion: '4.0',
      Timeout: 0,
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      ExecutionProperty: { MaxConcurrentRuns: 1 },
    }),
  );
  client.destroy();
}
