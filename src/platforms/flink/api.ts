import { RolloutError } from '../../model/error.js';
import { isObject, type JsonObject } from '../../model/json.js';
import { errorOf, failureOf } from './errors.js';
import type { Answer, Rest } from './rest.js';
import type {
  CheckpointConfig,
  Checkpoints,
  ClusterOverview,
  ExceptionEntry,
  JobConfig,
  JobDetails,
  JobOverview,
  Metric,
  Operation,
  PlanAnswer,
  Requirements,
  SubtaskTimes,
} from './shapes.js';

/** A Flink version as two numbers. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Jars on the cluster, by the id that a run names. */
export interface UploadedJar {
  readonly id: string;
  readonly name: string;
}

/** The calls of the REST API that the engine makes. Reads throw RolloutErrors; changes give the answer, since its kind decides. */
export interface Api {
  version(): Promise<Version>;
  /** False: `web.submit.enable` is off, or the cluster runs one application. */
  takesJars(): Promise<boolean>;
  overview(): Promise<ClusterOverview>;
  /** Configuration of the JobManager, by key. */
  clusterConfig(): Promise<ReadonlyMap<string, string>>;
  jobs(): Promise<readonly JobOverview[]>;
  job(id: string): Promise<JobDetails | null>;
  config(id: string): Promise<JobConfig | null>;
  subtaskTimes(id: string, vertex: string): Promise<SubtaskTimes | null>;
  checkpoints(id: string): Promise<Checkpoints | null>;
  checkpointConfig(id: string): Promise<CheckpointConfig | null>;
  /** Newest first. */
  exceptions(id: string): Promise<readonly ExceptionEntry[]>;
  /** Null: no such trigger (any more). */
  operation(id: string, trigger: string): Promise<Operation | null>;
  requirements(id: string): Promise<Requirements | null>;
  jars(): Promise<readonly UploadedJar[]>;
  backpressure(
    id: string,
    vertex: string,
  ): Promise<{ readonly status?: string; readonly backpressureLevel?: string } | null>;
  /** Metrics of a job, or of the subtasks of one of its vertices; without names, the names that there are. */
  jobMetrics(id: string, names: readonly string[]): Promise<readonly Metric[]>;
  vertexMetrics(id: string, vertex: string, names: readonly string[]): Promise<readonly Metric[]>;
  /** Runs the program's main method; changes nothing. The answer may be a refusal. */
  plan(jar: string, body: JsonObject): Promise<PlanAnswer | { readonly refused: ReturnType<typeof failureOf> }>;
  run(jar: string, body: JsonObject): Promise<Answer>;
  upload(name: string, bytes: Uint8Array): Promise<Answer>;
  stop(id: string, body: JsonObject): Promise<Answer>;
  savepoint(id: string, body: JsonObject): Promise<Answer>;
  cancel(id: string): Promise<Answer>;
  require(id: string, requirements: Requirements): Promise<Answer>;
}

export function openApi(rest: Rest): Api {
  let told: Promise<{ readonly version: Version; readonly submit: boolean | null }> | null = null;

  /** Null: 404. `missing`: what else says that there is no such thing. */
  async function read<T>(path: string): Promise<T | null> {
    const what = `GET ${path.split('?')[0]}`;
    const answer = await rest.get(path).catch((error: unknown) => {
      throw errorOf(failureOf(error), what);
    });
    if (answer.status === 404 && !isProxys(answer)) return null;
    if (answer.status === 404) throw elsewhere(what);
    if (answer.status !== 200) throw errorOf(asRead(failureOf(answer)), what);
    if (typeof answer.body === 'object' && answer.body !== null) return answer.body as T;
    throw new RolloutError('flink-unavailable', `${what}: ${rest.url} does not answer as a JobManager does.`, {
      class: 'transient',
      next: 'Check target.url, and whether a proxy wants a login.',
    });
  }

  async function needed<T>(path: string): Promise<T> {
    const found = await read<T>(path);
    if (found !== null) return found;
    throw elsewhere(`GET ${path}`);
  }

  function elsewhere(what: string): RolloutError {
    return new RolloutError('flink-unavailable', `${what}: ${rest.url} has no such path.`, {
      class: 'transient',
      next: 'Check target.url with its path prefix: it must lead to the REST API of a JobManager.',
    });
  }

  function about() {
    told ??= needed<JsonObject>('/config').then(
      (config) => {
        const [major = 1, minor = 20] = String(config['flink-version'] || '1.20')
          .split('.')
          .map((part) => Number.parseInt(part, 10));
        const features = isObject(config['features']) ? config['features'] : {};
        const submit = features['web-submit'];
        return { version: { major, minor }, submit: typeof submit === 'boolean' ? submit : null };
      },
      (error: unknown) => {
        told = null;
        throw error;
      },
    );
    return told;
  }

  return {
    version: async () => (await about()).version,
    takesJars: async () => (await about()).submit !== false && (await read('/jars')) !== null,
    overview: () => needed('/overview'),
    async clusterConfig() {
      const entries = await needed<readonly { readonly key: string; readonly value: string }[]>('/jobmanager/config');
      return new Map(entries.map(({ key, value }) => [key, value]));
    },
    jobs: async () => (await needed<{ readonly jobs: readonly JobOverview[] }>('/jobs/overview')).jobs,
    job: (id) => read(`/jobs/${id}`),
    config: (id) => read(`/jobs/${id}/config`),
    subtaskTimes: (id, vertex) => read(`/jobs/${id}/vertices/${vertex}/subtasktimes`),
    checkpoints: (id) => read(`/jobs/${id}/checkpoints`),
    checkpointConfig: (id) => read(`/jobs/${id}/checkpoints/config`),
    async exceptions(id) {
      const found = await read<JsonObject>(`/jobs/${id}/exceptions?maxExceptions=20`);
      const history = found !== null && isObject(found['exceptionHistory']) ? found['exceptionHistory']['entries'] : [];
      const entries = (Array.isArray(history) ? history : []) as unknown as readonly ExceptionEntry[];
      // Up to 1.20: a job that failed before its tasks were made has no history, and one exception all the same.
      const root = found?.['root-exception'];
      if (entries.length > 0 || typeof root !== 'string') return entries;
      return [
        { exceptionName: root.split(/[:\s]/)[0] ?? '', stacktrace: root, timestamp: Number(found?.['timestamp'] ?? 0) },
      ];
    },
    operation: (id, trigger) => read(`/jobs/${id}/savepoints/${trigger}`),
    requirements: (id) => read(`/jobs/${id}/resource-requirements`),
    jars: async () => (await needed<{ readonly files: readonly UploadedJar[] }>('/jars')).files,
    backpressure: (id, vertex) => read(`/jobs/${id}/vertices/${vertex}/backpressure`),
    jobMetrics: async (id, names) => (await read<readonly Metric[]>(`/jobs/${id}/metrics${asking(names)}`)) ?? [],
    vertexMetrics: async (id, vertex, names) =>
      (await read<readonly Metric[]>(`/jobs/${id}/vertices/${vertex}/subtasks/metrics${asking(names)}`)) ?? [],
    async plan(jar, body) {
      const path = `/jars/${encodeURIComponent(jar)}/plan`;
      const answer = await rest.send('POST', path, body, true).catch((error: unknown) => {
        throw errorOf(failureOf(error), `POST ${path}`);
      });
      if (answer.status === 200) return answer.body as PlanAnswer;
      const failure = failureOf(answer);
      // A main method that fails is answered with 500; it is no fault of the cluster.
      if (failure.kind === 'unknown' && answer.status !== 500) throw errorOf(failure, `POST ${path}`);
      return { refused: failure };
    },
    run: (jar, body) => rest.send('POST', `/jars/${encodeURIComponent(jar)}/run`, body, true),
    upload: (name, bytes) => rest.upload('/jars/upload', name, bytes),
    stop: (id, body) => rest.send('POST', `/jobs/${id}/stop`, body),
    savepoint: (id, body) => rest.send('POST', `/jobs/${id}/savepoints`, body),
    cancel: (id) => rest.send('PATCH', `/jobs/${id}?mode=cancel`),
    require: (id, requirements) =>
      rest.send('PUT', `/jobs/${id}/resource-requirements`, requirements as unknown as JsonObject),
  };
}

/** A read has no effect that could be unknown. */
function asRead(failure: ReturnType<typeof failureOf>): ReturnType<typeof failureOf> {
  return failure.code === 'flink-answer-unknown' ? { ...failure, code: 'flink-unavailable' } : failure;
}

/** Flink itself answers 404 with its errors; a page of something else says nothing of a job. */
function isProxys({ body }: Answer): boolean {
  return !(isObject(body) && Array.isArray(body['errors']));
}

function asking(names: readonly string[]): string {
  if (names.length === 0) return '';
  return `?get=${names.map(encodeURIComponent).join(',')}`;
}
