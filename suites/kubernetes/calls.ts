import { orders as usual } from '../../__tests__/emulators/flink-operator-local.js';
import type { JsonObject } from '../../src/model/json.js';

/** One request, and how it differs from what came before. */
export interface Call {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: unknown;
  /** Only its effect counts: the answer of the real one has more to it. */
  readonly unlike?: boolean;
}

const base = '/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments';
const one = `${base}/orders`;
const applyType = 'application/apply-patch+yaml';
const mergeType = 'application/merge-patch+json';

/** By a line of Flink that the operator of the suite knows. */
const orders = (change: Parameters<typeof usual>[0] = {}) =>
  usual({ ...change, spec: { flinkVersion: 'v1_17', ...change.spec } });

const apply = (what: string, object: JsonObject, query = 'fieldManager=stream-rollout', path = one): Call => ({
  what,
  method: 'PATCH',
  path: `${path}?${query}`,
  type: applyType,
  body: object,
});
const merge = (what: string, body: unknown, query = 'fieldManager=kubectl-patch', path = one): Call => ({
  what,
  method: 'PATCH',
  path: `${path}?${query}`,
  type: mergeType,
  body,
});
const get = (what: string, path = one): Call => ({ what, method: 'GET', path });
const force = 'fieldManager=stream-rollout&force=true';
const named = (metadata: JsonObject) => ({
  ...orders(),
  metadata: { name: 'orders', namespace: 'default', ...metadata },
});
const status = (object: JsonObject) => ({ apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkDeployment', ...object });

const proxy = (service: string) => `/api/v1/namespaces/default/services/${service}/proxy`;
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'empty-rest' },
  spec: { clusterIP: 'None', selector: { app: 'nobody' }, ports: [{ name: 'rest', port: 8081 }] },
};

/** What is asked of both servers, one after the other, on one object. */
export const calls: readonly Call[] = [
  get('get: nothing is there'),
  merge('patch: nothing is there', { spec: { image: 'x' } }),
  apply('apply: a dry run', orders(), 'fieldManager=stream-rollout&dryRun=All'),
  apply('apply: a version of what is not there', named({ resourceVersion: '1' })),
  { what: 'delete: what that may have left', method: 'DELETE', path: one },
  apply('apply: the uid of what is not there', named({ uid: '11111111-1111-1111-1111-111111111111' })),
  apply('apply: no manager', orders(), ''),
  apply('apply: an unknown field', orders({ spec: { nope: 1 } })),
  apply('apply: text for a number', orders({ job: { parallelism: 'two' } })),
  apply('apply: a number for text', orders({ spec: { image: 5 } })),
  apply('apply: a number in the configuration', orders({ flink: { number: 5 as unknown as string } })),
  apply('apply: text for a map', orders({ spec: { job: 'x' } })),
  apply('apply: text for a list', orders({ job: { args: 'x' } })),
  apply('apply: a value that is none', orders({ job: { upgradeMode: 'never' } })),
  apply('apply: a Flink that it does not know', orders({ spec: { flinkVersion: 'v1_20' } })),
  apply('apply: managed fields', named({ managedFields: [{ manager: 'x' }] })),
  apply('apply: first', orders()),
  apply('apply: the same again', orders()),
  apply('apply: another uid', named({ uid: '11111111-1111-1111-1111-111111111111' })),
  apply('apply: an old version', named({ resourceVersion: '1' })),
  merge('patch: a field of the applier', { spec: { job: { parallelism: 3 } } }),
  apply('apply: a conflict', orders()),
  merge('patch: more fields', { spec: { image: 'orders:9' }, metadata: { labels: { a: 'b' } } }),
  apply('apply: two conflicts', orders()),
  apply('apply: a dry run with a conflict', orders(), 'fieldManager=stream-rollout&dryRun=All'),
  apply('apply: by force', orders(), force),
  apply('apply: another applier shares', orders(), 'fieldManager=other'),
  apply(
    'apply: another applier changes',
    orders({ job: { parallelism: 7 }, flink: { c: '1' } }),
    'fieldManager=other&force=true',
  ),
  apply('apply: conflicts with an applier and a patch', orders({ spec: { image: 'orders:3' } })),
  apply('apply: the other one gives all up', status({ metadata: { name: 'orders' } }), 'fieldManager=other'),
  apply('apply: a map more', orders({ spec: { logConfiguration: { x: 'y' } } })),
  apply('apply: a map less', orders()),
  merge('patch: an unknown field, strictly', { spec: { nope: 1 } }, 'fieldValidation=Strict'),
  merge(
    'patch: an unknown field, with a warning',
    { spec: { nope: 1 } },
    'fieldManager=kubectl-patch&fieldValidation=Warn',
  ),
  merge('patch: a wrong value', { spec: { job: { upgradeMode: 'never' } } }),
  merge('patch: a wrong type', { spec: { job: { parallelism: 'two' } } }),
  merge('patch: status and spec', { spec: { restartNonce: 1 }, status: { error: 'x' } }),
  merge(
    'patch: the status endpoint',
    { spec: { restartNonce: 2 }, status: { error: 'x' } },
    'fieldManager=kubectl-patch',
    `${one}/status`,
  ),
  apply(
    'apply: the status endpoint',
    status({ status: { error: 'y' } }),
    'fieldManager=stream-rollout',
    `${one}/status`,
  ),
  apply('apply: the status endpoint by force', status({ status: { error: 'y' } }), force, `${one}/status`),
  {
    what: 'patch: JSON',
    method: 'PATCH',
    path: one,
    type: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/image', value: 'orders:4' }],
  },
  {
    what: 'patch: JSON, a test that fails',
    method: 'PATCH',
    path: one,
    type: 'application/json-patch+json',
    body: [{ op: 'test', path: '/spec/image', value: 'no' }],
  },
  { what: 'patch: JSON, no list', method: 'PATCH', path: one, type: 'application/json-patch+json', body: {} },
  {
    what: 'patch: JSON, a path that is not there',
    method: 'PATCH',
    path: one,
    type: 'application/json-patch+json',
    body: [{ op: 'remove', path: '/spec/nowhere' }],
  },
  { what: 'patch: strategic', method: 'PATCH', path: one, type: 'application/strategic-merge-patch+json', body: {} },
  { what: 'patch: an unknown kind of patch', method: 'PATCH', path: one, type: 'text/plain', body: {} },
  { what: 'create: is there', method: 'POST', path: base, body: orders() },
  {
    what: 'create: a namespace that is not',
    method: 'POST',
    path: base.replace('default', 'nowhere'),
    body: { ...orders(), metadata: { name: 'x' } },
  },
  apply(
    'apply: a namespace that is not',
    { ...orders(), metadata: { name: 'orders' } },
    'fieldManager=x',
    one.replace('default', 'nowhere'),
  ),
  {
    what: 'create: strictly',
    method: 'POST',
    path: `${base}?fieldValidation=Strict`,
    body: { ...orders({ spec: { nope: 1 } }), metadata: { name: 'other' } },
  },
  { what: 'delete: another uid', method: 'DELETE', path: one, body: { preconditions: { uid: 'x' } } },
  apply('apply: a finalizer', named({ finalizers: ['example.org/one'] })),
  { what: 'delete: with a finalizer', method: 'DELETE', path: one },
  merge('patch: the finalizer goes', { metadata: { finalizers: null } }),
  get('get: gone'),
  { what: 'delete: gone', method: 'DELETE', path: one },
  get('an unknown kind', '/apis/flink.apache.org/v1beta1/namespaces/default/nothings'),
  get('an unknown group', '/apis/nothing.example.org/v1/namespaces/default/things'),
  {
    what: 'create: a service',
    method: 'POST',
    path: '/api/v1/namespaces/default/services',
    body: service,
    unlike: true,
  },
  get('a service that leads nowhere', `${proxy('empty-rest:rest')}/jobs`),
  get('a service that leads nowhere, by number', `${proxy('empty-rest:8081')}/jobs`),
  get('a port that is none', `${proxy('empty-rest:nothing')}/jobs`),
  get('a service without', '/api/v1/namespaces/default/services/nobody-rest:rest/proxy/jobs/overview'),
];

export interface Told {
  readonly what: string;
  readonly status: number;
  readonly warning: string | null;
  readonly body: unknown;
}

/** Makes all calls and keeps what was answered, without what differs by chance. */
export async function toldBy(url: string): Promise<readonly Told[]> {
  const told: Told[] = [];
  for (const { what, method, path, type = 'application/json', body, unlike = false } of calls) {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${url}${path}`, { method, headers: { 'content-type': type }, ...text });
    const answered = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    if (unlike) continue;
    told.push({
      what,
      status: answer.status,
      warning: answer.headers.get('warning'),
      body: isJson ? (plain(JSON.parse(answered) as JsonObject) as unknown) : answered,
    });
  }
  return told;
}

const chance = ['uid', 'resourceVersion', 'creationTimestamp', 'deletionTimestamp', 'time'];

/** Replaces what is another each time: ids, versions, times. */
function plain(value: unknown, key = ''): unknown {
  if (chance.includes(key) && typeof value === 'string') return `<${key}>`;
  if (typeof value === 'string') {
    // Several errors come in any order.
    const [head = '', ...lines] = value.split('\n');
    const text = head.endsWith('errors:') ? [head, ...lines.sort()].join('\n') : value;
    return text
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, '<time>')
      .replaceAll(/(resourceVersion\W+)\d+/g, '$1<version>');
  }
  if (Array.isArray(value)) return value.map((one) => plain(one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one, name)]));
}
