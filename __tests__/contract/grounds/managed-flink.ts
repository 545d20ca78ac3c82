import {
  CreateApplicationCommand,
  DescribeApplicationCommand,
  DescribeApplicationVersionCommand,
  KinesisAnalyticsV2Client,
  ListApplicationOperationsCommand,
  StartApplicationCommand,
  UpdateApplicationCommand,
} from '@aws-sdk/client-kinesis-analytics-v2';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { cloudwatchService } from '../../../emulators/cloudwatch/index.js';
import { environmentOf } from '../../../emulators/env.js';
import { managedFlinkService } from '../../../emulators/managed-flink/index.js';
import { s3Service } from '../../../emulators/s3/index.js';
import { identities, stsService } from '../../../emulators/sts/index.js';
import { managedFlink } from '../../../src/engines/managed-flink/index.js';
import { type JsonObject, merged } from '../../../src/model/json.js';
import { startLocal } from '../../emulators/local.js';
import type { Field, FieldOptions, Ground, Targets } from '../ground.js';
import { connected } from './ambient.js';
import { control, type Dialect, ears, faultOf } from './listening.js';

const region = 'eu-west-1';
const code = 's3://jars/contract/0123456789abcdef.jar';
const failing = 's3://jars/contract/failing.jar';
const unstopped = 's3://jars/contract/slow-stop.jar';
const first: JsonObject = {
  name: 'contract',
  region,
  code,
  parallelism: 2,
  properties: { contract: { which: 'first' } },
};

const targets: Targets = {
  first,
  second: merged(first, { properties: { contract: { which: 'second' } } }),
  refused: { ...first, name: 'contract-missing' },
  missing: { ...first, code: `${code}.missing` },
  failing: { ...first, code: failing },
  undrained: null,
  unstopped: { ...first, code: unstopped },
  secret: merged(first, { properties: { contract: { credential: '${secret.TOKEN}' } } }),
  scale: { parallelism: 4 },
};

const objects: { readonly [uri: string]: string } = {
  [code]: '# runs on',
  [failing]: '# emulator: fail org.apache.flink.util.FlinkException: the table is gone',
  [unstopped]: '# emulator: slow-stop 900000',
};

const dialect: Dialect = {
  operations: {
    start: 'StartApplication',
    replace: 'UpdateApplication',
    scale: 'UpdateApplication',
    stop: 'StopApplication',
  },
  secretive: ['UpdateApplication'],
  no: (message) => ({
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': 'InvalidArgumentException' },
    body: { __type: 'InvalidArgumentException', message },
  }),
};

export const ground: Ground = {
  engine: managedFlink,
  where: 'the emulated Managed Service for Apache Flink',
  real: false,
  limitSeconds: 60,
  targets,
  offers: ['messages', 'reference', 'measure'],
  variants: {},
  // A description and the list of operations a job.
  observeCalls: { first: (jobs) => 2 * jobs, again: (jobs) => 2 * jobs },
  besides: { start: ['UpdateApplication'], replace: ['CreateApplicationSnapshot'] },
  namedBy: (id) => `"${id.split('/')[0]}"`,
  open: openEmulated,
};

async function openEmulated({ lagSeconds = 0 }: FieldOptions): Promise<Field> {
  const { heard, quoting, wrapped } = ears(dialect);
  const local = await startLocal((clock) => {
    const known = identities();
    const s3 = s3Service(clock, { autoCreate: true, identities: known });
    const settings = { listLagSeconds: lagSeconds };
    const service = managedFlinkService(clock, { s3: s3.store, identities: known, settings });
    const metrics = cloudwatchService(clock, { managedFlink: service }, { identities: known });
    return [wrapped(service), wrapped(s3), wrapped(stsService(clock, known)), wrapped(metrics)];
  });
  // The SDK reads its endpoints from the process environment, as it does behind every entry point.
  const before = { ...process.env };
  Object.assign(process.env, environmentOf(local.services, local.clock));
  const { ambient, cancel, lines, session, close } = await connected(managedFlink, first, local.clock, {});
  const other = new KinesisAnalyticsV2Client({ region });
  const store = new S3Client({ region });
  const wait = async (seconds: number) => local.advance(seconds);

  async function put(uri: string, text: string): Promise<void> {
    const [, Bucket = '', Key = ''] = uri.match(/^s3:\/\/([^/]+)\/(.+)$/) ?? [];
    await store.send(new PutObjectCommand({ Bucket, Key, Body: text }));
  }

  async function create(name: string): Promise<void> {
    const [, bucket, FileKey] = code.match(/^s3:\/\/([^/]+)\/(.+)$/) ?? [];
    await other.send(
      new CreateApplicationCommand({
        ApplicationName: name,
        RuntimeEnvironment: 'FLINK-1_20',
        ServiceExecutionRole: 'arn:aws:iam::123456789012:role/flink',
        ApplicationConfiguration: {
          ApplicationCodeConfiguration: {
            CodeContentType: 'ZIPFILE',
            CodeContent: { S3ContentLocation: { BucketARN: `arn:aws:s3:::${bucket}`, FileKey } },
          },
          FlinkApplicationConfiguration: {
            ParallelismConfiguration: {
              ConfigurationType: 'CUSTOM',
              Parallelism: 2,
              ParallelismPerKPU: 1,
              AutoScalingEnabled: false,
            },
          },
          ApplicationSnapshotConfiguration: { SnapshotsEnabled: true },
        },
      }),
    );
  }

  const described = async (name: string) =>
    (await other.send(new DescribeApplicationCommand({ ApplicationName: name }))).ApplicationDetail;

  const names = ['contract', 'contract-b'];
  const known = new Set(names);
  let plants = 0;
  for (const [uri, text] of Object.entries(objects)) await put(uri, text);
  for (const name of names) await create(name);

  return {
    engine: managedFlink,
    session,
    ambient,
    clock: local.clock,
    cancel,
    lines,
    names,
    targets,
    unknownId: 'contract/9999',
    wait,
    outside: {
      async plant(name) {
        if (!known.has(name)) await create(name);
        known.add(name);
        plants += 1;
        const operations = await other.send(new ListApplicationOperationsCommand({ ApplicationName: name }));
        // An application that has run is given another version, as by somebody at the console.
        if ((operations.ApplicationOperationInfoList ?? []).length > 0 || lagSeconds > 0) {
          const detail = await described(name);
          const groups = [{ PropertyGroupId: 'by-hand', PropertyMap: { plant: String(plants) } }];
          await other.send(
            new UpdateApplicationCommand({
              ApplicationName: name,
              ConditionalToken: detail?.ConditionalToken,
              ApplicationConfigurationUpdate: { EnvironmentPropertyUpdates: { PropertyGroups: groups } },
            }),
          );
          await wait(65);
        }
        if ((await described(name))?.ApplicationStatus === 'READY') {
          await other.send(new StartApplicationCommand({ ApplicationName: name, RunConfiguration: {} }));
        }
        await wait(65);
        return `${name}/${(await described(name))?.ApplicationVersionId}`;
      },
      async picture(id) {
        const [name = '', version] = id.split('/');
        const command = { ApplicationName: name, ApplicationVersionId: Number(version) };
        const answer = await other.send(new DescribeApplicationVersionCommand(command));
        return JSON.stringify(answer.ApplicationVersionDetail);
      },
      definition: async () => JSON.stringify(await described('contract')),
      async breaks(what, when, how, times = 1) {
        // A start that is refused is refused by the update before it: it carries all that could be wrong.
        const own = what === 'start' && how === 'quoted' ? 'UpdateApplication' : undefined;
        const operation = what === 'read' ? '*' : (own ?? dialect.operations[what] ?? '');
        if (how === 'quoted') return void quoting.push(...Array<string>(times).fill(operation));
        await control(local.control, 'POST', '/faults', faultOf('managed-flink', operation, when, how, times));
      },
      async holds(verb) {
        const operation = dialect.operations[verb];
        const fault = { service: 'managed-flink', operation, when: 'after', effect: 'delay', seconds: 5 };
        await control(local.control, 'POST', '/faults', fault);
      },
      releases: () => wait(10),
      heard: async () => [...heard],
      forget: async () => void heard.splice(0),
      rewrite: (target) => put(String(target['code']), '# another content'),
    },
    async end() {
      other.destroy();
      store.destroy();
      await close();
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
}
