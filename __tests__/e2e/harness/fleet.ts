import { CreateJobCommand, type CreateJobRequest, GlueClient, UpdateJobCommand } from '@aws-sdk/client-glue';
import { stringify } from 'yaml';
import type { JsonObject } from '../../../src/model/json.js';
import type { LocalCloud } from './cloud.js';

export const manifestPath = '.github/streaming-jobs.yml';
export const region = 'eu-west-1';
export const project = 'acme-prod';
export const location = 'europe-west1';

/** Times that fit a local cloud whose clock runs fast. */
export const verify = { 'running-within': '10m', bake: '2m' };

/** For an engine whose clock may run less fast: its signals have a sample every few seconds. */
const short = { 'running-within': '5m', bake: '30s' };

/** A manifest's text: one environment `production` unless `more` says otherwise. */
export function manifest(jobs: { readonly [key: string]: JsonObject }, more: JsonObject = {}): string {
  const defaults = {
    glue: { target: { region }, sink: 'append', verify },
    dataflow: { target: { project, region: location }, sink: 'idempotent', verify },
    flink: { target: { url: 'http://flink.internal:8081' }, sink: 'transactional', verify: short },
  };
  return stringify({ version: 1, name: 'acme', environments: { production: {} }, defaults, jobs, ...more });
}

/** A Glue job whose script lies in the repository. `target` is laid over the usual one. */
export function glueJob(key: string, target: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const usual = {
    script: { file: `glue/${key}.py`, 'upload-to': `s3://acme-code/${key}/\${digest}.py` },
    arguments: { '--checkpoint': `s3://acme-state/${key}/` },
    'checkpoint-argument': '--checkpoint',
    'worker-type': 'G.1X',
    workers: 2,
  };
  return { engine: 'glue', target: { ...usual, ...target }, ...more };
}

/** A Dataflow job whose Flex template lies in the repository. */
export function dataflowJob(key: string, target: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const usual = {
    template: { file: `templates/${key}.json`, 'upload-to': `gs://acme-templates/${key}/\${digest}.json` },
    parameters: { table: `acme:ods.${key}` },
    workers: { max: 10 },
  };
  return { engine: 'dataflow', target: { ...usual, ...target }, ...more };
}

/** A Flink job whose jar lies in the repository. */
export function flinkJob(key: string, target: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const usual = {
    jar: { file: `jobs/${key}.jar` },
    arguments: ['--topic', key],
    'savepoint-directory': `s3://acme-savepoints/${key}`,
  };
  return { engine: 'flink', target: { ...usual, ...target }, ...more };
}

/** What the emulator takes for a jar: lines on its operators and on how its runs fare. */
export function jar(text: string, operators: readonly string[] = counting, ...fates: readonly string[]): string {
  return script(text, ...operators.map((operator) => `operator ${operator}`), ...fates);
}

export const counting = ['numbers uid=numbers list=offsets', 'counter uid=counter keyed=count:long', 'lines uid=lines'];

/** A Glue script; `fates` are the emulator's words on how its runs fare. */
export function script(text: string, ...fates: readonly string[]): string {
  return [`# ${text}`, ...fates.map((fate) => `# emulator: ${fate}`), ''].join('\n');
}

/** A Flex template; `fate` is the emulator's block on how its runs fare. */
export function template(image: string, fate: JsonObject = {}): string {
  const spec = {
    image: `registry.example/${image}@sha256:${'0'.repeat(63)}${image.length % 10}`,
    sdkInfo: { language: 'PYTHON' },
    'x-emulator': fate,
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
}

/** What somebody with the console or Terraform made before: the definitions of Glue jobs, through the real SDK. */
export async function defineGlueJobs(
  cloud: LocalCloud,
  names: readonly string[],
  members: Partial<CreateJobRequest> = {},
): Promise<void> {
  await withGlue(cloud, async (client) => {
    for (const Name of names) await client.send(new CreateJobCommand({ ...definition(Name), ...members }));
  });
}

export async function changeGlueJob(
  cloud: LocalCloud,
  name: string,
  members: Partial<CreateJobRequest>,
): Promise<void> {
  const { Name: _, ...JobUpdate } = { ...definition(name), ...members };
  await withGlue(cloud, (client) => client.send(new UpdateJobCommand({ JobName: name, JobUpdate })));
}

function definition(Name: string): CreateJobRequest {
  return {
    Name,
    Role: 'arn:aws:iam::123456789012:role/glue',
    Command: { Name: 'gluestreaming', ScriptLocation: `s3://planted/${Name}.py`, PythonVersion: '3' },
    GlueVersion: '4.0',
    Timeout: 0,
    WorkerType: 'G.1X',
    NumberOfWorkers: 2,
    ExecutionProperty: { MaxConcurrentRuns: 1 },
  };
}

async function withGlue(cloud: LocalCloud, work: (client: GlueClient) => Promise<unknown>): Promise<void> {
  const client = new GlueClient({
    region,
    endpoint: cloud.services['glue'] ?? '',
    credentials: {
      accessKeyId: cloud.env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: cloud.env['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  try {
    await work(client);
  } finally {
    client.destroy();
  }
}
