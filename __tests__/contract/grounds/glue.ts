import {
  CreateJobCommand,
  type CreateJobRequest,
  GetJobCommand,
  GetJobRunCommand,
  GlueClient,
  type JobUpdate,
  StartJobRunCommand,
  UpdateJobCommand,
} from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { cloudwatchService } from '../../../emulators/cloudwatch/index.js';
import { environmentOf } from '../../../emulators/env.js';
import { glueService } from '../../../emulators/glue/index.js';
import { s3Service } from '../../../emulators/s3/index.js';
import { identities, stsService } from '../../../emulators/sts/index.js';
import { glue } from '../../../src/engines/glue/index.js';
import { type JsonObject, merged } from '../../../src/model/json.js';
import { startLocal } from '../../emulators/local.js';
import type { Field, FieldOptions, Ground, Targets } from '../ground.js';
import { accountClock, connected } from './ambient.js';
import { control, type Dialect, ears, faultOf } from './listening.js';

/** With these set the suite runs against a real Glue job (docs/engines/glue.md, "Trying it on an account of your own"). */
const given = {
  job: process.env['STREAM_ROLLOUT_GLUE_JOB'],
  region: process.env['STREAM_ROLLOUT_GLUE_REGION'],
  script: process.env['STREAM_ROLLOUT_GLUE_SCRIPT'],
};
const real = Object.values(given).every((value) => value !== undefined);

const region = given.region ?? 'eu-west-1';
const script = given.script ?? 's3://scripts/contract/0123456789abcdef.py';
const first: JsonObject = { name: given.job ?? 'contract', region, script, arguments: { '--contract': 'first' } };
const unstopped = 's3://scripts/contract/slow-stop.py';

const targets: Targets = {
  first,
  second: merged(first, { arguments: { '--contract': 'second' } }),
  refused: { ...first, name: `${String(first['name'])}-missing` },
  missing: { ...first, script: `${script}.missing` },
  failing: { ...first, definition: 'leave', script: `${script}.missing` },
  undrained: null,
  unstopped: real ? null : { ...first, script: unstopped },
  secret: merged(first, { arguments: { '--credential': '${secret.TOKEN}' } }),
  scale: null,
};

const scripts: { readonly [uri: string]: string } = {
  [script]: '# runs on',
  [unstopped]: '# emulator: slow-stop 900000',
};

const dialect: Dialect = {
  operations: { prepare: 'UpdateJob', start: 'StartJobRun', stop: 'BatchStopJobRun' },
  secretive: ['StartJobRun', 'UpdateJob'],
  no: (Message) => ({
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': 'InvalidInputException' },
    body: { __type: 'InvalidInputException', Message },
  }),
};

export const ground: Ground = {
  engine: glue,
  where: real ? `Glue job ${given.job}` : 'the emulated Glue',
  real,
  limitSeconds: real ? 3600 : 60,
  targets,
  offers: ['messages', 'reference', 'measure'],
  variants: { 'that leaves the definition alone': { ...first, definition: 'leave' } },
  // GetJobRuns for each job, and GetJob for each that runs what somebody else started: until it is adopted.
  observeCalls: { first: (jobs) => 2 * jobs, again: (jobs) => 2 * jobs },
  open: real ? openReal : openEmulated,
};

const unknownId = `jr_${'0'.repeat(64)}`;

async function openReal(): Promise<Field> {
  const clock = accountClock();
  const { ambient, cancel, lines, session, close } = await connected(glue, first, clock, {});
  const names = [String(first['name'])];
  const wait = (seconds: number) => clock.sleep(seconds);
  return {
    engine: glue,
    session,
    ambient,
    clock,
    cancel,
    lines,
    names,
    targets,
    unknownId,
    outside: null,
    wait,
    end: close,
  };
}

async function openEmulated({ lagSeconds = 0 }: FieldOptions): Promise<Field> {
  const { heard, quoting, wrapped } = ears(dialect);
  const local = await startLocal((clock) => {
    const known = identities();
    const s3 = s3Service(clock, { autoCreate: true, identities: known });
    const service = glueService(clock, { s3: s3.store, identities: known, settings: { listLagSeconds: lagSeconds } });
    const metrics = cloudwatchService(clock, { glue: service }, { identities: known });
    return [wrapped(service), wrapped(s3), wrapped(stsService(clock, known)), wrapped(metrics)];
  });
  // The SDK reads its endpoints from the process environment, as it does behind every entry point.
  const before = { ...process.env };
  Object.assign(process.env, environmentOf(local.services, local.clock));
  const { ambient, cancel, lines, session, close } = await connected(glue, first, local.clock, {});
  const other = new GlueClient({ region });
  const objects = new S3Client({ region });
  const wait = async (seconds: number) => local.advance(seconds);

  async function put(uri: string, text: string): Promise<void> {
    const [, Bucket = '', Key = ''] = uri.match(/^s3:\/\/([^/]+)\/(.+)$/) ?? [];
    await objects.send(new PutObjectCommand({ Bucket, Key, Body: text }));
  }

  async function create(name: string): Promise<void> {
    const definition: CreateJobRequest = {
      Name: name,
      Role: 'arn:aws:iam::123456789012:role/glue',
      Command: { Name: 'gluestreaming', ScriptLocation: script, PythonVersion: '3' },
      DefaultArguments: { '--job-language': 'python' },
      GlueVersion: '4.0',
      Timeout: 0,
      WorkerType: 'G.1X',
      NumberOfWorkers: 2,
      ExecutionProperty: { MaxConcurrentRuns: 1 },
    };
    await other.send(new CreateJobCommand(definition));
  }

  /** Gives the job room for one more run, and back again. */
  async function limit(name: string, runs: number): Promise<void> {
    const { Job: job = {} } = await other.send(new GetJobCommand({ JobName: name }));
    const { Name: _, CreatedOn: __, LastModifiedOn: ___, MaxCapacity: ____, AllocatedCapacity: _____, ...kept } = job;
    const update = { ...kept, ExecutionProperty: { MaxConcurrentRuns: runs } } as JobUpdate;
    await other.send(new UpdateJobCommand({ JobName: name, JobUpdate: update }));
  }

  const names = ['contract', 'contract-b'];
  const known = new Set(names);
  for (const [uri, text] of Object.entries(scripts)) await put(uri, text);
  for (const name of names) await create(name);

  return {
    engine: glue,
    session,
    ambient,
    clock: local.clock,
    cancel,
    lines,
    names,
    targets,
    unknownId,
    wait,
    outside: {
      async plant(name, target = first) {
        if (!known.has(name)) await create(name);
        known.add(name);
        await limit(name, 9);
        const Arguments = { '--scriptLocation': String(target['script']) };
        const { JobRunId = '' } = await other.send(new StartJobRunCommand({ JobName: name, Arguments }));
        await limit(name, 1);
        await wait(65);
        return JobRunId;
      },
      async picture(id) {
        for (const name of known) {
          const found = await other.send(new GetJobRunCommand({ JobName: name, RunId: id })).catch(() => null);
          const { ExecutionTime: _, ...run } = found?.JobRun ?? {};
          if (found?.JobRun) return JSON.stringify(run);
        }
        throw new Error(`Glue knows no run ${id}`);
      },
      async definition() {
        const { Job: job } = await other.send(new GetJobCommand({ JobName: 'contract' }));
        return JSON.stringify({ ...job, LastModifiedOn: null });
      },
      async breaks(what, when, how, times = 1) {
        const operation = what === 'read' ? '*' : (dialect.operations[what] ?? '');
        if (how === 'quoted') return void quoting.push(...Array<string>(times).fill(operation));
        await control(local.control, 'POST', '/faults', faultOf('glue', operation, when, how, times));
      },
      async holds(verb) {
        const fault = {
          service: 'glue',
          operation: dialect.operations[verb],
          when: 'after',
          effect: 'delay',
          seconds: 5,
        };
        await control(local.control, 'POST', '/faults', fault);
      },
      releases: () => wait(10),
      heard: async () => [...heard],
      forget: async () => void heard.splice(0),
      rewrite: (target) => put(String(target['script']), '# another content'),
    },
    async end() {
      other.destroy();
      objects.destroy();
      await close();
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
}
