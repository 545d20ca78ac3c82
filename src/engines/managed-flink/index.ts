import type { Engine } from '../engine.js';
import { checkJob } from './check.js';
import { expectOf } from './expect.js';
import { placeOf } from './place.js';
import { overwritableIn } from './reference.js';
import { signalsOf } from './signals.js';
import { managedFlinkImpacts, managedFlinkTarget } from './target.js';
import { verbs } from './verbs.js';

/** Amazon Managed Service for Apache Flink (docs/engines/managed-flink.md). */
export const managedFlink: Engine = {
  id: 'managed-flink',
  title: 'Amazon Managed Service for Apache Flink',
  target: managedFlinkTarget,
  impacts: managedFlinkImpacts,
  artifacts: ['code'],
  reference: 'code',
  pathsAreCode: false,
  fence: 'F2',
  times: { callSeconds: 30, lagSeconds: 30 },
  endpoints: ['KINESIS_ANALYTICS_V2', 'S3', 'STS', 'CLOUDWATCH'].map((service) => [
    `AWS_ENDPOINT_URL_${service}`,
    'AWS_ENDPOINT_URL',
  ]),
  pollSeconds: 10,
  place: placeOf,
  verbs: () => verbs,
  expect: expectOf,
  signals: signalsOf,
  check: checkJob,
  overwritable: overwritableIn,
  connect: async (place, target, ambient) => (await import('./connect.js')).connect(place, target, ambient),
};
