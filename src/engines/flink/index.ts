import { signalsOf } from '../../platforms/flink/signals.js';
import type { Engine } from '../engine.js';
import { checkJob } from './check.js';
import { expectOf } from './expect.js';
import { overwritableIn } from './overwritable.js';
import { placeOf, urlVariable } from './place.js';
import { flinkImpacts, flinkTarget } from './target.js';
import { verbsOf } from './verbs.js';

/** Apache Flink session and standalone clusters, by their REST API (docs/engines/flink.md). */
export const flink: Engine = {
  id: 'flink',
  title: 'Apache Flink session and standalone clusters',
  target: flinkTarget,
  impacts: flinkImpacts,
  artifacts: ['jar'],
  reference: 'jar',
  pathsAreCode: false,
  readsArtifacts: true,
  fence: 'F1',
  times: { callSeconds: 60, lagSeconds: 3 },
  endpoints: [[urlVariable]],
  pollSeconds: 2,
  place: placeOf,
  verbs: verbsOf,
  expect: expectOf,
  signals: (target) => signalsOf({ mayDropState: target['allow-non-restored-state'] === true }),
  check: checkJob,
  overwritable: overwritableIn,
  connect: async (place, target, ambient) => (await import('./connect.js')).connect(place, target, ambient),
};
