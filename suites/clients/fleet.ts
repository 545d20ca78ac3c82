import type { Plan } from '../../src/model/plan.js';
import type { Report } from '../../src/model/report.js';
import { type Checkout, type Files, makeCheckout } from '../support/checkout.js';
import type { LocalCloud } from '../support/cloud.js';
import { type Told, tool } from '../support/tool.js';

/** A checkout with a manifest, and the tool called in it with a ledger beside it. */
export interface Fleet {
  readonly checkout: Checkout;
  plan(...args: readonly string[]): Promise<Told<Plan>>;
  apply(...args: readonly string[]): Promise<Told<Report>>;
}

/** Project and region of every Dataflow job here, and the region of every Glue job. */
export const place = { project: 'acme-prod', region: 'europe-west1', glueRegion: 'eu-west-1' };

/** Makes a checkout whose manifest declares these jobs for the one environment `production`. */
export async function makeFleet(
  cloud: LocalCloud,
  jobs: { readonly [key: string]: object },
  files: Files,
): Promise<Fleet> {
  const checkout = await makeCheckout();
  const manifest = { version: 1, name: 'acme-streaming', environments: { production: {} }, jobs };
  await checkout.commit('The fleet as declared', {
    '.github/streaming-jobs.yml': JSON.stringify(manifest, null, 2),
    '.gitignore': 'ledger/\n',
    ...files,
  });
  const call = <Document>(mode: string, args: readonly string[]) =>
    tool<Document>(checkout.path, cloud.env, mode, '--ledger', `file:${checkout.path}/ledger`, ...args);
  return {
    checkout,
    plan: (...args) => call<Plan>('plan', args),
    apply: (...args) => call<Report>('apply', args),
  };
}

/** A Glue job whose script is in the checkout. */
export function glueJob(name: string): object {
  return {
    engine: 'glue',
    target: {
      name,
      region: place.glueRegion,
      script: { file: 'glue/clicks.py', 'upload-to': 's3://acme/clicks/${digest}.py' },
    },
    sink: 'append',
  };
}

/** A Dataflow job whose template is in the checkout. */
export function dataflowJob(name: string, target: object = {}): object {
  return {
    engine: 'dataflow',
    target: {
      name,
      project: place.project,
      region: place.region,
      template: { file: 'dataflow/orders.json', 'upload-to': 'gs://acme/orders/${digest}.json' },
      ...target,
    },
    sink: 'append',
  };
}

/** Spec of a Flex template for a streaming pipeline in Python. */
export const template = JSON.stringify({
  image: 'registry.example/orders:1',
  sdkInfo: { language: 'PYTHON' },
  metadata: {
    name: 'orders',
    parameters: [{ name: 'inputSubscription', label: 'input', helpText: 'input', isOptional: true }],
  },
});

/** What the plan says of one job, by the parts that users script against. */
export function decided(told: Told<Plan>, key: string) {
  const job = told.document.jobs.find((entry) => entry.job === key);
  if (job === undefined) throw new Error(`the plan has no job ${key}: ${JSON.stringify(told.document)}`);
  return {
    action: job.action,
    strategy: job.strategy,
    run: job.current?.run ?? null,
    reasons: job.reasons.map((reason) => reason.kind),
    findings: job.findings.map((finding) => finding.code),
  };
}

/** Writes that the local cloud was asked for since its log was emptied. */
export async function writes(cloud: LocalCloud): Promise<string[]> {
  return (await cloud.requests()).filter((request) => request.write).map((request) => request.operation);
}
