import { describe, expect, it } from '@jest/globals';
import { doubleStandingOf } from '../../../src/engines/flink-operator/blue-green.js';
import { runsIn } from '../../../src/engines/flink-operator/seen.js';
import type { Resource, Status } from '../../../src/engines/flink-operator/shapes.js';
import { deployed, launched, reveal, stampOf, standing } from './world.js';

const one = deployed(launched(stampOf(1, 'start')));
const two = launched(stampOf(2), standing(one));

function child(of: Resource, colour: string, state = 'RUNNING'): Resource {
  // The operator writes the child's name wherever the parent's stands.
  const spec = JSON.parse(JSON.stringify(of.spec).replaceAll('orders', `orders-${colour}`)) as Resource['spec'];
  const lifecycleState = state === 'RUNNING' ? 'STABLE' : 'DEPLOYED';
  const jobStatus = { jobId: colour, state, startTime: of === one ? '1763805600000' : '1763809999000' };
  return deployed({ ...of, metadata: { name: `orders-${colour}`, uid: colour }, spec }, { lifecycleState, jobStatus });
}

function parent(of: Resource, blueGreenState: string, status: Status = {}): Resource {
  const spec = { template: { spec: of.spec } };
  const kind = 'FlinkBlueGreenDeployment';
  return { ...of, kind, spec, status: { blueGreenState, lastReconciledSpec: JSON.stringify(spec), ...status } };
}

const states = (of: Resource, ...children: readonly Resource[]) =>
  runsIn(doubleStandingOf(of, children, reveal)).map(({ stamp, state, code }) => [stamp?.n, state, code]);

describe('runs of a blue/green resource', () => {
  it('the new one runs when it is the active one; the old one until it is deleted', () => {
    const [blue, green] = [child(one, 'blue'), child(two, 'green')];
    expect(states(parent(one, 'INITIALIZING_BLUE'), child(one, 'blue', 'RECONCILING'))).toEqual([
      [1, 'starting', null],
    ]);
    expect(states(parent(one, 'ACTIVE_BLUE'), blue)).toEqual([[1, 'running', null]]);
    expect(states(parent(two, 'SAVEPOINTING_BLUE'), blue)).toEqual([
      [2, 'starting', null],
      [1, 'running', null],
    ]);
    expect(states(parent(two, 'TRANSITIONING_TO_GREEN'), blue, green)).toEqual([
      [1, 'running', null],
      [2, 'starting', null],
    ]);
    expect(states(parent(two, 'ACTIVE_GREEN'), blue, green)).toEqual([
      [2, 'running', null],
      [1, 'stopping', null],
    ]);
    expect(states(parent(two, 'ACTIVE_GREEN'), green)).toEqual([
      [2, 'running', null],
      [1, 'replaced', null],
    ]);
  });

  it('a switch that was given up: the new one has failed, the old one runs', () => {
    const given = parent(two, 'ACTIVE_BLUE', { error: 'aborted', abortTimestamp: '2026-11-22T10:00:00Z' });
    expect(states(given, child(one, 'blue'), child(two, 'green', 'RECONCILING'))).toEqual([
      [1, 'running', null],
      [2, 'failed', 'flink-operator-transition-aborted'],
    ]);
  });

  it('a switch that was not begun', () => {
    const refused = parent(two, 'ACTIVE_BLUE', { error: 'not READY', jobStatus: { state: 'FAILING' } });
    expect(states(refused, child(one, 'blue'))[0]).toEqual([2, 'failed', 'flink-operator-spec-refused']);
  });
});
