/** Files of the demo's repository: five jobs on two clouds and a supervisor of one's own. Paths to contents. */
export type Files = { readonly [path: string]: string };

const manifest = `# yaml-language-server: $schema=../schemas/streaming-jobs.schema.json
version: 1
name: acme-streaming
environments:
  production:
    vars: {project: acme-prod, region: europe-west1, bucket: acme-prod-streams}
    refs: [main]
defaults:
  dataflow:
    target: {project: "\${var.project}", region: "\${var.region}"}
    verify: {running-within: 15m, bake: 2m}
  glue:
    target: {region: eu-west-1, worker-type: G.1X, workers: 5}
    verify: {running-within: 15m, bake: 2m}
  command:
    verify: {running-within: 15m, bake: 2m}
jobs:
  orders-enrich:
    engine: dataflow
    target:
      template: {file: pipelines/orders/template.json, upload-to: "gs://\${var.bucket}/orders/\${digest}.json"}
      parameters: {inputSubscription: projects/acme-prod/subscriptions/orders, outputTable: "acme:ods.orders"}
      workers: {max: 20}
    sink: append
  payments-fraud:
    engine: dataflow
    target:
      template: {file: pipelines/payments/template.json, upload-to: "gs://\${var.bucket}/payments/\${digest}.json"}
      parameters: {outputTopic: projects/acme-prod/topics/fraud}
      workers: {max: 10}
    sink: idempotent
    stateful: false
    strategy: parallel
    parallel:
      overlap: 2m
      slots:
        - {name: payments-fraud-a, parameters: {inputSubscription: projects/acme-prod/subscriptions/payments-a}}
        - {name: payments-fraud-b, parameters: {inputSubscription: projects/acme-prod/subscriptions/payments-b}}
  clicks-to-lake:
    engine: glue
    target:
      script: {file: glue/clicks.py, upload-to: "s3://\${var.bucket}/clicks/\${digest}.py"}
      arguments: {"--checkpoint_location": "s3://acme-prod-checkpoints/clicks/"}
      checkpoint-argument: "--checkpoint_location"
    sink: append
  sessions-to-lake:
    engine: glue
    target:
      script: {file: glue/sessions.py, upload-to: "s3://\${var.bucket}/sessions/\${digest}.py"}
      arguments: {"--checkpoint_location": "s3://acme-prod-checkpoints/sessions/"}
      checkpoint-argument: "--checkpoint_location"
    sink: append
  alerts-relay:
    engine: command
    paths: ["relay/**"]
    target:
      observe: [node, ops/supervisor.mjs]
      start: [node, ops/supervisor.mjs]
      stop: [node, ops/supervisor.mjs]
      settings: {topic: alerts, channel: on-call}
      guarantees: {state: kept, duplicates: replay, gap: 10s}
    sink: idempotent
`;

/** The supervisor that the `command` job talks to: a run is a file. A real one would be systemd, Kubernetes or YARN. */
const supervisor = `import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const request = JSON.parse(readFileSync(0, 'utf8'));
const root = process.env.RELAY_RUNS;
mkdirSync(root, { recursive: true });
const path = (id) => join(root, id + '.json');
const read = (id) => JSON.parse(readFileSync(path(id), 'utf8'));
const write = (run) => writeFileSync(path(run.id), JSON.stringify(run));
const now = () => new Date().toISOString();

const verbs = {
  observe: ({ ended, jobs }) => ({
    runs: readdirSync(root)
      .map((file) => read(file.slice(0, -5)))
      .filter((run) => ended || run.state === 'running' || jobs.some(({ ids }) => ids.includes(run.id))),
  }),
  start: ({ name, stamp, target }) => {
    const id = [name, stamp.rollout, stamp.step].join('.');
    if (!existsSync(path(id))) write({ id, name, state: 'running', stamp, settings: target.settings, startedAt: now() });
    return { run: { id } };
  },
  stop: ({ run }) => {
    if (!existsSync(path(run.id))) return { failed: { message: 'there is no run ' + run.id } };
    write({ ...read(run.id), state: 'stopped', endedAt: now() });
    return { done: {} };
  },
};
console.log(JSON.stringify(verbs[request.verb](request)));
`;

/** Not a real image: the local cloud reads how a run fares from the template or script itself. */
function template(image: string, digit: string, fate?: { readonly [key: string]: string | number }): string {
  const spec = {
    image: `registry.example/acme/${image}@sha256:${digit.repeat(64)}`,
    sdkInfo: { language: 'JAVA' },
    metadata: { name: image, streaming: true },
    defaultEnvironment: { enableStreamingEngine: true },
    ...(fate === undefined ? {} : { 'x-emulator': fate }),
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
}

function script(name: string, body: string): string {
  return `import sys\nfrom awsglue.utils import getResolvedOptions\n\n# ${name}\n${body}\n`;
}

/** The first commit: what runs already, written down. */
export const declared: Files = {
  '.github/streaming-jobs.yml': manifest,
  '.gitignore': '.runner/\n',
  'README.md': '# Streams of Acme\n',
  'pipelines/orders/template.json': template('orders', '1'),
  'pipelines/payments/template.json': template('payments', '2'),
  'glue/clicks.py': script('clicks to lake', 'columns = ["user", "page"]'),
  'glue/sessions.py': script('sessions to lake', 'timeout_minutes = 30'),
  'relay/relay.mjs': 'export const format = (alert) => alert.title;\n',
  'ops/supervisor.mjs': supervisor,
};

/** The second commit: two of the five jobs change. */
export const improved: Files = {
  'pipelines/orders/template.json': template('orders', '3'),
  'glue/clicks.py': script('clicks to lake', 'columns = ["user", "page", "referrer"]'),
};

/** The third commit: two bad versions. One crashes beside the old run, the other after it took the old run's place. */
export const broken: Files = {
  'pipelines/payments/template.json': template('payments', '4', {
    behaviour: 'crash',
    seconds: 20,
    message: 'java.lang.IllegalStateException: model v7 has no weights',
  }),
  'glue/clicks.py': script(
    'clicks to lake',
    'columns = ["user", "page", "referer"]\n# emulator: fail-after 20 "AnalysisException: cannot resolve column referer"',
  ),
};

/** The fourth commit has nothing to do with any job. */
export const documented: Files = { 'README.md': '# Streams of Acme\n\nWho to call: the streams team.\n' };

/** How the fleet was started, before anybody knew of this tool: as `POST /runs` of the local cloud takes it. */
export const startedByHand = [
  {
    service: 'dataflow',
    name: 'orders-enrich',
    project: 'acme-prod',
    region: 'europe-west1',
    parameters: { inputSubscription: 'projects/acme-prod/subscriptions/orders', outputTable: 'acme:ods.orders' },
    maxWorkers: 20,
  },
  {
    service: 'dataflow',
    name: 'payments-fraud-a',
    project: 'acme-prod',
    region: 'europe-west1',
    parameters: {
      inputSubscription: 'projects/acme-prod/subscriptions/payments-a',
      outputTopic: 'projects/acme-prod/topics/fraud',
    },
    maxWorkers: 10,
  },
  ...['clicks', 'sessions'].map((name) => ({
    service: 'glue',
    jobName: `${name}-to-lake`,
    region: 'eu-west-1',
    definition: {
      Role: 'arn:aws:iam::123456789012:role/glue-streams',
      Command: { Name: 'gluestreaming', ScriptLocation: `s3://acme-scripts/${name}.py`, PythonVersion: '3' },
      GlueVersion: '4.0',
      WorkerType: 'G.1X',
      NumberOfWorkers: 5,
      Timeout: 0,
      ExecutionProperty: { MaxConcurrentRuns: 1 },
      DefaultArguments: { '--checkpoint_location': `s3://acme-prod-checkpoints/${name}/` },
    },
  })),
] as const;

/** The fifth job's run, as its supervisor keeps it. */
export const relayByHand = {
  id: 'alerts-relay.by-hand',
  name: 'alerts-relay',
  state: 'running',
  stamp: null,
  settings: { topic: 'alerts', channel: 'on-call' },
};
