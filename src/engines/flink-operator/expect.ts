import type { Effect } from '../../model/impact.js';
import type { Job, StrategyName } from '../../model/job.js';
import { kindOf, specOf } from './target.js';

/**
 * Estimates of the time without processing, in seconds. Pods are made anew: with images at hand, 24 s were seen for a whole upgrade, nearly
 * all of it starts of processes; the operator looks every 10 s on the way.
 */
const upgradeGapSeconds = 60;
const scaleGapSeconds = 60;

type Expectation = Effect | { readonly rejected: string };

const rejections = {
  rolling: 'a Flink job is one unit; its tasks cannot be replaced one by one',
  'savepoint-upgrade': 'the operator takes the savepoint and restores it by itself; use in-place-update',
  'drain-and-resubmit': 'the operator has no drain; it suspends a job with a savepoint',
} as const satisfies { readonly [strategy in StrategyName]?: string };

/** What a strategy is expected to cost, or why it cannot be used. The operator begins anew with `upgradeMode: stateless`. */
export function expectOf(strategy: StrategyName, { target }: Omit<Job, 'positions'>): Expectation {
  const { job } = specOf(target);
  const state = job['upgradeMode'] === 'stateless' ? 'lost' : 'kept';
  const isDouble = kindOf(target) === 'FlinkBlueGreenDeployment';
  switch (strategy) {
    case 'create':
      return { gapSeconds: 0, duplicates: 'none', state: 'kept' };
    case 'in-place-update':
      // Both process from one savepoint on, until the operator takes the old one away.
      if (isDouble) return { gapSeconds: 0, duplicates: 'overlap', state };
      return { gapSeconds: upgradeGapSeconds, duplicates: 'replay', state };
    case 'in-flight-update':
      if (isDouble) return { gapSeconds: 0, duplicates: 'overlap', state };
      return { gapSeconds: scaleGapSeconds, duplicates: 'replay', state };
    case 'restart':
      return { gapSeconds: upgradeGapSeconds, duplicates: 'replay', state };
    case 'parallel':
      if (isDouble) return { rejected: 'a blue/green deployment runs both by itself; use in-place-update' };
      return { gapSeconds: 0, duplicates: 'overlap', state: 'lost' };
    case 'stop':
      return { gapSeconds: null, duplicates: 'none', state };
    default:
      return { rejected: rejections[strategy] };
  }
}
