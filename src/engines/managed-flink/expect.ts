import type { Effect } from '../../model/impact.js';
import type { StrategyName } from '../../model/job.js';

/** An update of a running application: typically 10 to 30 s without processing, more with large state. */
const updateGapSeconds = 30;
/** Stop and start provision the application anew: some minutes. An estimate; AWS documents no number. */
const restartGapSeconds = 240;

const rejections = {
  rolling: 'A managed Flink application has no instances that could be replaced one by one.',
  'savepoint-upgrade':
    'in-place-update is the savepoint upgrade here: the service takes the snapshot, stops the job and starts the new version from it in one call.',
  'drain-and-resubmit': 'The service has no drain; StopApplication takes a snapshot.',
} as const satisfies { readonly [strategy in StrategyName]?: string };

/** What a strategy is expected to cost, or why it cannot be used. */
export function expectOf(strategy: StrategyName): Effect | { readonly rejected: string } {
  switch (strategy) {
    case 'create':
      return { gapSeconds: 0, duplicates: 'none', state: 'kept' };
    case 'in-flight-update':
    case 'in-place-update':
      return { gapSeconds: updateGapSeconds, duplicates: 'replay', state: 'kept' };
    case 'restart':
      return { gapSeconds: restartGapSeconds, duplicates: 'replay', state: 'kept' };
    case 'parallel':
      // A snapshot can't be restored in another application.
      return { gapSeconds: 0, duplicates: 'overlap', state: 'lost' };
    case 'stop':
      return { gapSeconds: null, duplicates: 'none', state: 'kept' };
    default:
      return { rejected: rejections[strategy] };
  }
}
