import { setTimeout as wait } from 'node:timers/promises';
import { type FlinkOperatorOptions, flinkOperatorService } from '../../emulators/flink-operator/index.js';
import { isObject, type JsonObject } from '../../src/model/json.js';
import { startLocal } from './local.js';

/** An emulated API server with its operator; only `advance` moves time. */
export async function startCluster(options: FlinkOperatorOptions = {}) {
  const local = await startLocal((clock) => [flinkOperatorService(clock, options)]);
  const url = local.services['flink-operator'] ?? '';
  const flink = '/apis/flink.apache.org/v1beta1/namespaces/default';

  async function call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> {
    const text = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, { method, headers: { 'content-type': type }, ...text });
    const answered = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return {
      status: answer.status,
      body: isJson ? JSON.parse(answered) : answered,
      warning: answer.headers.get('warning'),
    };
  }

  async function control(path: string, body: JsonObject): Promise<JsonObject> {
    const answer = await fetch(`${local.control}${path}`, {
      method: 'POST',
      body: JSON.stringify({ service: 'flink-operator', ...body }),
    });
    const answered = (await answer.json()) as JsonObject;
    if (answer.status !== 200) throw new Error(JSON.stringify(answered));
    return answered;
  }

  const pathOf = (name: string, plural = 'flinkdeployments') => `${flink}/${plural}/${name}`;

  return {
    ...local,
    url,
    call,
    pathOf,
    run: (body: JsonObject) => control('/runs', body),
    configure: (body: JsonObject) => control('/settings', body),
    get: async (name: string, plural?: string) => (await call('GET', pathOf(name, plural))).body,
    status: async (name: string, plural?: string) => (await call('GET', pathOf(name, plural))).body.status ?? {},
    /** Server-side apply. */
    apply: (object: JsonObject, query = 'fieldManager=stream-rollout') => {
      const metadata = isObject(object['metadata']) ? object['metadata'] : {};
      const plural = plurals[String(object['kind'])] ?? '';
      return call('PATCH', `${pathOf(String(metadata['name']), plural)}?${query}`, object, applyType);
    },
    merge: (name: string, patch: JsonObject, query = 'fieldManager=kubectl-patch') =>
      call('PATCH', `${pathOf(name)}?${query}`, patch, 'application/merge-patch+json'),
    /** A call of the Flink behind a FlinkDeployment, through the server's proxy. */
    rest: (name: string, path: string) =>
      call('GET', `/api/v1/namespaces/default/services/${name}-rest:rest/proxy${path}`),
    events: async () => {
      const { body } = await call('GET', '/api/v1/namespaces/default/events');
      return (body.items as JsonObject[]).map((event) => event['reason']);
    },
    /** Events of a watch as they come, until it ends or was told to. */
    watch: (query: string) => watching(`${url}${flink}/flinkdeployments?watch=true&${query}`),
  };
}

export type LocalCluster = Awaited<ReturnType<typeof startCluster>>;

export const applyType = 'application/apply-patch+yaml';

const plurals: { readonly [kind: string]: string } = {
  FlinkDeployment: 'flinkdeployments',
  FlinkSessionJob: 'flinksessionjobs',
  FlinkStateSnapshot: 'flinkstatesnapshots',
  FlinkBlueGreenDeployment: 'flinkbluegreendeployments',
};

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as a test needs them
  readonly body: any;
  readonly warning: string | null;
}

export interface WatchEvent {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: objects are read as a test needs them
  readonly object: any;
}

async function watching(url: string) {
  const ending = new AbortController();
  const events: WatchEvent[] = [];
  const answer = await fetch(url, { signal: ending.signal });
  let rest = '';
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of answer.body ?? []) {
      rest += decoder.decode(piece as Uint8Array, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
    }
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return {
    events,
    ended,
    /** Waits until an event is there. */
    async until(found: (event: WatchEvent) => boolean): Promise<WatchEvent> {
      for (;;) {
        const event = events.find(found);
        if (event !== undefined) return event;
        await wait(5);
      }
    },
    async close() {
      ending.abort();
      await ended;
    },
  };
}

const resource = { resource: { memory: '1024m', cpu: 0.5 } };

/** An application cluster whose checkpoints lie in containers. */
export function orders(
  change: { readonly spec?: JsonObject; readonly job?: JsonObject; readonly flink?: JsonObject } = {},
) {
  return {
    apiVersion: 'flink.apache.org/v1beta1',
    kind: 'FlinkDeployment',
    metadata: { name: 'orders', namespace: 'default' },
    spec: {
      image: 'orders:1',
      flinkVersion: 'v1_20',
      flinkConfiguration: {
        'state.checkpoints.dir': 'file:///flink-data/checkpoints',
        'state.savepoints.dir': 'file:///flink-data/savepoints',
        ...change.flink,
      },
      serviceAccount: 'flink',
      jobManager: resource,
      taskManager: resource,
      job: { jarURI: 'local:///opt/flink/usrlib/orders.jar', parallelism: 2, upgradeMode: 'savepoint', ...change.job },
      ...change.spec,
    },
  };
}
