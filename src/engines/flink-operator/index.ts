import { signalsOf } from '../../platforms/flink/signals.js';
import type { Engine } from '../engine.js';
import { checkJob } from './check.js';
import { expectOf } from './expect.js';
import { overwritableIn } from './overwritable.js';
import { placeOf, serverVariable } from './place.js';
import { operatorImpacts, operatorTarget, specOf } from './target.js';
import { verbsOf } from './verbs.js';

/** Flink on Kubernetes by the Flink operator's resources and `kubectl` (docs/engines/flink-operator.md). */
export const flinkOperator: Engine = {
  id: 'flink-operator',
  title: 'Apache Flink on Kubernetes, by the Flink operator',
  target: operatorTarget,
  impacts: operatorImpacts,
  artifacts: [],
  reference: null,
  pathsAreCode: false,
  fence: 'F2',
  times: { callSeconds: 30, lagSeconds: 1 },
  endpoints: [[serverVariable]],
  pollSeconds: 5,
  place: placeOf,
  verbs: verbsOf,
  expect: expectOf,
  signals: (target) => signalsOf({ mayDropState: specOf(target).job['allowNonRestoredState'] === true }),
  check: checkJob,
  overwritable: overwritableIn,
  connect: async (place, target, ambient) => (await import('./connect.js')).connect(place, target, ambient),
};
