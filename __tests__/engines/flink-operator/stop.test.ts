import { describe, expect, it } from '@jest/globals';
import type { Resource, Status } from '../../../src/engines/flink-operator/shapes.js';
import { endOf } from '../../../src/engines/flink-operator/stop.js';
import type { JsonObject } from '../../../src/model/json.js';
import { deployed, launched, noted, stampOf, standing } from './world.js';

const first = launched(stampOf(1, 'start'));
const upgradeSavepointPath = 's3://state/orders/savepoint-1';

/** The run is down for a moment; `stable` is what the operator has seen running last. */
function down(stable: Resource | null): Resource {
  const jobStatus: Status['jobStatus'] = { jobId: 'aa', state: 'RECONCILING', startTime: '1', upgradeSavepointPath };
  const lastStableSpec = stable === null ? null : noted(stable.spec);
  const status = { lifecycleState: 'DEPLOYED', jobManagerDeploymentStatus: 'MISSING', jobStatus };
  return deployed(first, { ...status, reconciliationStatus: { lastStableSpec } });
}

function ended(resource: Resource, isUndone = false, declared: string | undefined = 'savepoint') {
  const seen = standing(resource);
  if (seen.deployed === null) throw new Error('nothing is deployed');
  return endOf(seen, seen.deployed, declared, isUndone);
}

/** The same with another upgrade mode in the resource; null: none. */
function withMode({ spec, ...rest }: Resource, upgradeMode: string | null): Resource {
  const { upgradeMode: _, ...job } = spec['job'] as JsonObject;
  return { ...rest, spec: { ...spec, job: { ...job, ...(upgradeMode === null ? {} : { upgradeMode }) } } };
}

describe('how a run is ended', () => {
  it('one that runs, and one that has run and is down for a moment: with its state', () => {
    expect(ended(deployed(first))).toEqual({ mode: null, kept: null });
    expect(standing(down(first)).deployed?.state).toBe('starting');
    expect(ended(down(first))).toEqual({ mode: null, kept: null });
  });

  it('one that never came up: as it is, and what it was begun with is kept', () => {
    const bare = { mode: 'stateless', kept: upgradeSavepointPath };
    expect(ended(down(null))).toEqual(bare);
    expect(ended(down(launched(stampOf(7))))).toEqual(bare);
  });

  it('one that is undone while it is down: as it is', () => {
    expect(ended(down(first), true)).toEqual({ mode: 'stateless', kept: upgradeSavepointPath });
  });

  it('without state only where the manifest declares it', () => {
    for (const mode of [null, 'stateless']) {
      const resource = withMode(deployed(first), mode);
      expect(ended(resource, false, '')).toEqual({ mode: 'savepoint', kept: null });
      expect(ended(resource, false, 'stateless')).toEqual({ mode: null, kept: null });
    }
    expect(ended(withMode(down(null), 'stateless'), false, '')).toEqual({ mode: null, kept: null });
    expect(ended(withMode(deployed(first), 'last-state'), false, '')).toEqual({ mode: null, kept: null });
  });
});
