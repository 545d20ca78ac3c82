import { describe, expect, it } from '@jest/globals';
import { begunFrom } from '../../../src/engines/flink-operator/launch.js';
import type { Status } from '../../../src/engines/flink-operator/shapes.js';
import { deployed, launched, stampOf, standing } from './world.js';

function begun(jobStatus: NonNullable<Status['jobStatus']>, more: Status = {}): string | null {
  const seen = standing(deployed(launched(stampOf(1, 'start')), { ...more, jobStatus }));
  return begunFrom(seen, seen.deployed);
}

const lastSavepoint = { location: 's3://state/orders/savepoint-2', triggerType: 'UPGRADE' };

describe('the savepoint that a run was begun with', () => {
  it('is the one of the upgrade', () => {
    expect(begun({ upgradeSavepointPath: 's3://state/orders/savepoint-1' })).toBe('s3://state/orders/savepoint-1');
    expect(begun({})).toBeNull();
  });

  it('is none where the operator went by high availability', () => {
    expect(begun({ upgradeSavepointPath: 'KUBERNETES_OPERATOR_LAST_STATE' })).toBeNull();
    const dummy = { location: 'KUBERNETES_OPERATOR_LAST_STATE', triggerType: 'UPGRADE' };
    expect(begun({ savepointInfo: { lastSavepoint: dummy } })).toBeNull();
  });

  it('stands among the other savepoints up to 1.9', () => {
    expect(begun({ savepointInfo: { lastSavepoint } })).toBe(lastSavepoint.location);
    expect(begun({ savepointInfo: { lastSavepoint: { ...lastSavepoint, triggerType: 'MANUAL' } } })).toBeNull();
    // Later versions name it themselves: what stands there may be years old.
    expect(begun({ savepointInfo: { lastSavepoint } }, { observedGeneration: 2 })).toBeNull();
  });

  it('is not the last checkpoint of the run itself, which the operator names once the job has ended', () => {
    const upgradeSavepointPath = 's3://state/orders/aa/chk-7';
    const ended = { jobId: 'aa', state: 'FAILED', upgradeSavepointPath };
    const since = Date.parse('2026-11-22T10:00:00Z');
    const taken = (timeStamp: number) => ({ lastSavepoint: { ...lastSavepoint, timeStamp } });
    const later = { observedGeneration: 2 };
    expect(begun({ ...ended, savepointInfo: taken(since + 5000) }, later)).toBe(lastSavepoint.location);
    // That one was taken for an earlier upgrade.
    expect(begun({ ...ended, savepointInfo: taken(since - 3_600_000) }, later)).toBeNull();
    expect(begun(ended, later)).toBeNull();
    // By last-state with a cancel, a run begins with the last checkpoint of the one before, which has the same id.
    expect(begun({ ...ended, state: 'RUNNING' }, later)).toBe(upgradeSavepointPath);
  });
});
