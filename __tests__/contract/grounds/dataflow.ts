import sdk from '@google-cloud/dataflow';
import { PassThroughClient } from 'google-auth-library';
import { dataflowService } from '../../../emulators/dataflow/index.js';
import { environmentOf } from '../../../emulators/env.js';
import { monitoringService } from '../../../emulators/monitoring/index.js';
import { type Storage, storageService } from '../../../emulators/storage/index.js';
import { dataflow } from '../../../src/engines/dataflow/index.js';
import { type JsonObject, merged } from '../../../src/model/json.js';
import { startLocal } from '../../emulators/local.js';
import type { Field, FieldOptions, Ground, Targets } from '../ground.js';
import { accountClock, connected } from './ambient.js';
import { control, type Dialect, ears, faultOf } from './listening.js';

/** With these set the suite runs in a real project (docs/engines/dataflow.md, "Trying it in a project of your own"). */
const given = {
  project: process.env['STREAM_ROLLOUT_DATAFLOW_PROJECT'],
  region: process.env['STREAM_ROLLOUT_DATAFLOW_REGION'],
  template: process.env['STREAM_ROLLOUT_DATAFLOW_TEMPLATE'],
};
const real = Object.values(given).every((value) => value !== undefined);

const bucket = 'gs://acme-templates';
const place = { project: given.project ?? 'acme-prod', region: given.region ?? 'europe-west1' };
const first: JsonObject = real
  ? {
      ...place,
      name: 'stream-rollout-contract',
      template: given.template ?? '',
      parameters: JSON.parse(process.env['STREAM_ROLLOUT_DATAFLOW_PARAMETERS'] ?? '{}') as JsonObject,
      workers: { max: 2 },
      environment: {
        enableStreamingEngine: true,
        ...(JSON.parse(process.env['STREAM_ROLLOUT_DATAFLOW_ENVIRONMENT'] ?? '{}') as JsonObject),
      },
    }
  : {
      ...place,
      name: 'contract',
      template: `${bucket}/healthy.json`,
      parameters: { table: 't' },
      workers: { max: 2 },
      environment: { enableStreamingEngine: true },
    };

const emulatedOnly = (template: string): JsonObject | null => (real ? null : { ...first, template });
const targets: Targets = {
  first,
  second: merged(first, { environment: { additionalUserLabels: { contract: 'second' } } }),
  refused: { ...first, template: `${String(first['template'])}.missing` },
  missing: { ...first, template: `${String(first['template'])}.missing` },
  failing: emulatedOnly(`${bucket}/failing.json`),
  undrained: emulatedOnly(`${bucket}/undrained.json`),
  unstopped: emulatedOnly(`${bucket}/unstopped.json`),
  secret: merged(first, { parameters: { token: '${secret.TOKEN}' } }),
  scale: { workers: { min: 1, max: 3 } },
};

/** Templates of the emulated project; `x-emulator` says how their runs fare. */
const templates: { readonly [name: string]: JsonObject } = {
  healthy: {},
  failing: { behaviour: 'fail-after', seconds: 30, message: 'No such table.' },
  undrained: { behaviour: 'drain-never-ends' },
  unstopped: { behaviour: 'cancel-never-ends' },
};

const dialect: Dialect = {
  operations: {
    start: 'launchFlexTemplate',
    replace: 'launchFlexTemplate',
    overlap: 'launchFlexTemplate',
    scale: 'updateJob',
    drain: 'updateJob',
    stop: 'updateJob',
  },
  secretive: ['launchFlexTemplate'],
  no: (message) => ({ status: 400, body: { error: { code: 400, message, status: 'INVALID_ARGUMENT' } } }),
};

export const ground: Ground = {
  engine: dataflow,
  where: real ? `Dataflow in ${place.project}/${place.region}` : 'the emulated Dataflow',
  real,
  limitSeconds: real ? 5400 : 60,
  targets,
  offers: ['messages', 'reference', 'measure'],
  variants: { 'without Streaming Engine': merged(first, { environment: { enableStreamingEngine: false } }) },
  // One list of the active jobs; a description for each run that the session has not seen yet.
  observeCalls: { first: (jobs) => 1 + jobs, again: () => 1 },
  open: real ? openReal : openEmulated,
};

const unknownId = '2020-01-01_00_00_00-1234567890123456789';

async function openReal(): Promise<Field> {
  const clock = accountClock();
  const { ambient, cancel, lines, session, close } = await connected(dataflow, first, clock, process.env);
  const names = [String(first['name'])];
  const wait = (seconds: number) => clock.sleep(seconds);
  return {
    engine: dataflow,
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
  const stores: Storage[] = [];
  const local = await startLocal((clock) => {
    const storage = storageService(clock);
    stores.push(storage);
    const service = dataflowService(clock, storage);
    return [wrapped(service), wrapped(storage), wrapped(monitoringService(clock, service))];
  });
  const write = (uri: string, spec: JsonObject) => stores[0]?.write(uri, JSON.stringify(spec));
  const image = 'registry.example/contract:1';
  for (const [name, fate] of Object.entries(templates)) {
    write(`${bucket}/${name}.json`, { image, 'x-emulator': { drainSeconds: 30, ...fate } });
  }
  await control(local.control, 'POST', '/settings', { service: 'dataflow', listLagSeconds: lagSeconds });
  const clock = { now: () => local.clock.now(), sleep: async (seconds: number) => local.advance(seconds) };
  const env = environmentOf(local.services, local.clock);
  const { ambient, cancel, lines, session, close } = await connected(dataflow, first, clock, env);
  const other = clientsOf(local.services['dataflow'] ?? '');
  const wait = async (seconds: number) => local.advance(seconds);

  async function plant(name: string, target = first): Promise<string> {
    const where = { projectId: place.project, location: place.region };
    const [taken] = await other.jobs.listJobs({ ...where, filter: 'ACTIVE', name }, { autoPaginate: false });
    const beside = ['update_strategy_parallel_job_update', 'parallel_replace_job_min_parallel_pipelines_duration=744h'];
    // The service takes no parallel update of a name within two minutes of its last start.
    if (taken.length > 0) await wait(150);
    const [answer] = await other.flex.launchFlexTemplate({
      ...where,
      launchParameter: {
        jobName: name,
        containerSpecGcsPath: String(target['template']),
        parameters: { table: 't' },
        update: taken.length > 0,
        environment: {
          enableStreamingEngine: true,
          maxWorkers: 2,
          additionalExperiments: taken.length > 0 ? beside : [],
        },
      },
    });
    const jobId = answer.job?.id ?? '';
    await wait(75);
    const [job] = await other.jobs.getJob({ ...where, jobId });
    if (job.currentState !== 'JOB_STATE_RUNNING') throw new Error(`the planted run is ${String(job.currentState)}`);
    return jobId;
  }

  return {
    engine: dataflow,
    session,
    ambient,
    clock,
    cancel,
    lines,
    names: ['contract', 'contract-b'],
    targets,
    unknownId,
    wait,
    outside: {
      plant,
      async picture(jobId) {
        const where = { projectId: place.project, location: place.region };
        const [job] = await other.jobs.getJob({ ...where, jobId, view: 'JOB_VIEW_ALL' });
        return JSON.stringify(job);
      },
      definition: async () => '',
      async breaks(what, when, how, times = 1) {
        const operation = what === 'read' ? '*' : (dialect.operations[what] ?? '');
        if (how === 'quoted') return void quoting.push(...Array<string>(times).fill(operation));
        await control(local.control, 'POST', '/faults', faultOf('dataflow', operation, when, how, times));
      },
      async holds(verb) {
        const fault = {
          service: 'dataflow',
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
      rewrite: async (target) => void write(String(target['template']), { image: 'registry.example/contract:2' }),
    },
    async end() {
      await close();
      await Promise.all([other.flex.close(), other.jobs.close()]);
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
}

/** Somebody else's clients. */
function clientsOf(service: string) {
  const url = new URL(service);
  const options = {
    fallback: true,
    protocol: 'http',
    apiEndpoint: url.hostname,
    port: Number(url.port),
    // biome-ignore lint/suspicious/noExplicitAny: google-gax brings its own copy of the auth library's types
    authClient: new PassThroughClient() as any,
    projectId: place.project,
  };
  return {
    flex: new sdk.v1beta3.FlexTemplatesServiceClient(options),
    jobs: new sdk.v1beta3.JobsV1Beta3Client(options),
  };
}
