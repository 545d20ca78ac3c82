import { dataflowService } from '../../../emulators/dataflow/index.js';
import { monitoringService } from '../../../emulators/monitoring/index.js';
import { storageService } from '../../../emulators/storage/index.js';
import { dataflow } from '../../../src/engines/dataflow/index.js';
import type { Ambient, Progress, Session, Subject } from '../../../src/engines/engine.js';
import type { Clock } from '../../../src/model/clock.js';
import type { Job } from '../../../src/model/job.js';
import type { Json, JsonObject } from '../../../src/model/json.js';
import type { Run } from '../../../src/model/run.js';
import type { Stamp } from '../../../src/model/stamp.js';
import { startLocal } from '../../emulators/local.js';

export const spec = 'gs://acme-templates/orders.json';

export const target: JsonObject = {
  project: 'acme-prod',
  region: 'europe-west1',
  name: 'orders',
  template: spec,
  parameters: { table: 'acme:ods.orders', window: 60 },
  workers: { max: 20 },
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

export const subject: Subject = { job: 'orders', names: ['orders'], target, ids: [] };

export const declared: Job = {
  key: 'orders',
  engine: 'dataflow',
  target,
  paths: null,
  ignore: [],
  build: null,
  sink: 'idempotent',
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
  positions: {
    'target.name': { file: 'streaming-jobs.yml', line: 14, column: 7 },
    'target.environment': { file: 'streaming-jobs.yml', line: 20, column: 7 },
  },
};

export const common = { subject, memo: null, signal: new AbortController().signal };
export const launch = { ...common, target, stamp, predecessor: null, snapshot: null };

/** A request as the emulator's log keeps it. */
export interface Logged {
  readonly operation: string;
  readonly write: boolean;
  readonly method: string;
  readonly path: string;
  readonly status: number | null;
}

export interface Options {
  readonly settings?: JsonObject;
  readonly target?: JsonObject;
  readonly env?: { readonly [name: string]: string };
}

/** A local Dataflow, Cloud Storage and Cloud Monitoring, a session of the engine on them, and somebody else's hands. */
export async function world(options: Options = {}) {
  const local = await startLocal((clock) => {
    const storage = storageService(clock);
    const service = dataflowService(clock, storage);
    return [service, storage, monitoringService(clock, service)] as const;
  });
  const lines: string[] = [];
  // Waiting is moving the one clock forward.
  const clock: Clock = { now: () => local.clock.now(), sleep: async (seconds) => local.advance(seconds) };
  const ambient: Ambient = {
    env: {
      CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW: `${local.services['dataflow']}/`,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING: `${local.services['monitoring']}/`,
      STORAGE_EMULATOR_HOST: local.services['storage'],
      ...options.env,
    },
    clock,
    userAgent: 'stream-rollout/0.0.0',
    signal: new AbortController().signal,
    secret: (name) => `value-of-${name}`,
    log: (line) => void lines.push(line),
  };
  const of = options.target ?? target;
  const session: Session = await dataflow.connect(dataflow.place(of, ambient), of, ambient);
  const control = async (method: string, path: string, body?: JsonObject): Promise<Json> => {
    const answer = await fetch(`${local.control}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return (await answer.json()) as Json;
  };
  const storage = local.parts[1];

  async function requests(): Promise<readonly Logged[]> {
    return (await control('GET', '/requests?service=dataflow')) as unknown as readonly Logged[];
  }

  const made = {
    ...local,
    session,
    ambient,
    lines,
    storage,
    /** Writes the spec of a Flex template; `emulator` says how its runs fare. */
    template(uri = spec, emulator: JsonObject = {}, more: JsonObject = {}): void {
      const image = 'registry.example/orders:1';
      storage.write(uri, JSON.stringify({ image, 'x-emulator': emulator, ...more }));
    },
    fault: (fault: JsonObject) => control('POST', '/faults', { service: 'dataflow', ...fault }),
    storageFault: (fault: JsonObject) => control('POST', '/faults', { service: 'storage', ...fault }),
    monitoringFault: (fault: JsonObject) => control('POST', '/faults', { service: 'monitoring', ...fault }),
    monitoring: (settings: JsonObject) => control('POST', '/settings', { service: 'monitoring', ...settings }),
    settings: (settings: JsonObject) => control('POST', '/settings', { service: 'dataflow', ...settings }),
    /** A run as somebody else started it; its id. */
    async plant(more: JsonObject = {}): Promise<string> {
      const place = { service: 'dataflow', project: 'acme-prod', region: 'europe-west1', name: 'orders' };
      const run = (await control('POST', '/runs', { ...place, ...more })) as JsonObject;
      return run['id'] as string;
    },
    /** Changes the fate of a run. */
    change: (id: string, more: JsonObject) => control('POST', '/runs', { service: 'dataflow', id, ...more }),
    forget: () => control('DELETE', '/requests'),
    requests,
    operations: async () => (await requests()).map(({ operation }) => operation),
    writes: async () => (await requests()).filter(({ write }) => write).map(({ operation }) => operation),
    states: async () => {
      const runs = (await control('GET', '/runs?service=dataflow')) as readonly JsonObject[];
      return Object.fromEntries(runs.map((run) => [run['id'], run['state']]));
    },
    /** A run as a look shows it. */
    async seen(id: string, of: Subject = subject): Promise<Run> {
      const run = (await session.look(of)).find((candidate) => candidate.id === id);
      if (!run) throw new Error(`the look shows no run ${id}`);
      return run;
    },
    /** Polls a verb until it stops saying `running`, while the clock goes on as it asks. */
    async drive<C extends { memo: Json }>(
      verb: ((call: C) => Promise<Progress>) | undefined,
      call: C,
    ): Promise<Progress> {
      if (verb === undefined) throw new Error('the session has no such verb');
      let memo: Json = call.memo;
      for (let polls = 0; polls < 500; polls += 1) {
        const progress = await verb({ ...call, memo });
        if (progress.state !== 'running') return progress;
        memo = progress.memo;
        local.advance(progress.retryAfterSeconds);
      }
      throw new Error('still running after 500 polls');
    },
    async end(): Promise<void> {
      await session.close?.();
      await local.close();
      if (local.errors.length > 0) throw new Error(local.errors.join('\n'));
    },
  };
  made.template();
  if (options.settings) await made.settings(options.settings);
  return made;
}

export type World = Awaited<ReturnType<typeof world>>;

/** The id of the run in a progress that succeeded. */
export function runIn(progress: Progress): string {
  if (progress.state !== 'succeeded' || progress.run === null) throw new Error(JSON.stringify(progress));
  return progress.run;
}
