import type { protos } from '@google-cloud/dataflow';
import { RolloutError } from '../../model/error.js';
import type { Ambient } from '../engine.js';
import { authorize, callTimeoutMilliseconds, credentials, type Endpoint, endpointOf } from './credentials.js';
import { type Fault, faultOf, type Operation, readFailed } from './fault.js';

export type ApiJob = protos.google.dataflow.v1beta3.IJob;
export type ApiMessage = protos.google.dataflow.v1beta3.IJobMessage;
export type ApiTemplate = protos.google.dataflow.v1beta3.IGetTemplateResponse;
export type FlexLaunch = protos.google.dataflow.v1beta3.ILaunchFlexTemplateParameter;
export type ClassicLaunch = protos.google.dataflow.v1beta3.ILaunchTemplateParameters;

/**
 * The calls to Dataflow that this engine makes, for one project and region. Reads are tried again and end in a RolloutError; changes are sent
 * exactly once and throw what the client threw (`faultOf` reads it).
 */
export interface Api {
  jobs(query: { filter: 'ACTIVE' | 'ALL'; name?: string }): Promise<readonly ApiJob[]>;
  /** Null: the service does not know the id. */
  job(id: string): Promise<ApiJob | null>;
  /** Of this importance or more, warnings where none is named; of bounded length. */
  messages(id: string, least?: 'JOB_MESSAGE_WARNING' | 'JOB_MESSAGE_ERROR'): Promise<readonly ApiMessage[]>;
  /** A refusal is an answer here: a template that cannot be read is a finding, no failure. */
  template(uri: string): Promise<ApiTemplate | Fault>;
  launchFlex(parameter: FlexLaunch): Promise<ApiJob | null>;
  launchClassic(gcsPath: string, parameters: ClassicLaunch): Promise<ApiJob | null>;
  update(id: string, job: ApiJob, mask?: readonly string[]): Promise<ApiJob>;
  close(): Promise<void>;
}

const readTries = 4;
/** Seconds that the service may have one read wait by `retry-after`, in all, before its refusals count as tries. */
const mostToldSeconds = 600;
const pageSize = 500;
/** Far above what a region holds in 30 days; ends a list whose page tokens never do. */
const mostPages = 200;
const messagePages = 10;

export interface Reach {
  readonly project: string;
  readonly region: string;
  readonly impersonate: string | undefined;
  /** Longest time of one call, by the real clock; default 30 s. */
  readonly timeoutMilliseconds?: number;
}

export async function openApi(reach: Reach, ambient: Ambient): Promise<Api> {
  const { project, region, impersonate, timeoutMilliseconds: timeout = callTimeoutMilliseconds } = reach;
  const variable = 'CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW';
  const endpoint = endpointOf(ambient.env[variable], variable);
  const authClient = await credentials(endpoint, project, impersonate, ambient.env, timeout);
  const sdk = await import('./sdk-dataflow.js');
  const options = { ...clientOptions(endpoint, project), authClient: authClient as never };
  const flex = new sdk.FlexTemplatesServiceClient(options);
  const classic = new sdk.TemplatesServiceClient(options);
  const jobs = new sdk.JobsV1Beta3Client(options);
  const notes = new sdk.MessagesV1Beta3Client(options);
  const where = { projectId: project, location: region };
  // `retry: null` keeps the client from repeating anything by itself.
  const once = { retry: null, otherArgs: { headers: { 'user-agent': ambient.userAgent } } };
  const page = { ...once, autoPaginate: false };

  async function read<T>(what: string, operation: Operation, call: () => Promise<T>): Promise<T> {
    let tried = 1;
    for (let told = 0; ; ) {
      await authorize(authClient);
      try {
        return await bounded(call(), timeout, ambient.signal);
      } catch (error) {
        const fault = faultOf(error);
        const again = fault.status === null || fault.status === 429 || fault.status >= 500;
        if (!again || ambient.signal.aborted) throw readFailed(what, operation, fault);
        // Being told to wait is no failed try.
        const wait = Math.max(1, fault.retryAfterSeconds ?? mostToldSeconds + 1);
        if (told + wait <= mostToldSeconds) {
          told += wait;
          await ambient.clock.sleep(wait, ambient.signal);
          continue;
        }
        if (tried === readTries) throw readFailed(what, operation, fault);
        await ambient.clock.sleep(2 ** (tried - 1) * (0.5 + Math.random() / 2), ambient.signal);
        tried += 1;
      }
    }
  }

  async function change<T>(call: () => Promise<T>): Promise<T> {
    await authorize(authClient);
    return bounded(call(), timeout);
  }

  return {
    async jobs(query) {
      const what =
        query.name === undefined ? `the list of jobs in ${project}/${region}` : `the list of jobs named ${query.name}`;
      const found: ApiJob[] = [];
      let pageToken = '';
      for (let pages = 0; pages < mostPages; pages++) {
        const request = { ...where, ...query, pageSize, ...(pageToken && { pageToken }) };
        const [items, , answer] = await read(what, 'list', () => jobs.listJobs(request, page));
        const silent = answer?.failedLocation ?? [];
        if (silent.length > 0) throw incomplete(what, `no answer from ${silent.map(({ name }) => name).join(', ')}`);
        found.push(...items);
        pageToken = answer?.nextPageToken ?? '';
        if (!pageToken) return found;
      }
      throw incomplete(what, `more than ${mostPages} pages`);
    },

    async job(id) {
      const what = `the description of run ${id}`;
      return read(what, 'get', async () => {
        try {
          const [job] = await jobs.getJob({ ...where, jobId: id, view: 'JOB_VIEW_DESCRIPTION' }, once);
          return job;
        } catch (error) {
          if (faultOf(error).status === 404) return null;
          throw error;
        }
      });
    },

    async messages(id, least = 'JOB_MESSAGE_WARNING') {
      const found: ApiMessage[] = [];
      let pageToken = '';
      for (let pages = 0; pages < messagePages; pages++) {
        const request = {
          ...where,
          jobId: id,
          minimumImportance: least,
          pageSize,
          ...(pageToken && { pageToken }),
        };
        const [items, , answer] = await read(`the messages of run ${id}`, 'messages', () =>
          notes.listJobMessages(request, page),
        );
        found.push(...items);
        pageToken = answer?.nextPageToken ?? '';
        if (!pageToken) break;
      }
      return found;
    },

    async template(gcsPath) {
      return read(`the template ${gcsPath}`, 'template', async () => {
        try {
          const [answer] = await classic.getTemplate({ ...where, gcsPath, view: 'METADATA_ONLY' }, once);
          return answer;
        } catch (error) {
          const fault = faultOf(error);
          if (fault.status === 400 || fault.status === 403 || fault.status === 404) return fault;
          throw error;
        }
      });
    },

    async launchFlex(launchParameter) {
      const [answer] = await change(() => flex.launchFlexTemplate({ ...where, launchParameter }, once));
      return answer.job ?? null;
    },

    async launchClassic(gcsPath, launchParameters) {
      const [answer] = await change(() => classic.launchTemplate({ ...where, gcsPath, launchParameters }, once));
      return answer.job ?? null;
    },

    async update(jobId, job, mask) {
      const updateMask = mask && { paths: [...mask] };
      const [answer] = await change(() =>
        jobs.updateJob({ ...where, jobId, job, ...(updateMask && { updateMask }) }, once),
      );
      return answer;
    },

    async close() {
      await Promise.all([flex.close(), classic.close(), jobs.close(), notes.close()]);
    },
  };
}

function clientOptions(endpoint: Endpoint | null, projectId: string) {
  const rest = { fallback: true as const, projectId };
  if (endpoint === null) return rest;
  return { ...rest, protocol: endpoint.protocol, apiEndpoint: endpoint.host, port: endpoint.port };
}

/**
 * The client's own `timeout` has no effect in REST mode. The transport's ends the request; this one also ends an answer that stops midway.
 * `signal`: for reads, which nobody needs once the process is cancelled.
 */
function bounded<T>(call: Promise<T>, timeout: number, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout * 1.05);
    const cancelled = () => reject(signal?.reason);
    if (signal?.aborted) cancelled();
    signal?.addEventListener('abort', cancelled, { once: true });
    call.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancelled);
    });
  });
}

function incomplete(what: string, why: string): RolloutError {
  return new RolloutError(
    'dataflow-list-incomplete',
    `${what[0]?.toUpperCase()}${what.slice(1)} is incomplete: ${why}.`,
    {
      class: 'transient',
      next: 'Run again when the region answers.',
    },
  );
}
