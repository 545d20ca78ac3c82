import type { Engine } from '../engine.js';
import { checkJob, checkpointOf } from './check.js';
import { expectOf } from './expect.js';
import { placeOf } from './place.js';
import { overwritableIn } from './reference.js';
import { signals } from './signals.js';
import { artifactArguments, glueImpacts, glueTarget } from './target.js';
import { verbsOf } from './verbs.js';

/** AWS Glue streaming jobs (docs/engines/glue.md). */
export const glue: Engine = {
  id: 'glue',
  title: 'AWS Glue streaming jobs',
  target: glueTarget,
  impacts: glueImpacts,
  artifacts: Object.keys(artifactArguments),
  reference: 'script',
  pathsAreCode: false,
  fence: 'F3',
  times: { callSeconds: 30, lagSeconds: 30 },
  endpoints: ['GLUE', 'S3', 'STS', 'CLOUDWATCH'].map((service) => [`AWS_ENDPOINT_URL_${service}`, 'AWS_ENDPOINT_URL']),
  pollSeconds: 10,
  place: placeOf,
  verbs: verbsOf,
  expect: expectOf,
  signals: () => signals,
  check: checkJob,
  exclusive: checkpointOf,
  overwritable: overwritableIn,
  connect: async (place, target, ambient) => (await import('./connect.js')).connect(place, target, ambient),
};
