import { describe, expect, it } from '@jest/globals';
import { takeover } from '../../../src/engines/flink-operator/client-side.js';
import type { Resource } from '../../../src/engines/flink-operator/shapes.js';
import type { JsonObject } from '../../../src/model/json.js';

const annotation = 'f:kubectl.kubernetes.io/last-applied-configuration';
const applied = { 'f:annotations': { '.': {}, [annotation]: {} }, 'f:labels': { '.': {}, 'f:team': {} } };
const spec = { '.': {}, 'f:image': {}, 'f:serviceAccount': {}, 'f:job': { '.': {}, 'f:parallelism': {} } };

function written(fieldsV1: JsonObject, more: JsonObject = {}): Resource {
  const entry = { manager: 'kubectl-client-side-apply', operation: 'Update', fieldsV1, ...more };
  return { apiVersion: 'x', kind: 'FlinkDeployment', metadata: { name: 'orders', managedFields: [entry] }, spec: {} };
}

const metadata = { name: 'orders', annotations: {}, labels: { team: 'a' } };
const partly = { metadata, spec: { image: 'a', job: { state: 'running' } } };

describe('a resource that was applied on the client', () => {
  it('would lose what is not named: the paths are told', () => {
    const told = takeover(written({ 'f:metadata': applied, 'f:spec': spec }), partly);
    expect(told).toMatchObject({ kind: 'refused', code: 'flink-operator-client-side-applied' });
    expect(told?.text).toMatch(/kubectl-client-side-apply.*: \.spec\.serviceAccount, \.spec\.job\.parallelism$/);
  });

  it('loses labels, too', () => {
    const bare = { metadata: { name: 'orders', annotations: {} }, spec: { ...partly.spec } };
    expect(takeover(written({ 'f:metadata': applied }), bare)?.text).toMatch(/: \.metadata\.labels$/);
  });

  it('loses nothing where all is named, and where kubectl moves nothing', () => {
    const whole = { metadata, spec: { image: 'a', serviceAccount: 'b', job: { parallelism: 2 } } };
    expect(takeover(written({ 'f:metadata': applied, 'f:spec': spec }), whole)).toBeNull();
    expect(takeover(written({ 'f:spec': spec }), partly)).toBeNull();
    expect(takeover(written({ 'f:metadata': applied, 'f:spec': spec }, { operation: 'Apply' }), partly)).toBeNull();
    expect(takeover(null, partly)).toBeNull();
  });
});
