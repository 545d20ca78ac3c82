import { type Cloud, startCloud } from '../../../emulators/cloud.js';
import { clockEnvironment } from '../../../emulators/env.js';
import { githubContract } from '../../../emulators/github/contract.js';
import type { Json, JsonObject } from '../../../src/model/json.js';

/** A request as the local cloud logged it. */
export interface Logged {
  /** ISO time by the local cloud's clock. */
  readonly at: string;
  readonly service: string;
  /** The Glue job that it names. */
  readonly about?: string;
  readonly operation: string;
  readonly path: string;
  readonly status: number;
  readonly write: boolean;
}

/** A run as the local cloud shows it, in the engine's own words. */
export interface RunView {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly [key: string]: unknown;
}

export interface CheckRun {
  readonly name: string;
  readonly head_sha: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
  readonly external_id: string | null;
  readonly details_url: string | null;
  readonly annotations: readonly {
    readonly path: string;
    readonly start_line: number;
    readonly annotation_level: string;
    readonly title: string;
    readonly message: string;
  }[];
}

/** The local cloud of one test, and its control endpoint. */
export interface LocalCloud {
  /** For a process that starts now: an advanced clock is told by it. */
  readonly env: Cloud['env'];
  readonly services: Cloud['services'];
  /** Base URL of the control endpoint. */
  readonly control: string;
  advance(seconds: number): void;
  requests(): Promise<readonly Logged[]>;
  /** Calls that change an engine or a store, as `glue.StartJobRun`; reports to GitHub are not among them. */
  writes(): Promise<readonly string[]>;
  forget(): Promise<void>;
  fault(fault: JsonObject): Promise<void>;
  /** The faults that were set, with how many requests each has hit. */
  faults(): Promise<readonly { readonly fired: number }[]>;
  clearFaults(): Promise<void>;
  /** Plants a run as somebody else would have started it, or changes a run's fate; gives its id. */
  plant(spec: JsonObject): Promise<string>;
  set(settings: JsonObject): Promise<void>;
  /** Runs of one service, those of a name where it is given. */
  runs(service: 'glue' | 'dataflow' | 'flink' | 'managed-flink', name?: string): Promise<readonly RunView[]>;
  /** States by run id. */
  states(
    service: 'glue' | 'dataflow' | 'flink' | 'managed-flink',
    name?: string,
  ): Promise<{ readonly [id: string]: string }>;
  checks(repository: string): Promise<readonly CheckRun[]>;
  github(repository: string): Promise<JsonObject>;
  /** Definition of a Glue job, by UpdateJob's names. */
  definition(name: string): Promise<JsonObject>;
  objects(): Promise<{ readonly [uri: string]: Json }>;
  /** Ends it. Throws if a service failed, or if GitHub's real API would have refused a request. */
  close(): Promise<void>;
}

export async function openCloud(rate: number): Promise<LocalCloud> {
  const errors: string[] = [];
  const cloud = await startCloud({
    clockRate: rate,
    github: { repositories: {}, validate: githubContract() },
    log: (line) => errors.push(line),
  });
  const control = async <Answer>(method: string, path: string, body?: JsonObject): Promise<Answer> => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const answer = await fetch(`${cloud.control}${path}`, init);
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const requests = () => control<readonly Logged[]>('GET', '/requests');
  const github = async () => (await control<{ github: JsonObject }>('GET', '/state?service=github')).github;
  const ofRepository = async (name: string) =>
    ((await github())['repositories'] as JsonObject)[name] as JsonObject | undefined;
  const runs: LocalCloud['runs'] = async (service, name) => {
    const all = await control<readonly RunView[]>('GET', `/runs?service=${service}`);
    return name === undefined ? all : all.filter((run) => run.name === name);
  };
  return {
    get env() {
      return { ...cloud.env, ...clockEnvironment(cloud.clock) };
    },
    services: cloud.services,
    control: cloud.control,
    advance: (seconds) => cloud.clock.advance(seconds),
    requests,
    writes: async () =>
      (await requests())
        .filter(({ write, service }) => write && service !== 'github')
        .map(({ service, operation }) => `${service}.${operation}`),
    forget: async () => void (await control('DELETE', '/requests')),
    fault: async (fault) => void (await control('POST', '/faults', fault)),
    faults: () => control('GET', '/faults'),
    clearFaults: async () => void (await control('DELETE', '/faults')),
    plant: async (spec) => (await control<RunView>('POST', '/runs', spec)).id,
    set: async (settings) => void (await control('POST', '/settings', settings)),
    runs,
    states: async (service, name) =>
      Object.fromEntries((await runs(service, name)).map(({ id, state }) => [id, state])),
    checks: async (name) => ((await ofRepository(name))?.['checkRuns'] ?? []) as unknown as readonly CheckRun[],
    github: async (name) => (await ofRepository(name)) ?? {},
    async definition(name) {
      const places = (await control<{ glue: JsonObject }>('GET', '/state?service=glue')).glue;
      const all = Object.values(places).map((place) => (place as { jobs: JsonObject }).jobs[name]);
      return all.find((one) => one !== undefined) as JsonObject;
    },
    objects: async () => (await control<{ s3: { readonly [uri: string]: Json } }>('GET', '/state?service=s3')).s3,
    async close() {
      const { violations } = (await github()) as { violations?: readonly Json[] };
      await cloud.close();
      if (violations && violations.length > 0) throw new Error(`GitHub would refuse: ${JSON.stringify(violations)}`);
      if (errors.length > 0) throw new Error(`errors inside the local cloud:\n${errors.join('\n')}`);
    },
  };
}
