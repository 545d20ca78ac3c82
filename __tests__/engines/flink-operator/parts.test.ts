import { describe, expect, it } from '@jest/globals';
import { changedDocument, launchDocument } from '../../../src/engines/flink-operator/document.js';
import { conflictsIn, failureOf } from '../../../src/engines/flink-operator/errors.js';
import { appliedBy } from '../../../src/engines/flink-operator/fields.js';
import { flinkOperator } from '../../../src/engines/flink-operator/index.js';
import { nonceOf } from '../../../src/engines/flink-operator/marks.js';
import type { Resource } from '../../../src/engines/flink-operator/shapes.js';
import type { Job } from '../../../src/model/job.js';
import type { JsonObject } from '../../../src/model/json.js';
import { jobOf } from '../../contract/calls.js';
import { deployed, launched, stampOf, standing, target } from './world.js';

const exited = (stderr: string) => failureOf({ how: 'exited', code: 1, stdout: '', stderr });

describe('what kubectl says', () => {
  it.each([
    [
      'Error from server (NotFound): flinkdeployments.flink.apache.org "orders" not found',
      'missing',
      'flink-operator-missing',
    ],
    [
      'Error from server (NotFound): the server could not find the requested resource',
      'missing',
      'flink-operator-not-installed',
    ],
    [
      'error: no matches for kind "FlinkDeployment" in version "flink.apache.org/v1beta1"',
      'missing',
      'flink-operator-not-installed',
    ],
    [
      'Error from server (Conflict): Operation cannot be fulfilled on x "orders": the object has been modified',
      'contended',
      'flink-operator-contended',
    ],
    [
      'Error from server (Forbidden): x "orders" is forbidden: User "ci" cannot patch',
      'refused',
      'flink-operator-access-denied',
    ],
    [
      'Error from server (BadRequest): admission webhook "flink" denied the request: no',
      'refused',
      'flink-operator-spec-refused',
    ],
    [
      'Error from server: failed to create typed patch object (x): .spec.nope: field not declared in schema',
      'refused',
      'flink-operator-spec-refused',
    ],
    [
      'The FlinkDeployment "orders" is invalid: metadata.uid: Invalid value: "x": field is immutable',
      'contended',
      'flink-operator-contended',
    ],
    ['error: You must be logged in to the server (Unauthorized)', 'unable', 'flink-operator-credentials'],
    ['error: context "nowhere" does not exist', 'unable', 'flink-operator-kubeconfig'],
    [
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'unable',
      'flink-operator-kubeconfig',
    ],
    [
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
      'unsent',
      'flink-operator-unavailable',
    ],
    [
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
      'unable',
      'flink-operator-kubeconfig',
    ],
    ['Error from server (NotFound): namespaces "streamin" not found', 'refused', 'flink-operator-namespace-missing'],
    ['Error from server (TooManyRequests): wait', 'throttled', 'flink-operator-unavailable'],
    ['Error from server (ServiceUnavailable): apiserver not ready', 'unknown', 'flink-operator-answer-unknown'],
    ['error: unexpected EOF', 'unknown', 'flink-operator-answer-unknown'],
  ])('%s', (text, kind, code) => {
    expect(exited(text)).toMatchObject({ kind, code });
  });

  it('names the managers of a conflict and their fields, in both forms', () => {
    const one = 'error: Apply failed with 1 conflict: conflict with "helm" using flink.apache.org/v1beta1: .spec.image';
    expect(conflictsIn(one)).toEqual([{ manager: 'helm', field: '.spec.image' }]);
    const many = `error: Apply failed with 3 conflicts: conflicts with "helm" using flink.apache.org/v1beta1:
- .spec.image
- .spec.flinkVersion
conflicts with "kubectl-edit" using flink.apache.org/v1beta1:
- .spec.job.state
Please review the fields above--they currently have other managers.`;
    expect(conflictsIn(many)).toEqual([
      { manager: 'helm', field: '.spec.image' },
      { manager: 'helm', field: '.spec.flinkVersion' },
      { manager: 'kubectl-edit', field: '.spec.job.state' },
    ]);
    expect(exited(many)).toMatchObject({ kind: 'owned', code: 'flink-operator-conflict' });
    expect(exited(many).text).not.toContain('Please review');
  });
});

const parts = (document: JsonObject) =>
  document as unknown as Resource & { readonly spec: { readonly job: JsonObject } };
const launch = { name: 'orders', namespace: 'default', stamp: stampOf(1), standing: null, from: null, entries: [] };

describe('what is applied', () => {
  it('never leaves the upgrade mode to the operator’s default', () => {
    const mode = (job: JsonObject, live: JsonObject | null = null) => {
      const declared = { ...target, spec: { ...(target['spec'] as JsonObject), job } };
      const before = live && standing(deployed({ ...launched(stampOf(1)), spec: { job: live } }));
      return parts(launchDocument(declared, { ...launch, standing: before })).spec.job['upgradeMode'];
    };
    expect(mode({})).toBe('savepoint');
    expect(mode({}, { upgradeMode: 'stateless' })).toBe('savepoint');
    expect(mode({}, { upgradeMode: 'last-state' })).toBe('last-state');
    expect(mode({ upgradeMode: 'stateless' }, { upgradeMode: 'last-state' })).toBe('stateless');
  });

  it('leaves an upgrade mode that keeps state to whoever has set it', () => {
    const declared = { ...target, spec: { image: 'orders:2' } };
    const set = (manager: string, upgradeMode: string) => {
      const fields = { 'f:spec': { 'f:job': { 'f:upgradeMode': {} } } };
      const live = deployed({ ...launched(stampOf(1)), spec: { job: { upgradeMode } } });
      const managedFields = [{ manager, operation: 'Apply', fieldsV1: fields }];
      const before = standing({ ...live, metadata: { ...live.metadata, managedFields } });
      return parts(launchDocument(declared, { ...launch, standing: before })).spec.job['upgradeMode'];
    };
    expect(set('helm', 'last-state')).toBeUndefined();
    expect(set('helm', 'stateless')).toBe('savepoint');
    expect(set('fabric8-kubernetes-client', 'last-state')).toBe('last-state');
    expect(set('stream-rollout', 'savepoint')).toBe('savepoint');
  });

  it('begins from a savepoint by a number that each step has once', () => {
    const { job } = parts(launchDocument(target, { ...launch, from: 's3://state/savepoint-1' })).spec;
    expect(job).toMatchObject({
      initialSavepointPath: 's3://state/savepoint-1',
      savepointRedeployNonce: nonceOf(stampOf(1)),
    });
    expect(nonceOf(stampOf(1))).toBe(nonceOf(stampOf(1)));
    expect(nonceOf(stampOf(1, 'undo-replace'))).not.toBe(nonceOf(stampOf(1)));
    expect(Number.isSafeInteger(nonceOf(stampOf(2)))).toBe(true);
  });

  const fieldsV1 = {
    'f:metadata': { 'f:annotations': { 'f:stream-rollout/runs': {} } },
    'f:spec': {
      'f:image': {},
      'f:flinkConfiguration': { 'f:state.savepoints.dir': {}, 'f:stream-rollout.n': {} },
      'f:job': { 'f:args': {}, 'f:parallelism': {}, 'f:state': {} },
    },
  };
  const managed = (of: Resource): Resource => ({
    ...of,
    metadata: {
      ...of.metadata,
      managedFields: [
        { manager: 'helm', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:flinkVersion': {} } } },
        { manager: 'stream-rollout', operation: 'Apply', fieldsV1 },
      ],
    },
  });

  it('a change sends all that the tool has applied, and nothing of others', () => {
    const own = appliedBy(managed(deployed(launched(stampOf(1)))));
    expect(own.spec).toEqual({
      image: 'orders:1',
      flinkConfiguration: { 'state.savepoints.dir': 's3://state/orders', 'stream-rollout.n': '1' },
      job: { args: ['--topic', 'orders'], parallelism: 2, state: 'running' },
    });
    const now = standing(managed(deployed(launched(stampOf(1)))));
    const changed = parts(changedDocument(now, (spec) => ({ ...spec, image: 'x' }), null));
    expect(changed.spec).toMatchObject({ image: 'x', job: { parallelism: 2 } });
    expect(changed.spec).not.toHaveProperty('flinkVersion');
    expect(changed.metadata).toMatchObject({ resourceVersion: '7', uid: expect.any(String) });
  });

  it('a change carries no spec along that is not what runs', () => {
    const first = deployed(launched(stampOf(1)));
    const asked = launched(stampOf(2), standing(first), { spec: { image: 'orders:2' } });
    const now = standing(managed(asked));
    expect(now.wanted?.stamp?.n).toBe(2);
    expect(parts(changedDocument(now, (spec) => spec, null)).spec).toMatchObject({
      image: 'orders:1',
      flinkConfiguration: { 'stream-rollout.n': '1' },
    });
  });
});

const check = (of: JsonObject, more: Partial<Job> = {}) =>
  flinkOperator
    .check?.({ ...jobOf('flink-operator', { ...target, ...of }), positions: {}, ...more })
    ?.map(({ code }) => code);

describe('what is declared', () => {
  it('is checked beforehand', () => {
    expect(check({})).toEqual([]);
    expect(check({ spec: { job: { state: 'suspended' } } })).toEqual(['flink-operator-state-declared']);
    expect(check({ spec: { flinkConfiguration: { 'stream-rollout.n': '1' } } })).toEqual([
      'flink-operator-reserved-key',
    ]);
    expect(check({ annotations: { 'stream-rollout/runs': '[]' } })).toEqual(['flink-operator-reserved-key']);
    expect(check({ spec: { job: { upgradeMode: 'stateless' } } })).toEqual(['flink-operator-stateless']);
    expect(check({ spec: { job: { upgradeMode: 'stateless' } } }, { stateful: false })).toEqual([]);
    expect(check({ spec: { job: { upgradeMode: 'savepoints' } } })).toEqual(['flink-operator-upgrade-mode-unknown']);
    for (const upgradeMode of ['last-state', '${var.mode}'])
      expect(check({ spec: { job: { upgradeMode } } })).toEqual([]);
    expect(check({ spec: { job: { allowNonRestoredState: true } } })).toEqual(['flink-operator-state-dropped']);
    expect(check({ spec: { podTemplate: { env: '${secret.TOKEN}' } } })).toEqual(['flink-operator-secret-in-spec']);
    expect(check({ kind: 'FlinkSessionJob' })).toEqual(['flink-operator-no-session-cluster']);
  });

  it('a tag can be overwritten; a digest, a commit and a jar of the image can’t', () => {
    const open = (spec: JsonObject) => flinkOperator.overwritable?.({ spec });
    expect(open({ image: 'acme/orders:latest', job: { jarURI: 'local:///x.jar' } })).toEqual(['acme/orders:latest']);
    expect(open({ image: `acme/orders@sha256:${'a1'.repeat(32)}` })).toEqual([]);
    expect(open({ image: 'acme/orders:0123456789abcdef' })).toEqual([]);
    expect(open({ image: '${build.image}', job: { jarURI: 'https://repo/x.jar' } })).toEqual(['https://repo/x.jar']);
  });

  it('stateless is a loss of state; blue/green an overlap', () => {
    const effect = (of: JsonObject) =>
      flinkOperator.expect('in-place-update', jobOf('flink-operator', { ...target, ...of }));
    expect(effect({})).toMatchObject({ duplicates: 'replay', state: 'kept' });
    expect(effect({ spec: { job: { upgradeMode: 'stateless' } } })).toMatchObject({ state: 'lost' });
    expect(effect({ kind: 'FlinkBlueGreenDeployment' })).toMatchObject({ duplicates: 'overlap', gapSeconds: 0 });
  });
});
