import { describe, expect, it } from '@jest/globals';
import { runsIn } from '../../../src/engines/flink-operator/seen.js';
import type { Resource } from '../../../src/engines/flink-operator/shapes.js';
import { specIn } from '../../../src/engines/flink-operator/status.js';
import { deployed, launched, noted, stampOf, standing } from './world.js';

const states = (resource: Resource) =>
  runsIn(standing(resource)).map(({ stamp, state, code }) => [stamp?.n, state, code]);
const first = deployed(launched(stampOf(1, 'start')));
const asked = launched(stampOf(2), standing(first));

describe('runs of a resource', () => {
  it('what is asked for starts, and what was brought out goes on', () => {
    expect(states(launched(stampOf(1, 'start')))).toEqual([[1, 'starting', null]]);
    expect(states(first)).toEqual([[1, 'running', null]]);
    expect(states(asked)).toEqual([
      [2, 'starting', null],
      [1, 'running', null],
    ]);
  });

  it('STABLE and RUNNING with the start time of before is the status of before', () => {
    expect(states(deployed(asked))).toEqual([
      [2, 'starting', null],
      [1, 'replaced', null],
    ]);
    expect(states(deployed(asked, {}, '1763809999000'))).toEqual([
      [2, 'running', null],
      [1, 'replaced', null],
    ]);
  });

  it.each([
    ['FINISHED', 'STABLE', 'READY', 'finished', 'flink-operator-run-finished'],
    ['FAILED', 'FAILED', 'READY', 'failed', 'flink-operator-run-failed'],
    ['RECONCILING', 'DEPLOYED', 'ERROR', 'failed', 'flink-operator-jobmanager-error'],
    ['RECONCILING', 'DEPLOYED', 'MISSING', 'starting', 'flink-operator-jobmanager-missing'],
    ['RUNNING', 'DEPLOYED', 'READY', 'starting', null],
    ['CANCELED', 'STABLE', 'READY', 'stopped', null],
  ])('%s, %s, %s: %s', (state, lifecycleState, jobManagerDeploymentStatus, is, code) => {
    const jobStatus = { jobId: 'aa', state, startTime: '1763805600000' };
    expect(states(deployed(first, { lifecycleState, jobManagerDeploymentStatus, jobStatus }))).toEqual([[1, is, code]]);
  });

  it('a refusal counts once it is new; other errors are tried again by the operator', () => {
    const error = JSON.stringify({ type: 'org.apache.flink.ValidationException', message: 'no directory' });
    const status = first.status ?? {};
    expect(states({ ...asked, status: { ...status, error } })[0]).toEqual([2, 'failed', 'flink-operator-spec-refused']);
    const stale = standing({ ...first, status: { ...status, error } });
    expect(states(launched(stampOf(2), stale))[0]).toEqual([2, 'starting', null]);
    const other = JSON.stringify({ type: 'ReconciliationException', message: 'savepoint failed' });
    expect(states({ ...asked, status: { ...status, error: other } })[0]).toEqual([2, 'starting', null]);
  });

  it('the operator’s rollback: the old run is there again under its own id', () => {
    const lastReconciledSpec = noted(asked.spec);
    const before = standing(first).deployed?.id;
    const rolledBack = deployed(asked, {
      lifecycleState: 'ROLLED_BACK',
      reconciliationStatus: { state: 'ROLLED_BACK', lastReconciledSpec, lastStableSpec: noted(first.spec) },
    });
    expect(states(rolledBack)).toEqual([
      [2, 'failed', 'flink-operator-rolled-back'],
      [1, 'running', null],
    ]);
    expect(standing(rolledBack).deployed?.id).toBe(before);
  });

  it('suspended: on its way until the operator has done it', () => {
    const spec = { ...first.spec, job: { ...(first.spec['job'] as object), state: 'suspended' } };
    expect(states({ ...first, spec })).toEqual([[1, 'stopping', null]]);
    const done = deployed({ ...first, spec }, { lifecycleState: 'SUSPENDED' });
    expect(states(done)).toEqual([[1, 'stopped', null]]);
    expect(runsIn(standing(done))[0]?.endedAt).toBe('2025-11-22T10:00:00.000Z');
  });

  it('a declared field that somebody changed makes the run somebody else’s; another field does not', () => {
    const image = deployed({ ...first, spec: { ...first.spec, image: 'by-hand:1' } });
    expect(runsIn(standing(image)).map(({ stamp, state }) => [stamp?.n ?? null, state])).toEqual([
      [null, 'running'],
      [1, 'replaced'],
    ]);
    expect(standing(image).deployed?.id).toMatch(/^orders\/found-[0-9a-f]{12}$/);
    const configuration = { ...(first.spec['flinkConfiguration'] as object), 'taskmanager.numberOfTaskSlots': '4' };
    const more = deployed({ ...first, spec: { ...first.spec, flinkConfiguration: configuration } });
    expect(states(more)).toEqual([[1, 'running', null]]);
  });

  it('a secret counts by its value, and is kept by its name', () => {
    const secret = { spec: { flinkConfiguration: { token: '${secret.TOKEN}' } } };
    const filled = { spec: { flinkConfiguration: { token: 'canary-secret' } } };
    const own = launched(stampOf(1, 'start'), null, secret);
    expect(JSON.stringify(own.metadata.annotations)).not.toContain('canary-secret');
    const live = { ...own, spec: launched(stampOf(1, 'start'), null, filled).spec };
    expect(states(deployed(live))).toEqual([[1, 'running', null]]);
    const other = { spec: { flinkConfiguration: { token: 'another' } } };
    const changed = { ...own, spec: launched(stampOf(1, 'start'), null, other).spec };
    expect(runsIn(standing(deployed(changed)))[0]?.stamp).toBeNull();
  });

  it('the size is no part of a run that somebody else brought out; its image is', () => {
    const plain = (image: string, parallelism: number) => {
      const spec = { image, flinkConfiguration: { a: '1' }, job: { jarURI: 'x.jar', parallelism } };
      return standing(deployed({ ...first, metadata: { name: 'orders', uid: 'u' }, spec })).deployed?.id;
    };
    expect(plain('a:1', 2)).toBe(plain('a:1', 4));
    expect(plain('a:1', 2)).not.toBe(plain('a:2', 2));
  });

  it('a resource that was deleted and made again has other runs', () => {
    const again = { ...first, metadata: { ...first.metadata, uid: 'another' } };
    expect(standing(again).deployed?.id).not.toBe(standing(first).deployed?.id);
  });

  it('reads a noted spec in both forms', () => {
    expect(specIn(noted({ image: 'a' }))).toMatchObject({ image: 'a' });
    expect(specIn(JSON.stringify({ spec: { image: 'a' }, resource_metadata: {} }))).toEqual({ image: 'a' });
    expect([specIn('no json'), specIn(null)]).toEqual([null, null]);
  });
});
