import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { applyType, type LocalCluster, orders, startCluster } from './flink-operator-local.js';

let cluster: LocalCluster;
beforeEach(async () => {
  // The operator looks only when a test lets time pass.
  cluster = await startCluster();
});
afterEach(async () => {
  await cluster.close();
  expect(cluster.errors).toEqual([]);
});

const forced = 'fieldManager=stream-rollout&force=true';

describe('discovery', () => {
  it('names kinds with their short names and verbs', async () => {
    const { body } = await cluster.call('GET', '/apis/flink.apache.org/v1beta1');
    const names = body.resources.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['flinkdeployments', 'flinkdeployments/status', 'flinksessionjobs']));
    expect(body.resources[0]).toMatchObject({ kind: 'FlinkDeployment', shortNames: ['flinkdep'], namespaced: true });
  });

  it('knows the kinds of the operator that is installed', async () => {
    await cluster.configure({ operatorVersion: '1.7.0' });
    const { body } = await cluster.call('GET', '/apis/flink.apache.org/v1beta1');
    expect(JSON.stringify(body)).not.toContain('flinkbluegreendeployments');
    expect((await cluster.call('GET', cluster.pathOf('x', 'flinkbluegreendeployments'))).status).toBe(404);
  });

  it('answers in the aggregated form where it is asked for', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const answer = await fetch(`${cluster.url}/apis`, { headers: { accept } });
    expect(answer.headers.get('content-type')).toBe(accept);
    expect(await answer.json()).toMatchObject({ kind: 'APIGroupDiscoveryList' });
  });

  it('says in OpenAPI that writes are validated by the server', async () => {
    const { body } = await cluster.call('GET', '/openapi/v3/apis/flink.apache.org/v1beta1');
    expect(JSON.stringify(Object.values(body.paths))).toContain('fieldValidation');
    expect(Object.keys((await cluster.call('GET', '/openapi/v3')).body.paths)).toContain(
      'apis/flink.apache.org/v1beta1',
    );
  });
});

describe('server-side apply', () => {
  it('creates with generation 1, and says who owns what', async () => {
    const { status, body } = await cluster.apply(orders());
    expect([status, body.metadata.generation]).toEqual([201, 1]);
    expect(body.metadata.managedFields).toMatchObject([{ manager: 'stream-rollout', operation: 'Apply' }]);
    expect(body.metadata.managedFields[0].fieldsV1['f:spec']['f:job']).toEqual({
      'f:jarURI': {},
      'f:parallelism': {},
      'f:upgradeMode': {},
    });
  });

  it('changes nothing when the same is applied again', async () => {
    const { body: first } = await cluster.apply(orders());
    const { status, body } = await cluster.apply(orders());
    expect(status).toBe(200);
    expect(body.metadata).toEqual(first.metadata);
  });

  it('refuses to change a field of another manager, names it, and takes it by force', async () => {
    await cluster.apply(orders());
    await cluster.merge('orders', { spec: { job: { parallelism: 3 } } });
    const { status, body } = await cluster.apply(orders());
    expect([status, body.reason]).toEqual([409, 'Conflict']);
    expect(body.message).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl-patch" using flink.apache.org/v1beta1: .spec.job.parallelism',
    );
    expect(body.details.causes).toEqual([
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-patch" using flink.apache.org/v1beta1',
        field: '.spec.job.parallelism',
      },
    ]);
    const taken = await cluster.apply(orders(), forced);
    expect([taken.status, taken.body.spec.job.parallelism]).toEqual([200, 2]);
    expect(taken.body.metadata.managedFields.map(({ manager }: { manager: string }) => manager)).toEqual([
      'stream-rollout',
    ]);
  });

  it('tells several conflicts by manager', async () => {
    await cluster.apply(orders());
    await cluster.apply(
      orders({ spec: { image: 'orders:9' }, job: { parallelism: 9 } }),
      'fieldManager=other&force=true',
    );
    const { body } = await cluster.apply(orders());
    expect(body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "other":\n- .spec.image\n- .spec.job.parallelism',
    );
  });

  it('lets two share a field with one value', async () => {
    await cluster.apply(orders());
    expect((await cluster.apply(orders(), 'fieldManager=other')).status).toBe(200);
  });

  it('removes what is given up and nobody else has', async () => {
    await cluster.apply(orders({ flink: { a: '1', b: '1' } }));
    await cluster.apply({ ...orders(), spec: { flinkConfiguration: { b: '1' } } }, 'fieldManager=other');
    const { body } = await cluster.apply(orders());
    expect(body.spec.flinkConfiguration).not.toHaveProperty('a');
    expect(body.spec.flinkConfiguration).toHaveProperty('b', '1');
  });

  it('takes a map away whose last field was given up', async () => {
    await cluster.apply(orders({ spec: { logConfiguration: { 'log4j-console.properties': 'x' } } }));
    expect((await cluster.apply(orders())).body.spec).not.toHaveProperty('logConfiguration');
  });

  it('needs a manager and takes no managed fields', async () => {
    expect((await cluster.apply(orders(), '')).body.message).toContain('fieldManager: Required value');
    const object = { ...orders(), metadata: { name: 'orders', managedFields: [] } };
    expect((await cluster.apply(object)).body.message).toBe('metadata.managedFields must be nil');
  });

  it('refuses what the schema does not have, and the wrong type', async () => {
    const unknown = await cluster.apply(orders({ spec: { nope: 1 } }));
    expect([unknown.status, unknown.body.message]).toEqual([
      500,
      'failed to create typed patch object (default/orders; flink.apache.org/v1beta1, Kind=FlinkDeployment): .spec.nope: field not declared in schema',
    ]);
    const wrong = await cluster.apply(orders({ job: { parallelism: 'two' } }));
    expect(wrong.body.message).toContain('.spec.job.parallelism: expected numeric (int or float), got string');
    const value = await cluster.apply(orders({ job: { upgradeMode: 'never' } }));
    expect([value.status, value.body.reason]).toEqual([422, 'Invalid']);
    expect(value.body.message).toBe(
      'FlinkDeployment.flink.apache.org "orders" is invalid: spec.job.upgradeMode: Unsupported value: "never": supported values: "savepoint", "last-state", "stateless"',
    );
  });

  it('goes by the CRDs of the operator that is installed', async () => {
    await cluster.configure({ operatorVersion: '1.7.0' });
    expect((await cluster.apply(orders())).body.message).toContain('Unsupported value: "v1_20"');
    const old = { flinkVersion: 'v1_17' };
    const later = await cluster.apply(orders({ spec: old, job: { savepointRedeployNonce: 1 } }));
    expect(later.body.message).toContain('.spec.job.savepointRedeployNonce: field not declared in schema');
    expect((await cluster.apply(orders({ spec: old }))).status).toBe(201);
  });

  it('is fenced by a resource version and a uid', async () => {
    const { body } = await cluster.apply(orders());
    const { resourceVersion, uid } = body.metadata;
    await cluster.merge('orders', { metadata: { labels: { a: 'b' } } });
    const old = await cluster.apply({ ...orders(), metadata: { name: 'orders', resourceVersion, uid } });
    expect([old.status, old.body.reason]).toEqual([409, 'Conflict']);
    expect(old.body.message).toBe(
      'Operation cannot be fulfilled on flinkdeployments.flink.apache.org "orders": the object has been modified; please apply your changes to the latest version and try again',
    );
    const other = await cluster.apply({ ...orders(), metadata: { name: 'orders', uid: 'other' } });
    expect([other.status, other.body.message]).toEqual([
      422,
      'FlinkDeployment.flink.apache.org "orders" is invalid: metadata.uid: Invalid value: "other": field is immutable',
    ]);
  });

  it('is only tried in a dry run', async () => {
    const { status, body } = await cluster.apply(orders(), 'fieldManager=stream-rollout&dryRun=All');
    expect([status, body.metadata.generation]).toEqual([201, 1]);
    expect((await cluster.call('GET', cluster.pathOf('orders'))).status).toBe(404);
    await cluster.apply(orders());
    const dry = await cluster.apply(orders({ job: { parallelism: 5 } }), 'fieldManager=stream-rollout&dryRun=All');
    expect([dry.body.metadata.generation, dry.body.spec.job.parallelism]).toEqual([2, 5]);
    expect((await cluster.get('orders')).spec.job.parallelism).toBe(2);
  });

  it('drops status from an object, and reaches it through its own endpoint', async () => {
    await cluster.apply({ ...orders(), status: { error: 'x' } });
    expect((await cluster.get('orders')).status).toBeUndefined();
    const path = `${cluster.pathOf('orders')}/status?fieldManager=other`;
    const body = { apiVersion: 'flink.apache.org/v1beta1', kind: 'FlinkDeployment', status: { error: 'y' } };
    const applied = await cluster.call('PATCH', path, body, applyType);
    expect([applied.status, applied.body.status]).toEqual([200, { error: 'y' }]);
    expect(applied.body.metadata.generation).toBe(1);
    expect(applied.body.metadata.managedFields[1] ?? applied.body.metadata.managedFields[0]).toMatchObject({});
    expect(JSON.stringify(applied.body.metadata.managedFields)).toContain('"subresource":"status"');
  });
});

describe('other writes', () => {
  it('count generations by the spec alone', async () => {
    await cluster.apply(orders());
    expect((await cluster.merge('orders', { metadata: { labels: { a: 'b' } } })).body.metadata.generation).toBe(1);
    expect((await cluster.merge('orders', { spec: { restartNonce: 1 } })).body.metadata.generation).toBe(2);
    const both = await cluster.merge('orders', { spec: { restartNonce: 2 }, status: { error: 'x' } });
    expect([both.body.metadata.generation, both.body.status]).toEqual([3, undefined]);
    const status = await cluster.call(
      'PATCH',
      `${cluster.pathOf('orders')}/status`,
      { status: { error: 'x' }, spec: {} },
      'application/merge-patch+json',
    );
    expect([status.body.metadata.generation, status.body.status, status.body.spec.restartNonce]).toEqual([
      3,
      { error: 'x' },
      2,
    ]);
  });

  it('carry out a JSON patch', async () => {
    await cluster.apply(orders());
    const patch = [
      { op: 'test', path: '/spec/image', value: 'orders:1' },
      { op: 'replace', path: '/spec/image', value: 'orders:2' },
      { op: 'add', path: '/metadata/annotations', value: { 'a/b': 'c' } },
      { op: 'remove', path: '/spec/serviceAccount' },
    ];
    const { body } = await cluster.call('PATCH', cluster.pathOf('orders'), patch, 'application/json-patch+json');
    expect([body.spec.image, body.spec.serviceAccount, body.metadata.annotations]).toEqual([
      'orders:2',
      undefined,
      { 'a/b': 'c' },
    ]);
    const failed = await cluster.call('PATCH', cluster.pathOf('orders'), patch, 'application/json-patch+json');
    expect([failed.status, failed.body.reason]).toEqual([422, 'Invalid']);
    const wrong = await cluster.call('PATCH', cluster.pathOf('orders'), {}, 'application/json-patch+json');
    expect([wrong.status, wrong.body.message]).toEqual([400, expect.stringContaining('cannot unmarshal object')]);
  });

  it('know no strategic merge of custom resources', async () => {
    await cluster.apply(orders());
    const type = 'application/strategic-merge-patch+json';
    expect((await cluster.call('PATCH', cluster.pathOf('orders'), {}, type)).status).toBe(415);
  });

  it('create once, refuse a namespace that is not there, and an unknown field where that is asked', async () => {
    const path = '/apis/flink.apache.org/v1beta1/namespaces/default/flinkdeployments';
    expect((await cluster.call('POST', path, orders())).status).toBe(201);
    const again = await cluster.call('POST', path, orders());
    expect([again.status, again.body.reason]).toEqual([409, 'AlreadyExists']);
    expect(again.body.message).toBe('flinkdeployments.flink.apache.org "orders" already exists');
    const nowhere = await cluster.call('POST', path.replace('default', 'nowhere'), {
      ...orders(),
      metadata: { name: 'orders' },
    });
    expect([nowhere.status, nowhere.body.message]).toEqual([404, 'namespaces "nowhere" not found']);
    const other = { ...orders({ spec: { nope: 1 } }), metadata: { name: 'other' } };
    const strict = await cluster.call('POST', `${path}?fieldValidation=Strict`, other);
    expect([strict.status, strict.body.message]).toEqual([
      400,
      expect.stringContaining('strict decoding error: unknown field "spec.nope"'),
    ]);
    const lenient = await cluster.call('POST', path, other);
    expect([lenient.status, lenient.body.spec.nope, lenient.warning]).toEqual([
      201,
      undefined,
      '299 - "unknown field \\"spec.nope\\""',
    ]);
  });

  it('replace the version that they read only', async () => {
    const { body } = await cluster.apply(orders());
    const path = cluster.pathOf('orders');
    expect(
      (await cluster.call('PUT', path, { ...body, spec: { ...body.spec, image: 'orders:2' } })).body.spec.image,
    ).toBe('orders:2');
    expect((await cluster.call('PUT', path, body)).status).toBe(409);
  });

  it('delete at once without finalizers, else mark', async () => {
    await cluster.apply(orders());
    const path = cluster.pathOf('orders');
    expect((await cluster.call('DELETE', path, { preconditions: { uid: 'other' } })).status).toBe(409);
    expect((await cluster.call('DELETE', path)).body).toMatchObject({ kind: 'Status', status: 'Success' });
    const gone = await cluster.call('GET', path);
    expect(gone.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'flinkdeployments.flink.apache.org "orders" not found',
      reason: 'NotFound',
      details: { name: 'orders', group: 'flink.apache.org', kind: 'flinkdeployments' },
      code: 404,
    });
    await cluster.apply({ ...orders(), metadata: { name: 'orders', finalizers: ['a/b'] } });
    const marked = await cluster.call('DELETE', path);
    expect(marked.body.metadata).toMatchObject({ generation: 2, deletionGracePeriodSeconds: 0 });
    await cluster.merge('orders', { metadata: { finalizers: null } });
    expect((await cluster.call('GET', path)).status).toBe(404);
  });
});

describe('reads', () => {
  const list = '/apis/flink.apache.org/v1beta1/flinkdeployments';

  beforeEach(async () => {
    for (const [name, team] of [
      ['a', 'x'],
      ['b', 'x'],
      ['c', 'y'],
    ] as const)
      await cluster.apply({ ...orders(), metadata: { name, labels: { team } } });
  });

  const names = (body: { items: { metadata: { name: string } }[] }) => body.items.map(({ metadata }) => metadata.name);

  it('select by labels and fields, page by page', async () => {
    expect(names((await cluster.call('GET', `${list}?labelSelector=team%3Dx`)).body)).toEqual(['a', 'b']);
    expect(names((await cluster.call('GET', `${list}?labelSelector=team+in+(y,z)`)).body)).toEqual(['c']);
    expect(names((await cluster.call('GET', `${list}?labelSelector=!team`)).body)).toEqual([]);
    expect(names((await cluster.call('GET', `${list}?fieldSelector=metadata.name%3Db`)).body)).toEqual(['b']);
    const first = (await cluster.call('GET', `${list}?limit=2`)).body;
    expect(names(first)).toEqual(['a', 'b']);
    expect(names((await cluster.call('GET', `${list}?limit=2&continue=${first.metadata.continue}`)).body)).toEqual([
      'c',
    ]);
  });

  it('watch from a version, with changes of the status, until they end', async () => {
    const { resourceVersion } = (await cluster.call('GET', list)).body.metadata;
    const watch = await cluster.watch(`resourceVersion=${resourceVersion}&fieldSelector=metadata.name%3Da`);
    await cluster.merge('b', { spec: { image: 'orders:2' } });
    await cluster.merge('a', { spec: { image: 'orders:2' } });
    const { type, object } = await watch.until(({ object }) => object.spec.image === 'orders:2');
    expect([type, object.metadata.name]).toEqual(['MODIFIED', 'a']);
    await cluster.call('DELETE', cluster.pathOf('a'));
    await watch.until((event) => event.type === 'DELETED');
    expect(watch.events.every((event) => event.object.metadata.name === 'a')).toBe(true);
    await watch.close();
  });

  it('watch from the beginning with what there is, and from too long ago not at all', async () => {
    const watch = await cluster.watch('timeoutSeconds=60');
    await watch.until(({ object }) => object.metadata.name === 'c');
    expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'ADDED']);
    cluster.advance(61);
    await watch.ended;
    const old = await cluster.watch('resourceVersion=1');
    await old.ended;
    expect(old.events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  });
});

describe('rights', () => {
  it('are refused in the words of RBAC', async () => {
    await cluster.configure({ denied: [{ verbs: ['patch'], resources: ['flinkdeployments'] }] });
    const { status, body } = await cluster.apply(orders());
    expect([status, body.reason]).toEqual([403, 'Forbidden']);
    expect(body.message).toBe(
      'flinkdeployments.flink.apache.org "orders" is forbidden: User "ci" cannot patch resource "flinkdeployments" in API group "flink.apache.org" in the namespace "default"',
    );
    const asked = {
      spec: {
        resourceAttributes: {
          verb: 'patch',
          group: 'flink.apache.org',
          resource: 'flinkdeployments',
          namespace: 'default',
        },
      },
    };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    expect((await cluster.call('POST', path, asked)).body.status.allowed).toBe(false);
  });

  it('need the token, where there is one', async () => {
    await cluster.configure({ token: 'canary' });
    expect((await cluster.apply(orders())).status).toBe(401);
  });

  it('and faults come as Status objects', async () => {
    const fault = {
      service: 'flink-operator',
      operation: 'apply.flinkdeployments',
      when: 'after',
      effect: 'status',
      status: 503,
    };
    await fetch(`${cluster.control}/faults`, { method: 'POST', body: JSON.stringify(fault) });
    const { status, body } = await cluster.apply(orders());
    expect([status, body.kind, body.reason]).toEqual([503, 'Status', 'ServiceUnavailable']);
    expect((await cluster.get('orders')).metadata.name).toBe('orders');
  });
});
