import { CreateJobCommand, type CreateJobRequest, GetJobCommand, GlueClient, type Job } from '@aws-sdk/client-glue';
import { cloudwatchService } from '../../../emulators/cloudwatch/index.js';
import { glueService } from '../../../emulators/glue/index.js';
import { s3Service } from '../../../emulators/s3/index.js';
import { identities, stsService } from '../../../emulators/sts/index.js';
import type { Ambient, Progress, Session, Subject } from '../../../src/engines/engine.js';
import { glue } from '../../../src/engines/glue/index.js';
import type { Job as DeclaredJob } from '../../../src/model/job.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import { credentials, startLocal } from '../../emulators/local.js';

export const target: JsonObject = {
  name: 'clicks',
  region: 'eu-west-1',
  script: 's3://scripts/clicks/0123456789abcdef.py',
  arguments: { '--topic': 'clicks', '--checkpoint': 's3://state/clicks/' },
  'checkpoint-argument': '--checkpoint',
  'worker-type': 'G.1X',
  workers: 3,
};

export const stamp: Stamp = {
  revision: 'r1-00000000000000aa',
  rollout: 'aabbccddeeff00112233',
  n: 4,
  step: 'start',
  commit: 'c0ffee',
  predecessor: null,
  slot: null,
};

export const subject: Subject = { job: 'clicks', names: ['clicks'], target, ids: [] };

export const declared: Omit<DeclaredJob, 'positions'> = {
  key: 'clicks',
  engine: 'glue',
  target,
  paths: null,
  ignore: [],
  build: null,
  sink: 'append',
  stateful: true,
  strategy: 'auto',
  maxGapSeconds: null,
  parallel: { overlapSeconds: 600, slots: [] },
  drain: { timeoutSeconds: 1800, onTimeout: 'fail' },
  verify: { runningWithinSeconds: 900, bakeSeconds: 600, gates: [] },
  onFailure: 'rollback',
  needs: [],
  was: null,
  desired: 'running',
  instance: null,
  at: { file: 'streaming-jobs.yml', line: 10, column: 3 },
};

/** What the real SDK sees of AWS in these tests: only loopback, only canary keys. */
function pointSdksAt(services: { readonly [name: string]: string }): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_GLUE: services['glue'],
    AWS_ENDPOINT_URL_S3: services['s3'],
    AWS_ENDPOINT_URL_STS: services['sts'],
    AWS_ENDPOINT_URL_CLOUDWATCH: services['cloudwatch'],
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}

interface LoggedRequest {
  readonly service: string;
  readonly operation: string;
  readonly write: boolean;
}

/** A local Glue, S3, STS and CloudWatch, a session of the engine on them, and somebody else's client. */
export async function world(settings: JsonObject = {}, of: JsonObject = target) {
  const known = identities();
  const local = await startLocal((clock) => {
    const s3 = s3Service(clock, { identities: known });
    const service = glueService(clock, { s3: s3.store, identities: known, settings });
    const metrics = cloudwatchService(clock, { glue: service }, { identities: known });
    return [service, s3, stsService(clock, known), metrics] as const;
  });
  pointSdksAt(local.services);
  for (const uri of [target['script'] as string, 's3://scripts/clicks/by-hand.py']) {
    await put(local.services['s3'] ?? '', uri, '# a script that runs on');
  }
  await fetch(`${local.control}/requests`, { method: 'DELETE' });
  const lines: string[] = [];
  const ambient: Ambient = {
    env: {},
    clock: local.clock,
    userAgent: 'stream-rollout/0.0.0',
    signal: new AbortController().signal,
    secret: (name) => `secret value of ${name}`,
    log: (line) => lines.push(line),
  };
  const session: Session = await glue.connect(glue.place(of, ambient), of, ambient);
  const other = new GlueClient({ region: 'eu-west-1' });
  const control = async (method: string, path: string, body?: JsonObject): Promise<Json> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const answer = await fetch(`${local.control}${path}`, init);
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as Json;
  };
  return {
    ...local,
    session,
    ambient,
    lines,
    other,
    put: (uri: string, text: string) => put(local.services['s3'] ?? '', uri, text),
    create: (more: Partial<CreateJobRequest> = {}) => other.send(new CreateJobCommand({ ...definition, ...more })),
    async definition(name = 'clicks'): Promise<Job> {
      return (await other.send(new GetJobCommand({ JobName: name }))).Job ?? {};
    },
    fault: (fault: JsonObject) => control('POST', '/faults', { service: 'glue', ...fault }),
    plant: async (spec: JsonObject) => (await control('POST', '/runs', { service: 'glue', ...spec })) as JsonObject,
    cloudwatchFault: (fault: JsonObject) => control('POST', '/faults', { service: 'cloudwatch', ...fault }),
    cloudwatch: (change: JsonObject) => control('POST', '/settings', { service: 'cloudwatch', ...change }),
    set: (change: JsonObject) => control('POST', '/settings', { service: 'glue', ...change }),
    forget: () => control('DELETE', '/requests'),
    async requests(): Promise<readonly string[]> {
      const all = (await control('GET', '/requests')) as unknown as readonly LoggedRequest[];
      return all.map(({ operation }) => operation);
    },
    async writes(): Promise<readonly string[]> {
      const all = (await control('GET', '/requests')) as unknown as readonly LoggedRequest[];
      return all.filter(({ write }) => write).map(({ operation }) => operation);
    },
    /** Polls a verb until it stops saying `running`, while the clock goes on as it asks. */
    async drive<Call extends { memo: Json }>(verb: ((call: Call) => Promise<Progress>) | undefined, call: Call) {
      if (verb === undefined) throw new Error('the session has no such verb');
      let memo: Json = null;
      for (let polls = 0; polls < 500; polls += 1) {
        const progress = await verb({ ...call, memo });
        if (progress.state !== 'running') return progress;
        memo = progress.memo;
        local.advance(progress.retryAfterSeconds);
      }
      throw new Error('still running after 500 polls');
    },
    async end(): Promise<void> {
      other.destroy();
      await session.close?.();
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
}
export type World = Awaited<ReturnType<typeof world>>;

/** A definition as a person would have made it. */
export const definition: CreateJobRequest = {
  Name: 'clicks',
  Role: 'arn:aws:iam::123456789012:role/glue',
  Command: { Name: 'gluestreaming', ScriptLocation: 's3://scripts/clicks/by-hand.py', PythonVersion: '3' },
  DefaultArguments: { '--job-language': 'python', '--topic': 'old' },
  GlueVersion: '4.0',
  Timeout: 0,
  WorkerType: 'G.1X',
  NumberOfWorkers: 2,
  Description: 'clicks to the lake',
  ExecutionProperty: { MaxConcurrentRuns: 1 },
};

export const common = { subject, memo: null, signal: new AbortController().signal };
export const launch = { ...common, target, stamp, predecessor: null, snapshot: null };

/** A run as a look would show it. */
export async function seen(session: Session, id: string): Promise<Run> {
  const run = (await session.look(subject)).find((candidate) => candidate.id === id);
  if (!run) throw new Error(`the look shows no run ${id}`);
  return run;
}

async function put(endpoint: string, uri: string, text: string): Promise<void> {
  const { PutObjectCommand, CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const [, Bucket, Key] = uri.match(/^s3:\/\/([^/]+)\/(.+)$/) ?? [];
  const client = new S3Client({ endpoint, region: 'eu-west-1', credentials });
  try {
    await client.send(new CreateBucketCommand({ Bucket: Bucket ?? '' })).catch(() => undefined);
    await client.send(new PutObjectCommand({ Bucket: Bucket ?? '', Key: Key ?? '', Body: text }));
  } finally {
    client.destroy();
  }
}
