import type * as z from 'zod';
import type { JsonObject } from '../../model/json.js';
import type { Engine } from '../engine.js';
import { check } from './check.js';
import { expect } from './expect.js';
import { place } from './place.js';
import { signals } from './signals.js';
import { target } from './target.js';
import { verbs } from './verbs.js';

/** Google Cloud Dataflow: Flex and classic templates. Facts, times and permissions: docs/engines/dataflow.md. */
export const dataflow: Engine = {
  id: 'dataflow',
  title: 'Google Cloud Dataflow (Flex and classic templates)',
  target: target as unknown as z.ZodType<JsonObject>,
  impacts: {
    project: 'recreate',
    region: 'recreate',
    name: 'recreate',
    workers: 'scale',
    'transform-name-mapping': 'none',
    impersonate: 'none',
  },
  artifacts: ['template'],
  reference: 'template',
  pathsAreCode: false,
  // A template launch carries no request id; only the unique active name fences it.
  fence: 'F2',
  times: { callSeconds: 45, lagSeconds: 30 },
  endpoints: [
    ['CLOUDSDK_API_ENDPOINT_OVERRIDES_DATAFLOW'],
    ['STORAGE_EMULATOR_HOST'],
    ['CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING'],
  ],
  pollSeconds: 10,
  place,
  verbs,
  expect,
  signals: () => signals,
  check,
  async connect(where, settings, ambient) {
    const { connect } = await import('./connect.js');
    return connect(where, settings, ambient);
  },
};
