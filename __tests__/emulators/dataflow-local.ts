import dataflow from '@google-cloud/dataflow';
import { PassThroughClient } from 'google-auth-library';
import { dataflowService } from '../../emulators/dataflow/index.js';
import { storageService } from '../../emulators/storage/index.js';
import type { JsonObject } from '../../src/model/json.js';
import { startLocal } from './local.js';

export const project = 'acme-prod';
export const location = 'europe-west1';
export const where = { projectId: project, location };
export const spec = 'gs://acme-templates/orders.json';

/** A job as the client gives it, as far as the tests look. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly currentState: string;
  readonly replaceJobId: string;
  readonly replacedByJobId: string;
  readonly labels: { readonly [key: string]: string };
  readonly runtimeUpdatableParams: { readonly [field: string]: unknown } | null;
}

export interface Launch {
  readonly name?: string;
  readonly template?: string;
  readonly update?: boolean;
  readonly options?: readonly string[];
  readonly labels?: { readonly [key: string]: string };
  readonly parameters?: { readonly [name: string]: string };
  readonly mapping?: { readonly [old: string]: string };
  readonly environment?: JsonObject;
  readonly validateOnly?: boolean;
}

/** The emulators of Dataflow and Cloud Storage, the official client in REST mode, and short forms of its calls. */
export async function startDataflow() {
  const local = await startLocal((clock) => {
    const storage = storageService(clock);
    return [dataflowService(clock, storage), storage] as const;
  });
  const url = new URL(local.services['dataflow'] ?? '');
  const options = {
    fallback: true,
    protocol: 'http',
    apiEndpoint: url.hostname,
    port: Number(url.port),
    // biome-ignore lint/suspicious/noExplicitAny: google-gax brings its own copy of the auth library's types
    authClient: new PassThroughClient() as any,
    projectId: project,
  };
  const v1 = dataflow.v1beta3;
  const clients = {
    flex: new v1.FlexTemplatesServiceClient(options),
    templates: new v1.TemplatesServiceClient(options),
    jobs: new v1.JobsV1Beta3Client(options),
    messages: new v1.MessagesV1Beta3Client(options),
    metrics: new v1.MetricsV1Beta3Client(options),
    snapshots: new v1.SnapshotsV1Beta3Client(options),
  };
  const storage = local.parts[1];

  /** Writes a template; `emulator` says how its runs fare. */
  function template(uri = spec, emulator: JsonObject | null = null, more: JsonObject = {}): string {
    const block = emulator === null ? {} : { 'x-emulator': emulator };
    const base = { image: 'registry.example/orders:1', sdkInfo: { language: 'PYTHON' } };
    storage.write(uri, JSON.stringify({ ...base, ...block, ...more }));
    return uri;
  }

  async function launch(call: Launch = {}): Promise<string> {
    const [answer] = await clients.flex.launchFlexTemplate({
      ...where,
      validateOnly: call.validateOnly ?? false,
      launchParameter: {
        jobName: call.name ?? 'orders',
        containerSpecGcsPath: call.template ?? spec,
        parameters: { ...call.parameters },
        update: call.update ?? false,
        transformNameMappings: { ...call.mapping },
        environment: {
          ...call.environment,
          additionalExperiments: [...(call.options ?? [])],
          additionalUserLabels: { ...call.labels },
        },
      },
    });
    return answer.job?.id ?? '';
  }

  const get = async (jobId: string, view = 'JOB_VIEW_ALL') =>
    (await clients.jobs.getJob({ ...where, jobId, view: view as 'JOB_VIEW_ALL' }))[0] as unknown as Job;

  return {
    ...local,
    url: url.origin,
    clients,
    storage,
    template,
    launch,
    get,
    state: async (jobId: string) => (await get(jobId)).currentState,
    /** Launches and waits until the run is RUNNING. */
    async running(call: Launch = {}): Promise<string> {
      const id = await launch(call);
      local.advance(71);
      return id;
    },
    request: (requestedState: string, jobId: string, labels: { [key: string]: string } = {}) =>
      clients.jobs.updateJob({
        ...where,
        jobId,
        job: { requestedState: requestedState as 'JOB_STATE_DRAINED', labels },
      }),
    async list(filter = 'ACTIVE', name?: string): Promise<Job[]> {
      const [jobs] = await clients.jobs.listJobs({ ...where, filter: filter as 'ACTIVE', ...(name ? { name } : {}) });
      return jobs as unknown as Job[];
    },
    async errors(jobId: string): Promise<string[]> {
      const [messages] = await clients.messages.listJobMessages({
        ...where,
        jobId,
        minimumImportance: 'JOB_MESSAGE_ERROR',
      });
      return messages.map(({ messageText }) => messageText ?? '');
    },
    controlUrl: local.control,
    control: (path: string, body: unknown) =>
      fetch(local.control + path, { method: 'POST', body: JSON.stringify(body) }),
    serviceErrors: local.errors,
    async end() {
      for (const client of Object.values(clients)) await client.close();
      await local.close();
    },
  };
}

export type Local = Awaited<ReturnType<typeof startDataflow>>;
